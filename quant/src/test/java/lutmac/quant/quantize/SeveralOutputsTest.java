package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Analyzer;
import lutmac.quant.analysis.EvaluationImages;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.sensitivity.RealResults;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SeveralOutputsTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);

  /** Two heads of sums, a map that layers read, and a joined one that is only returned. */
  private static FloatNetwork heads() {
    return FloatNetworks.on(INPUT, 4)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 8, FloatNetworks.SAME)
        .relu("b", "br")
        .pool("br", "p")
        .mean("p", "m")
        .conv("m", "classes", 5, Window.pointwise())
        .conv("p", "boxes", 4, Window.pointwise())
        .concat("both", "ar", "br")
        .result("classes", "boxes", "br", "both");
  }

  static Stream<Recipe> recipes() {
    return Stream.of(
        QuantizeOptions.defaults().recipe(),
        new Recipe.Mxqn(4, 8),
        new Recipe.Fxp(new Budget.CompressionRatio(4)),
        new Recipe.Auto(
            Recipe.Auto.allWeights(),
            Recipe.Auto.allActivations(),
            new Budget.Accuracy(5, Optional.empty())));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyOutputStaysCloseToTheFloatNetwork(Recipe recipe) {
    QuantizedNetwork quantized = quantize(recipe).network();

    assertEquals(
        List.of("classes", "boxes", "br", "both"),
        quantized.outputs().stream().map(Tensor::name).toList());
    ImageSet images = Images.bytes(INPUT, 8, 2);
    Preprocessor inputs = new Preprocessor(images, CENTRED, INPUT);
    FloatExecutor floats = new FloatExecutor(heads());
    IntegerExecutor integers = new IntegerExecutor(quantized);
    for (int output = 0; output < 4; output++) {
      double energy = 0;
      double noise = 0;
      for (int n = 0; n < images.count(); n++) {
        float[] wanted = floats.outputs(inputs.floatInput(n), 1).get(output);
        float[] got =
            RealResults.of(quantized, integers.outputs(inputs.codes(n, quantized.input())))[output];
        for (int i = 0; i < wanted.length; i++) {
          energy += (double) wanted[i] * wanted[i];
          noise += Math.pow((double) wanted[i] - got[i], 2);
        }
      }
      double decibels = 10 * Math.log10(energy / noise);
      assertTrue(decibels > 12, "output %d has %.1f dB".formatted(output, decibels));
    }
  }

  @Test
  void onlyOutputsThatNobodyReadsAreSums() {
    QuantizedNetwork quantized = quantize(QuantizeOptions.defaults().recipe()).network();

    assertEquals(
        List.of(true, true, false, false),
        quantized.outputs().stream().map(output -> output.format().raw()).toList());
    // Nothing was added to return them.
    assertEquals(6, quantized.layers().size());
  }

  @Test
  void analysisCountsTheErrorsOfAllOutputs() {
    QuantizationResult result = quantize(QuantizeOptions.defaults().recipe());
    EvaluationImages images =
        new EvaluationImages(Images.bytes(INPUT, 4, 2), Optional.empty(), OptionalInt.of(4));

    Analysis analysis = Analyzer.analyze(result, images, PhaseProgress.none());

    assertTrue(analysis.quantized().sqnr().orElseThrow() > 12);
  }

  private static QuantizationResult quantize(Recipe recipe) {
    return Quantizer.quantize(
        heads(),
        Images.bytes(INPUT, 32, 1),
        CENTRED,
        QuantizeOptions.defaults().withRecipe(recipe),
        PhaseProgress.none());
  }
}
