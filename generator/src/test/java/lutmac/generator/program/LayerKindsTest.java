package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.config.MapReads;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.pe.CsdStyle;
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

/** Everything that a quantized network may hold is computed, with what the hardware has for it. */
class LayerKindsTest {
  private static final FixedFormat BYTE = new FixedFormat(8, 0, false);
  private static final Shape SHAPE = new Shape(4, 3, 3);
  private static final Tensor INPUT = Tensor.zeroPadded("image", SHAPE, BYTE);

  @Test
  void plainLayersNeedNoFeatureButTheirShortCodes() {
    assertEquals(
        new Features(
            9,
            1,
            1,
            false,
            false,
            true,
            0,
            false,
            false,
            false,
            8,
            new MapReads(1, 1),
            new OutputUnit(12, false, 0, 1)),
        computed(mac(1, 1, BYTE)));
  }

  @Test
  void groupsAreComputed() {
    for (int groups : new int[] {2, 4}) {
      computed(mac(groups, 1, BYTE));
    }
  }

  @Test
  void twoPlanesAreComputed() {
    assertEquals(2, computed(mac(1, 2, BYTE)).planes());
  }

  @Test
  void logarithmicMapsAreComputed() {
    assertEquals(4, computed(mac(1, 1, new LogFormat(4, 1, 6))).logBits());
  }

  @Test
  void mapsOfFewBitsArePacked() {
    assertTrue(computed(mac(1, 1, new FixedFormat(3, 0, false))).packedMaps());
  }

  @Test
  void concatenationsOfTheInputAreCopied() {
    Tensor output = Tensor.zeroPadded("made", new Shape(8, 3, 3), BYTE);
    computed(new ConcatLayer("layer", List.of(INPUT, INPUT), output));
  }

  private static MacLayer mac(int groups, int planes, TensorFormat format) {
    int channels = SHAPE.channels();
    byte[] codes = new byte[channels * channels / groups];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i % (planes == 1 ? 4 : 16));
    }
    WeightPlane plane =
        new WeightPlane(new Codebook(planes == 1 ? List.of(0, 1, 2, 4) : integers()), codes);
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
        new OutputStage.Requantize(Collections.nCopies(channels, 0), 0, (int) format.maxCode()));
  }

  private static List<Integer> integers() {
    return IntStream.range(0, 16).mapToObj(level -> level > 10 ? -level : 6 * level).toList();
  }

  private static QuantizedNetwork network(QuantizedLayer layer) {
    return new QuantizedNetwork(
        "one",
        new InputEncoding(INPUT, Preprocessing.none(), true),
        List.of(layer),
        Rounding.HALF_EVEN,
        Map.of());
  }

  /** Computes a network of one layer and returns what the hardware has for it. */
  private static Features computed(QuantizedLayer layer) {
    QuantizedNetwork network = network(layer);
    AcceleratorConfig config = ConfigChooser.choose(network, 4, 4, new CsdStyle());
    CompiledNetwork compiled = NetworkCompiler.compile(network, config);
    assertEquals(
        Optional.empty(),
        CompiledExecution.firstDifference(compiled, RandomNetworks.input(network, 1)));
    return config.features();
  }
}
