package lutmac.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Map;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.Images;
import lutmac.tune.parameter.TrainableParameter;
import lutmac.tune.student.Student;
import org.junit.jupiter.api.Test;

class TunedFormatsTest {
  private static final FloatNetwork TEACHER = TinyNetworks.floating(1);
  private static final Images IMAGES = Images.waves(TEACHER.inputShape(), 50, 1);

  private static QuantizationResult quantize(PinnedFormats pins) {
    return Quantizer.quantize(
        TEACHER,
        IMAGES,
        TinyNetworks.PREPROCESSING,
        QuantizeOptions.defaults().withPins(pins),
        PhaseProgress.none());
  }

  /** Another table in every layer, and one map with a bit less of fraction. */
  private static QuantizedNetwork changed(QuantizedNetwork start) {
    Student student = new Student(start, TEACHER, true, true);
    for (TrainableParameter parameter : student.parameters()) {
      if (parameter.kind() == TrainableParameter.Kind.LEVEL) {
        parameter.values()[1] += 8;
      } else if (parameter.kind() == TrainableParameter.Kind.SCALE) {
        parameter.values()[0] += 1;
      }
    }
    student.refresh();
    return student.export(Map.of());
  }

  @Test
  void formatsOfATunedNetworkMakeOneOfTheSameFormats() {
    QuantizationResult start = quantize(PinnedFormats.none());
    QuantizedNetwork tuned = changed(start.network());
    PinnedFormats formats = TunedFormats.of(start.formats(), tuned);
    QuantizationResult again = quantize(formats);
    assertEquals(formats, again.formats());
    for (int i = 0; i < tuned.layers().size(); i++) {
      QuantizedLayer expected = tuned.layers().get(i);
      QuantizedLayer got = again.network().layers().get(i);
      assertEquals(expected.output().format(), got.output().format(), expected.name());
    }
    for (int i = 0; i < tuned.macLayers().size(); i++) {
      MacLayer expected = tuned.macLayers().get(i);
      MacLayer got = again.network().macLayers().get(i);
      assertEquals(expected.onlyPlane().codebook(), got.onlyPlane().codebook());
    }
  }

  @Test
  void whatTuningChangesIsAnotherFormat() {
    QuantizationResult start = quantize(PinnedFormats.none());
    QuantizedNetwork tuned = changed(start.network());
    PinnedFormats formats = TunedFormats.of(start.formats(), tuned);
    for (String layer : formats.layers().keySet()) {
      assertNotEquals(start.formats().of(layer).table(), formats.of(layer).table(), layer);
      assertEquals(start.formats().of(layer).exponent(), formats.of(layer).exponent(), layer);
    }
    assertNotEquals(start.formats().of("conv1").output(), formats.of("conv1").output());
  }
}
