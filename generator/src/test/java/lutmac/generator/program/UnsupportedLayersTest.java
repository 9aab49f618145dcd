package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import org.junit.jupiter.api.Test;

/** What a quantized network may hold and the hardware does not compute is refused by layer name. */
class UnsupportedLayersTest {
  private static final FixedFormat BYTE = new FixedFormat(8, 0, false);
  private static final Shape SHAPE = new Shape(4, 3, 3);
  private static final Tensor INPUT = Tensor.zeroPadded("image", SHAPE, BYTE);

  @Test
  void ordinaryLayersAreAccepted() {
    assertEquals(1, HardwareLayer.of(network(mac(1, 1, BYTE))).size());
  }

  /** As dense layers: the missing weights are zero. */
  @Test
  void groupsAreComputed() {
    for (int groups : new int[] {2, 4}) {
      QuantizedNetwork network = network(mac(groups, 1, BYTE));
      CompiledNetwork compiled =
          NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 4, new CsdStyle()));
      assertEquals(
          Optional.empty(),
          CompiledExecution.firstDifference(compiled, RandomNetworks.input(network, groups)));
    }
  }

  @Test
  void rejectsTwoPlanes() {
    assertRejects(mac(1, 2, BYTE), "4 bits");
  }

  @Test
  void rejectsLogarithmicMaps() {
    assertRejects(mac(1, 1, new LogFormat(4, 1, 6)), "logarithmic");
  }

  @Test
  void rejectsConcatenations() {
    Tensor output = Tensor.zeroPadded("made", new Shape(8, 3, 3), BYTE);
    assertRejects(new ConcatLayer("layer", List.of(INPUT, INPUT), output), "concatenates");
  }

  private static MacLayer mac(int groups, int planes, TensorFormat format) {
    int channels = SHAPE.channels();
    byte[] codes = new byte[channels * channels / groups];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i % 4);
    }
    WeightPlane plane = new WeightPlane(new Codebook(List.of(0, 1, 2, 4)), codes);
    return new MacLayer(
        "layer",
        INPUT,
        Tensor.zeroPadded("made", SHAPE, format),
        Optional.empty(),
        Window.pointwise(),
        groups,
        false,
        Collections.nCopies(planes, plane),
        new int[channels],
        new OutputStage.Requantize(Collections.nCopies(channels, 0), 0, 255));
  }

  private static QuantizedNetwork network(QuantizedLayer layer) {
    return new QuantizedNetwork(
        "one",
        new InputEncoding(INPUT, Preprocessing.none(), true),
        List.of(layer),
        Rounding.HALF_EVEN,
        Map.of());
  }

  private static void assertRejects(QuantizedLayer layer, String reason) {
    AcceleratorConfig config = ConfigChooser.choose(network(mac(1, 1, BYTE)), 4, 4, new CsdStyle());
    String message =
        assertThrows(BadInputException.class, () -> NetworkCompiler.compile(network(layer), config))
            .getMessage();
    assertTrue(message.contains("layer 'layer'"), message);
    assertTrue(message.contains(reason), message);
  }
}
