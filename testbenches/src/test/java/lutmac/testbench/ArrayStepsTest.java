package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.examples.digits.DigitsExample;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.quantized.Preprocessing;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.ImageSets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The steps that a budget counts are those that the compiled program takes. */
@Tag("slow")
class ArrayStepsTest {

  @ParameterizedTest
  @CsvSource({"14, 16, csd", "8, 8, csd", "8, 16, bins"})
  void ofTheExampleAreThoseOfItsProgram(int rows, int columns, String pe, @TempDir Path directory)
      throws IOException {
    Path model = Files.write(directory.resolve("digits.onnx"), DigitsExample.network());
    Path images = directory.resolve("images.npy");
    DigitsExample.calibration(40).write(images, directory.resolve("labels.npy"));
    Preprocessing preprocessing =
        new Preprocessing(
            List.of(DigitsExample.MEAN), List.of(DigitsExample.STD), false, Optional.empty(), 0);
    Recipe onePlane =
        new Recipe.Auto(
            List.of(new WeightFormat.Table(3, 2), new WeightFormat.Table(4, 2)),
            List.of(ActivationFormat.Fixed.of(8)),
            new Budget.ArraySteps(1_000_000_000, rows, columns));
    QuantizationResult result =
        Quantizer.quantize(
            OnnxReader.read(model),
            ImageSets.read(images),
            preprocessing,
            QuantizeOptions.defaults().withRecipe(onePlane),
            PhaseProgress.none());
    AcceleratorConfig config =
        ConfigChooser.choose(result.network(), rows, columns, PeStyles.named(pe));
    long steps =
        CycleModel.predict(NetworkCompiler.compile(result.network(), config)).stream()
            .mapToLong(LayerCycles::steps)
            .sum();
    assertEquals(steps, result.allocation().orElseThrow().chosen().cost());
  }
}
