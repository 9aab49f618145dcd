package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.study.StudiedChain;
import lutmac.runtime.image.Images;
import org.junit.jupiter.api.Test;

/** {@code auto} without anything to decide. */
class AutoRecipeTest {
  @Test
  void withoutBudgetEverythingIsAsWideAsAllowed() {
    QuantizationResult result =
        Quantizer.quantize(
            StudiedChain.network(),
            Images.bytes(StudiedChain.INPUT, 48, 1),
            StudiedChain.CENTRED,
            QuantizeOptions.defaults()
                .withRecipe(
                    Recipe.Auto.of(new WeightFormat.Table(3, 2), ActivationFormat.Fixed.of(6))),
            PhaseProgress.none());
    for (QuantizedLayer layer : result.network().layers()) {
      MacLayer mac = (MacLayer) layer;
      assertEquals(3, mac.weightBits());
      if (mac.stage() instanceof OutputStage.Requantize) {
        assertEquals("6", mac.output().format().toString().replaceAll("[a-z]*(\\d+).*", "$1"));
      }
    }
    assertTrue(result.allocation().isEmpty());
  }
}
