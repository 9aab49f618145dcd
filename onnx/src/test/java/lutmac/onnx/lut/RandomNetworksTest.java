package lutmac.onnx.lut;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.onnx.writer.ExactReduction;
import org.junit.jupiter.api.Test;

/** What the property tests over random networks are worth: nothing is left out. */
class RandomNetworksTest {
  private static final int NETWORKS = 4000;

  @Test
  void anyNetworksReachEveryFeature() {
    Set<String> reached = new HashSet<>();
    for (int seed = 0; seed < NETWORKS; seed++) {
      QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
      for (QuantizedLayer layer : network.layers()) {
        addFeatures(layer, network.rounding(), reached);
      }
    }
    Set<String> features =
        new HashSet<>(
            Set.of(
                "depthwise",
                "depthwise with a multiplier",
                "groups of several channels",
                "pixel sums in groups",
                "float64 pixel sums in groups",
                "two planes",
                "clamp below the format's top",
                "logarithmic pool",
                "logarithmic skip",
                "logarithmic input and output",
                "logarithmic concatenation",
                "fixed-point concatenation"));
    for (Rounding rounding : Rounding.values()) {
      features.add("channel parts of groups, " + rounding);
      features.add("tap parts of depthwise layers, " + rounding);
      for (String precision : new String[] {"float32", "float64"}) {
        features.add("logarithms of %s sums, %s".formatted(precision, rounding));
      }
    }
    for (int bits = 3; bits <= 6; bits++) {
      for (int step = 0; step <= 3; step++) {
        if (LogFormat.exists(bits, step)) {
          features.add("log%d.%d".formatted(bits, step));
        }
      }
    }
    features.removeAll(reached);
    assertEquals(Set.of(), features);
  }

  private static void addFeatures(QuantizedLayer layer, Rounding rounding, Set<String> reached) {
    boolean logarithmic = layer.output().format() instanceof LogFormat;
    if (layer.output().format() instanceof LogFormat log) {
      reached.add("log%d.%d".formatted(log.bits(), log.resolution()));
    }
    if (layer instanceof ConcatLayer) {
      reached.add(logarithmic ? "logarithmic concatenation" : "fixed-point concatenation");
    }
    if (layer instanceof MaxPoolLayer && logarithmic) {
      reached.add("logarithmic pool");
    }
    if (layer instanceof MacLayer mac) {
      addFeatures(mac, rounding, reached);
    }
  }

  private static void addFeatures(MacLayer layer, Rounding rounding, Set<String> reached) {
    boolean grouped = layer.groups() > 1;
    if (grouped && layer.groupChannels() > 1) {
      reached.add("groups of several channels");
    }
    if (grouped && layer.groupChannels() == 1) {
      boolean multiplied = layer.outChannels() > layer.groups();
      reached.add(multiplied ? "depthwise with a multiplier" : "depthwise");
    }
    if (grouped && layer.sumPixels()) {
      reached.add("pixel sums in groups");
    }
    if (layer.planes().size() == 2) {
      reached.add("two planes");
    }
    boolean logarithmic = layer.output().format() instanceof LogFormat;
    if (logarithmic && layer.input().format() instanceof LogFormat) {
      reached.add("logarithmic input and output");
    }
    if (layer.skip().filter(s -> s.source().format() instanceof LogFormat).isPresent()) {
      reached.add("logarithmic skip");
    }
    if (layer.stage() instanceof OutputStage.Requantize stage
        && stage.lo() == 0
        && stage.hi() < layer.output().format().maxCode()) {
      reached.add("clamp below the format's top");
    }
    ExactReduction reduction = ExactReduction.of(layer, rounding);
    if (logarithmic) {
      String precision = reduction.wide() ? "float64" : "float32";
      reached.add("logarithms of %s sums, %s".formatted(precision, rounding));
    }
    if (grouped && reduction.wide() && layer.sumPixels()) {
      reached.add("float64 pixel sums in groups");
    }
    if (grouped && reduction.parts().size() > 1) {
      boolean taps = reduction.parts().stream().anyMatch(part -> part.kernel().isPresent());
      if (!taps) {
        reached.add("channel parts of groups, " + rounding);
      } else if (layer.groupChannels() == 1) {
        reached.add("tap parts of depthwise layers, " + rounding);
      }
    }
  }
}
