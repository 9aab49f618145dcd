package lutmac.quant.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ForkJoinPool;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Test;

class AnalyzerTest {
  private static final Shape INPUT = new Shape(3, 6, 6);
  private static final Images CALIBRATION = Images.noise(INPUT, 24, 1);
  private static final Images IMAGES = Images.noise(INPUT, 20, 2);

  /** Means are whole: the border's codes are exactly the means. */
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          List.of(120.0, 110.0, 100.0), List.of(60.0, 50.0, 40.0), false, Optional.empty(), 0);

  /** Without equalization the maps are those of the network that was given. */
  private static final QuantizeOptions PLAIN =
      QuantizeOptions.defaults()
          .withTechniques(new Techniques(false, true, true, true, true, true));

  @Test
  void everythingIsTheIntegersAgainstTheFloatNetwork() {
    FloatNetwork network = twoConvolutions();
    QuantizationResult result = quantize(network, QuantizeOptions.defaults());
    Measurement measured = analyze(result, Optional.empty()).quantized();
    double energy = 0;
    double noise = 0;
    double agreed = 0;
    int pixels = result.network().output().shape().pixels();
    for (int n = 0; n < IMAGES.count(); n++) {
      float[] wanted = floats(network, n);
      float[] got = integers(result.network(), n);
      for (int i = 0; i < wanted.length; i++) {
        energy += wanted[i] * wanted[i];
        noise += (wanted[i] - got[i]) * (wanted[i] - got[i]);
      }
      for (int pixel = 0; pixel < pixels; pixel++) {
        boolean same = largest(at(pixel, pixels, wanted)) == largest(at(pixel, pixels, got));
        agreed += same ? 1.0 / pixels : 0;
      }
    }
    assertEquals(20, measured.images());
    assertEquals(10 * Math.log10(energy / noise), measured.sqnr().orElseThrow(), 0.01);
    // A map of several pixels: its channels could be a detector's numbers.
    assertEquals(noise / energy, measured.divergence(), 1e-3 * noise / energy);
    assertEquals(agreed / 20, measured.agreement().orElseThrow(), 1e-9);
  }

  /** All channels of a pixel. */
  private static float[] at(int pixel, int pixels, float[] map) {
    float[] channels = new float[map.length / pixels];
    for (int c = 0; c < channels.length; c++) {
      channels[c] = map[c * pixels + pixel];
    }
    return channels;
  }

  @Test
  void weightsAreAllThereIsToALayerThatReadsPixelsAndReturnsSums() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 5).conv("x", "y", 4, FloatNetworks.SAME).result("y");
    Analysis analysis = analyze(quantize(network, QuantizeOptions.defaults()), Optional.empty());
    double exact = analysis.quantized().sqnr().orElseThrow();
    assertEquals(exact, analysis.weightsOnly().sqnr().orElseThrow(), 0.01);
    assertEquals(exact, analysis.layers().get(0).weights().sqnr().orElseThrow(), 0.01);
    assertEquals(Optional.empty(), analysis.activationsOnly().sqnr());
    assertEquals(Optional.empty(), analysis.layers().get(0).activation());
    assertEquals(Optional.empty(), analysis.input());
  }

  @Test
  void aMapAloneIsRoundedToItsCodesAndReadByTheFloatLayersBehind() {
    FloatNetwork network = twoConvolutions();
    QuantizationResult result = quantize(network, PLAIN);
    FixedFormat format = (FixedFormat) result.network().layers().get(0).output().format();
    FloatNetwork first = new FloatNetwork("1", "x", INPUT, network.nodes().subList(0, 2), "r");
    FloatNetwork second =
        new FloatNetwork("2", "r", new Shape(6, 6, 6), network.nodes().subList(2, 3), "y");
    double energy = 0;
    double noise = 0;
    for (int n = 0; n < IMAGES.count(); n++) {
      float[] map = floats(first, n);
      for (int i = 0; i < map.length; i++) {
        map[i] = (float) (format.encode(map[i]) * format.scale());
      }
      float[] got = new FloatExecutor(second).logits(map, 1);
      float[] wanted = floats(network, n);
      for (int i = 0; i < wanted.length; i++) {
        energy += wanted[i] * wanted[i];
        noise += (wanted[i] - got[i]) * (wanted[i] - got[i]);
      }
    }
    Analysis analysis = analyze(result, Optional.empty());
    double expected = 10 * Math.log10(energy / noise);
    assertEquals(expected, analysis.activationsOnly().sqnr().orElseThrow(), 0.02);
    Measurement alone = analysis.layers().get(0).activation().orElseThrow();
    assertEquals(expected, alone.sqnr().orElseThrow(), 0.02);
  }

  @Test
  void memoryCountsWhatIsQuantizedAndTheRestWith32Bits() {
    QuantizationResult result = quantize(twoConvolutions(), QuantizeOptions.defaults());
    Analysis analysis = analyze(result, Optional.empty());
    int first = 6 * 3 * 9;
    int second = 4 * 6 * 9;
    long tables = 16 * 8;
    long elements = 3 * 36 + 6 * 36 + 4 * 36;
    assertEquals(4L * (first + second) + 2 * tables, analysis.weightsOnly().memory().weights());
    assertEquals(32 * elements, analysis.weightsOnly().memory().activations());
    assertEquals(32L * (first + second), analysis.activationsOnly().memory().weights());
    assertEquals(
        8 * (3 * 36 + 6 * 36) + 32 * 4 * 36, analysis.activationsOnly().memory().activations());
    LayerAnalysis layer = analysis.layers().get(0);
    assertEquals(4L * first + tables + 32L * second, layer.weights().memory().weights());
    assertEquals(
        32 * elements - 24 * 6 * 36, layer.activation().orElseThrow().memory().activations());
    assertEquals(result.report().memory(), analysis.quantized().memory());
  }

  @Test
  void labelsGiveTheAccuracy() {
    FloatNetwork network = pooled();
    QuantizationResult result = quantize(network, QuantizeOptions.defaults());
    int[] classes = new int[IMAGES.count()];
    for (int n = 0; n < classes.length; n++) {
      classes[n] = largest(floats(network, n));
    }
    Analysis analysis = analyze(result, Optional.of(new Labels(Path.of("labels.npy"), classes)));
    assertEquals(Optional.of(1.0), analysis.floatNetwork().accuracy());
    assertEquals(analysis.quantized().agreement(), analysis.quantized().accuracy());
    assertEquals(Optional.empty(), analysis.floatNetwork().sqnr());
  }

  @Test
  void divergenceIsThatOfTheClassProbabilitiesWhereThereAreClasses() {
    FloatNetwork network = pooled();
    QuantizationResult result = quantize(network, QuantizeOptions.defaults());
    double divergence = 0;
    for (int n = 0; n < IMAGES.count(); n++) {
      divergence += divergence(floats(network, n), integers(result.network(), n)) / IMAGES.count();
    }
    double measured = analyze(result, Optional.empty()).quantized().divergence();
    assertEquals(divergence, measured, 1e-3 * divergence);
  }

  @Test
  void labelsOfAnOutputWithoutClassesAreRefused() {
    QuantizationResult result = quantize(twoConvolutions(), QuantizeOptions.defaults());
    Labels labels = new Labels(Path.of("labels.npy"), new int[IMAGES.count()]);
    BadInputException refusal =
        assertThrows(BadInputException.class, () -> analyze(result, Optional.of(labels)));
    assertTrue(refusal.getMessage().contains("output 'y' is [4, 6, 6]"), refusal.getMessage());
  }

  @Test
  void labelsThatAreNoneOfTheNetworkAreRefused() {
    QuantizationResult result = quantize(pooled(), QuantizeOptions.defaults());
    int[] classes = new int[IMAGES.count()];
    classes[3] = 99;
    Optional<Labels> labels = Optional.of(new Labels(Path.of("labels.npy"), classes));
    assertThrows(BadInputException.class, () -> analyze(result, labels));
  }

  @Test
  void distributionsCountEveryWeightOnce() {
    Analysis analysis =
        analyze(quantize(twoConvolutions(), QuantizeOptions.defaults()), Optional.empty());
    for (LayerAnalysis layer : analysis.layers()) {
      MacLayer mac = layer.layer();
      WeightDistribution weights = layer.weightDistribution();
      assertEquals(
          mac.weightCount(), weights.wanted().counts().stream().mapToLong(Long::longValue).sum());
      for (WeightDistribution.Level level : weights.levels()) {
        long used = 0;
        for (int i = 0; i < mac.weightCount(); i++) {
          used += mac.weight(i) == level.value() ? 1 : 0;
        }
        assertEquals(used, level.weights(), "level " + level.value());
      }
      assertEquals(
          mac.onlyPlane().codebook().levels().stream().distinct().sorted().toList(),
          weights.levels().stream().map(WeightDistribution.Level::value).toList());
    }
  }

  @Test
  void theNumberOfThreadsChangesNothing() throws Exception {
    QuantizationResult result = quantize(pooled(), QuantizeOptions.defaults());
    Analysis many = analyze(result, Optional.empty());
    ForkJoinPool one = new ForkJoinPool(1);
    try {
      Analysis single = one.submit(() -> analyze(result, Optional.empty())).get();
      assertEquals(many, single);
    } finally {
      one.shutdown();
    }
  }

  @Test
  void asManyImagesAsAskedFor() {
    QuantizationResult result = quantize(pooled(), QuantizeOptions.defaults());
    EvaluationImages seven = new EvaluationImages(IMAGES, Optional.empty(), OptionalInt.of(7));
    Analysis analysis = Analyzer.analyze(result, seven, PhaseProgress.none());
    assertEquals(7, analysis.quantized().images());
    assertTrue(analysis.imagesAlone() <= 7);
  }

  private static FloatNetwork twoConvolutions() {
    return FloatNetworks.on(INPUT, 3)
        .conv("x", "a", 6, FloatNetworks.SAME)
        .relu("a", "r")
        .conv("r", "y", 4, FloatNetworks.SAME)
        .result("y");
  }

  private static FloatNetwork pooled() {
    return FloatNetworks.on(INPUT, 7)
        .conv("x", "a", 6, FloatNetworks.SAME)
        .relu("a", "r")
        .pool("r", "p")
        .conv("p", "b", 5, FloatNetworks.SAME)
        .mean("b", "m")
        .conv("m", "y", 4, lutmac.network.shape.Window.pointwise())
        .result("y");
  }

  private static QuantizationResult quantize(FloatNetwork network, QuantizeOptions options) {
    return Quantizer.quantize(network, CALIBRATION, PREPROCESSING, options, PhaseProgress.none());
  }

  private static Analysis analyze(QuantizationResult result, Optional<Labels> labels) {
    return Analyzer.analyze(
        result, new EvaluationImages(IMAGES, labels, OptionalInt.empty()), PhaseProgress.none());
  }

  private static float[] floats(FloatNetwork network, int image) {
    Preprocessor inputs = new Preprocessor(IMAGES, PREPROCESSING, INPUT);
    return new FloatExecutor(network).logits(inputs.floatInput(image), 1);
  }

  private static float[] integers(QuantizedNetwork network, int image) {
    Preprocessor inputs = new Preprocessor(IMAGES, PREPROCESSING, INPUT);
    int[] sums = new IntegerExecutor(network).run(inputs.codes(image, network.input()));
    float[] values = new float[sums.length];
    int pixels = network.output().shape().pixels();
    for (int i = 0; i < sums.length; i++) {
      values[i] = Math.scalb((float) sums[i], -network.output().format().frac(i / pixels));
    }
    return values;
  }

  /** The definition: sum of p log(p / q). */
  private static double divergence(float[] wanted, float[] got) {
    double[] p = softmax(wanted);
    double[] q = softmax(got);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  private static double[] softmax(float[] logits) {
    double sum = 0;
    double[] shares = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      shares[i] = Math.exp(logits[i]);
      sum += shares[i];
    }
    for (int i = 0; i < logits.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
