package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.hardware.HardwareUse;
import lutmac.quant.hardware.PlainArray;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What budgets promise. */
@Tag("slow")
class BudgetTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final int CLASSES = 5;
  private static final int FITTED = 60;
  private static final int HELD_OUT = 100;
  private static final Images IMAGES = Images.bytes(INPUT, FITTED + HELD_OUT, 1);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0), List.of(60.0), false, Optional.empty(), 0);
  private static final FloatNetwork NETWORK =
      FloatNetworks.on(INPUT, 3)
          .conv("x", "a", 8, FloatNetworks.SAME)
          .relu("a", "ar")
          .conv("ar", "b", 8, FloatNetworks.SAME)
          .add("ar", "b", "s")
          .relu("s", "sr")
          .conv("sr", "c", 24, 2, FloatNetworks.SAME)
          .relu("c", "cr")
          .mean("cr", "m")
          .conv("m", "y", CLASSES, Window.pointwise())
          .result("y");

  static Stream<Recipe> accurate() {
    Budget twoPercent = new Budget.Accuracy(2, Optional.empty());
    return Stream.of(auto(Recipe.Auto.allWeights(), twoPercent), new Recipe.Fxp(twoPercent));
  }

  @ParameterizedTest
  @MethodSource("accurate")
  void withoutLabelsNoMoreImagesChangeTheirClassThanTheBudgetSays(Recipe recipe) {
    QuantizationResult result = quantize(options(recipe));
    int[] floating = floatClasses();
    int[] integer = integerClasses(result.network());
    long changed =
        IntStream.range(FITTED, FITTED + HELD_OUT).filter(n -> floating[n] != integer[n]).count();
    assertTrue(changed <= 2, changed + " of 100");
    assertEquals(FITTED, result.report().calibrationImages());
    AccuracyTrial chosen = chosenTrial(result);
    assertEquals(HELD_OUT, chosen.images());
    assertEquals(changed, chosen.percent(), 1e-9);
  }

  @ParameterizedTest
  @MethodSource("accurate")
  void withLabelsTop1FallsByNoMorePointsThanTheBudgetSays(Recipe recipe) {
    int[] labels = labels();
    QuantizationResult result =
        quantize(options(recipe).withLabels(new Labels(Path.of("labels.npy"), labels)));
    int[] floating = floatClasses();
    int[] integer = integerClasses(result.network());
    IntStream heldOut = IntStream.range(FITTED, FITTED + HELD_OUT);
    int lost =
        heldOut
            .map(n -> (floating[n] == labels[n] ? 1 : 0) - (integer[n] == labels[n] ? 1 : 0))
            .sum();
    assertTrue(lost <= 2, lost + " of 100");
    assertEquals(lost, chosenTrial(result).percent(), 1e-9);
  }

  @ParameterizedTest
  @MethodSource("accurate")
  void theNextSmallerPointOfTheCurveLosesTooMuch(Recipe recipe) {
    Allocation allocation = quantize(options(recipe)).allocation().orElseThrow();
    int at = allocation.curve().indexOf(allocation.chosen());
    assertTrue(at > 0 && at < allocation.curve().size() - 1, "point " + at + " is an end");
    Allocation.Point smaller = allocation.curve().get(at - 1);
    assertTrue(smaller.cost() < allocation.chosen().cost());
    AccuracyTrial below =
        allocation.trials().stream()
            .filter(trial -> trial.point().equals(smaller))
            .findFirst()
            .orElseThrow();
    assertTrue(!below.within() && below.percent() > 2, below.toString());
  }

  @ParameterizedTest
  @MethodSource("accurate")
  void memoryNeedNotGetSmallerThanEnough(Recipe recipe) {
    Budget budget = new Budget.Accuracy(99, Optional.of(new Budget.CompressionRatio(5)));
    Recipe both =
        recipe instanceof Recipe.Fxp
            ? new Recipe.Fxp(budget)
            : auto(Recipe.Auto.allWeights(), budget);
    double ratio = quantize(options(both)).report().memory().compressionRatio();
    assertTrue(ratio >= 5 && ratio < 5.5, ratio + " times smaller");
  }

  @Test
  void refusesAccuracyThatTheWidestFormatsDoNotHave() {
    Budget exact = new Budget.Accuracy(0, Optional.empty());
    QuantizeOptions coarse = options(auto(List.of(new WeightFormat.Table(1, 2)), exact));
    BadInputException refused = assertThrows(BadInputException.class, () -> quantize(coarse));
    assertTrue(refused.getMessage().contains("even the widest formats lose"), refused.getMessage());
    assertTrue(refused.getMessage().contains("allow more"), refused.getMessage());
  }

  @Test
  void aSmallSetHoldsItsLastQuarterOut() {
    QuantizationResult result =
        Quantizer.quantize(
            NETWORK,
            Images.bytes(INPUT, 40, 1),
            CENTRED,
            options(new Recipe.Fxp(new Budget.Accuracy(50, Optional.empty()))),
            PhaseProgress.none());
    assertEquals(30, result.report().calibrationImages());
    assertEquals(10, result.allocation().orElseThrow().trials().get(0).images());
  }

  @ParameterizedTest
  @ValueSource(doubles = {4.5, 6.44, 9})
  void fxpTakesBitsAwayUntilMemoryIsSmallEnough(double times) {
    QuantizationResult result =
        quantize(options(new Recipe.Fxp(new Budget.CompressionRatio(times))));
    double ratio = result.report().memory().compressionRatio();
    assertTrue(ratio >= times && ratio < times * 1.1, ratio + " times smaller");
    List<Allocation.Point> path = result.allocation().orElseThrow().curve();
    for (int i = 1; i < path.size(); i++) {
      assertEquals(1, bits(path.get(i)) - bits(path.get(i - 1)), "one bit a step");
    }
    Allocation.Point start = path.get(path.size() - 1);
    assertTrue(start.weights().values().stream().allMatch(new WeightFormat.FixedPoint(8)::equals));
    assertTrue(
        start.activations().values().stream().allMatch(ActivationFormat.Fixed.of(8)::equals));
  }

  static Stream<Recipe> withoutAlternative() {
    Budget seven = new Budget.CompressionRatio(7);
    return Stream.of(
        auto(List.of(new WeightFormat.Table(4, 2)), seven),
        new Recipe.Auto(Recipe.Auto.allWeights(), List.of(ActivationFormat.Fixed.of(5)), seven));
  }

  @ParameterizedTest
  @MethodSource("withoutAlternative")
  void aFormatWithoutAlternativeTakesItsShareOfMemory(Recipe recipe) {
    double ratio = quantize(options(recipe)).report().memory().compressionRatio();
    assertTrue(ratio >= 7, ratio + " times smaller");
  }

  @Test
  void labelsChangeWhereFxpTakesBits() {
    QuantizeOptions options = options(new Recipe.Fxp(new Budget.CompressionRatio(6.44)));
    QuantizeOptions labelled = options.withLabels(new Labels(Path.of("labels.npy"), labels()));
    assertNotEquals(
        quantize(options).allocation().orElseThrow().chosen().weights(),
        quantize(labelled).allocation().orElseThrow().chosen().weights());
  }

  @Test
  void fxpDoesNotCountTime() {
    for (Budget time : List.of(new Budget.ArraySteps(1000), new Budget.Cycles(1000))) {
      assertThrows(IllegalArgumentException.class, () -> new Recipe.Fxp(time));
    }
  }

  @Test
  void timeStaysWithinItsBudget() {
    // One plane everywhere: 64 pixels in 8 rows; the mean's 64 pixels, too.
    long single = 8 * (27 + 72 + 3 * 72) + 8 * 24;
    long layers = 4;
    PlainArray array = new PlainArray(8, 8, 2, false);
    for (double share : new double[] {1, 1.3, 1.7}) {
      long steps = (long) (share * single);
      for (Budget budget :
          List.of(new Budget.ArraySteps(steps), new Budget.Cycles(steps + 10 * layers))) {
        QuantizationResult result =
            quantize(options(auto(Recipe.Auto.allWeights(), budget)).withHardware(array));
        HardwareUse use = array.use(result.network());
        assertTrue(use.steps() <= steps, use.steps() + " steps");
        assertTrue(use.steps() > 0.75 * steps, use.steps() + " steps");
        assertEquals(use.steps(), result.allocation().orElseThrow().chosen().cost() + rest(budget));
      }
    }
    Budget less = new Budget.ArraySteps(single - 1);
    BadInputException refused =
        assertThrows(
            BadInputException.class,
            () -> quantize(options(auto(Recipe.Auto.allWeights(), less)).withHardware(array)));
    assertTrue(refused.getMessage().contains("steps of the array"), refused.getMessage());
  }

  private static long rest(Budget budget) {
    return budget instanceof Budget.Cycles ? -40 : 0;
  }

  @Test
  void aBudgetOfTimeNeedsTheHardware() {
    Budget budget = new Budget.Cycles(1000);
    assertThrows(
        IllegalArgumentException.class,
        () -> quantize(options(auto(Recipe.Auto.allWeights(), budget))));
  }

  @Test
  void formatsThatTheHardwareDoesNotComputeAreNotChosen() {
    Budget roomy = new Budget.CompressionRatio(4.2);
    Recipe recipe = auto(Recipe.Auto.allWeights(), roomy);
    QuantizationResult any = quantize(options(recipe));
    assertTrue(any.network().macLayers().stream().anyMatch(layer -> layer.planes().size() == 2));
    PlainArray onePlane = new PlainArray(8, 8, 1, false);
    QuantizationResult fitting = quantize(options(recipe).withHardware(onePlane));
    assertTrue(
        fitting.network().macLayers().stream().allMatch(layer -> layer.planes().size() == 1));
  }

  /** Lanes of 2, 4 and 8 bits: 3 bits are stored as 4, 5 to 7 as 8. */
  @ParameterizedTest
  @ValueSource(doubles = {5, 8})
  void memoryIsWhatTheHardwareStores(double times) {
    Recipe recipe = auto(Recipe.Auto.allWeights(), new Budget.CompressionRatio(times));
    QuantizedNetwork network =
        quantize(options(recipe).withHardware(new PlainArray(8, 8, 2, true))).network();
    MemoryReport report = MemoryCount.of(network);
    long floats = report.floatWeights() + report.floatBiases() + report.floatActivations();
    long stored = report.biases() + 8L * INPUT.size();
    for (QuantizedLayer layer : network.layers()) {
      stored += (long) layer.output().shape().size() * lane(layer.output());
    }
    for (MacLayer layer : network.macLayers()) {
      for (WeightPlane plane : layer.planes()) {
        stored += 8L * plane.codebook().levels().size();
        int code = plane.codebook().bits();
        stored += (long) layer.weightCount() * (code == 3 || layer.planes().size() > 1 ? 4 : code);
      }
    }
    assertTrue((double) floats / stored >= times, (double) floats / stored + " times");
  }

  private static int lane(Tensor map) {
    int bits = MemoryCount.elementBits(map.format());
    return bits == 3 ? 4 : bits > 4 && bits < 8 ? 8 : bits;
  }

  private static int bits(Allocation.Point point) {
    return point.weights().values().stream().mapToInt(WeightFormat::bits).sum()
        + point.activations().values().stream().mapToInt(ActivationFormat::bits).sum();
  }

  private static AccuracyTrial chosenTrial(QuantizationResult result) {
    Allocation allocation = result.allocation().orElseThrow();
    return allocation.trials().stream()
        .filter(trial -> trial.point().equals(allocation.chosen()))
        .findFirst()
        .orElseThrow();
  }

  private static int[] floatClasses() {
    Preprocessor inputs = new Preprocessor(IMAGES, CENTRED, INPUT);
    FloatExecutor executor = new FloatExecutor(NETWORK);
    int[] classes = new int[IMAGES.count()];
    for (int n = 0; n < classes.length; n++) {
      float[] logits = executor.logits(inputs.floatBatch(n, 1), 1);
      for (int o = 1; o < CLASSES; o++) {
        classes[n] = logits[o] > logits[classes[n]] ? o : classes[n];
      }
    }
    return classes;
  }

  private static int[] integerClasses(QuantizedNetwork network) {
    Preprocessor inputs = new Preprocessor(IMAGES, CENTRED, INPUT);
    IntegerExecutor executor = new IntegerExecutor(network);
    return IntStream.range(0, IMAGES.count())
        .map(n -> Accuracy.largest(network, executor.run(inputs.codes(n, network.input()))))
        .toArray();
  }

  /** The float network's classes, one in five wrong. */
  private static int[] labels() {
    Random random = new Random(5);
    return IntStream.of(floatClasses())
        .map(best -> random.nextInt(5) == 0 ? random.nextInt(CLASSES) : best)
        .toArray();
  }

  private static Recipe auto(List<WeightFormat> weights, Budget budget) {
    return new Recipe.Auto(
        weights,
        budget.countsTime() ? List.of(ActivationFormat.Fixed.of(8)) : Recipe.Auto.allActivations(),
        budget);
  }

  private static QuantizeOptions options(Recipe recipe) {
    return QuantizeOptions.defaults().withRecipe(recipe).withCalibrationImages(FITTED);
  }

  private static QuantizationResult quantize(QuantizeOptions options) {
    return Quantizer.quantize(NETWORK, IMAGES, CENTRED, options, PhaseProgress.none());
  }
}
