package lutmac.quant.equalize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.calib.ActivationSampler;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;
import lutmac.quant.fuse.LayerFusion;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EqualizerTest {
  private static final Shape INPUT = new Shape(4, 8, 8);

  @Property(tries = 150)
  void theNetworkComputesTheSame(@ForAll long seed) {
    FloatNetwork network = FloatNetworks.random(INPUT, seed);
    List<FusedLayer> layers = LayerFusion.fuse(network).layers();
    Equalizer.Result result = equalize(layers, balance(seed));
    for (float[] image : images(5, seed + 1)) {
      float[] before = result(layers, image);
      float[] after = result(result.layers(), image);
      float most = 0;
      for (float value : before) {
        most = Math.max(most, Math.abs(value));
      }
      assertArrayEquals(before, after, 1e-4f * most + 1e-6f);
    }
  }

  @Property(tries = 60)
  void statisticsAreThoseOfTheScaledNetwork(@ForAll long seed) {
    List<FusedLayer> layers = LayerFusion.fuse(FloatNetworks.random(INPUT, seed)).layers();
    Equalizer.Result result = equalize(layers, balance(seed));
    Map<String, ActivationStatistics> measured = statistics(result.layers());
    measured.forEach(
        (map, expected) -> {
          ActivationStatistics stated = result.statistics().get(map);
          for (int c = 0; c < expected.most().length; c++) {
            float tolerance = 1e-3f * Math.max(expected.mostOfAll(), -expected.leastOfAll());
            assertEquals(expected.most()[c], stated.most()[c], tolerance, map);
            assertEquals(expected.least()[c], stated.least()[c], tolerance, map);
          }
        });
  }

  @Property(tries = 60)
  void inputAndResultKeepTheirScale(@ForAll long seed) {
    List<FusedLayer> layers = LayerFusion.fuse(FloatNetworks.random(INPUT, seed)).layers();
    Equalizer.Result result = equalize(layers, balance(seed));
    String last = layers.get(layers.size() - 1).output();
    for (String end : List.of("x", last)) {
      assertArrayEquals(
          statistics(layers).get(end).most(), result.statistics().get(end).most(), end);
    }
  }

  @Test
  void channelsAreScaledInFrontOfALeakyReluOnly() {
    for (ActivationFunction function :
        List.of(Activations.leakyRelu(0.1f), Activations.hardSwish())) {
      FloatNetwork network =
          FloatNetworks.on(INPUT, 5)
              .conv("x", "a", 6, FloatNetworks.SAME)
              .activation("a", "af", function)
              .conv("af", "y", 4, FloatNetworks.SAME)
              .result("y");
      List<FusedLayer> layers = LayerFusion.fuse(network).layers();
      Equalizer.Result result = equalize(layers, Optional.of(0.5));
      boolean kept =
          Arrays.equals(statistics(layers).get("af").most(), result.statistics().get("af").most());
      assertEquals(!function.scales(), kept, function.toString());
      float[] image = images(1, 1)[0];
      assertArrayEquals(result(layers, image), result(result.layers(), image), 1e-4f);
    }
  }

  @Test
  void aReturnedMapKeepsItsScaleAlsoWhereLayersReadIt() {
    List<FusedLayer> layers = plainChain();
    Map<String, ActivationStatistics> before = statistics(layers);
    Map<String, Integer> bits = new HashMap<>();
    before.keySet().forEach(map -> bits.put(map, 8));
    FusedNetwork network = new FusedNetwork(layers, List.of("y", "ar"));
    Equalizer.Result result =
        Equalizer.equalize("x", INPUT, network, before, Optional.of(0.5), bits);
    assertArrayEquals(before.get("ar").most(), result.statistics().get("ar").most());
  }

  @Test
  void aCeilingIsScaledWithItsMap() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 5)
                    .conv("x", "a", 6, FloatNetworks.SAME)
                    .relu("a", "ar", 0.7f)
                    .conv("ar", "y", 3, FloatNetworks.SAME)
                    .result("y"))
            .layers();
    Equalizer.Result result = equalize(layers, Optional.of(0.5));
    // Every channel reaches the ceiling: 0.7 of the float network.
    double factor = result.statistics().get("ar").mostOfAll() / 0.7;
    assertTrue(factor >= 1 && factor < 2, "one factor for the map: " + factor);
    float ceiling = ((FusedLayer.Linear) result.layers().get(0)).ceiling().orElseThrow();
    assertEquals(0.7 * factor, ceiling, 1e-5);
  }

  @Test
  void anInfiniteCeilingStaysInfinite() {
    Equalizer.Result result = equalize(plainChain(), Optional.of(0.5));
    assertEquals(
        Optional.of(Float.POSITIVE_INFINITY),
        ((FusedLayer.Linear) result.layers().get(0)).ceiling());
  }

  @Test
  void balanceOneGivesEveryChannelTheSameRange() {
    List<FusedLayer> layers = plainChain();
    float[] before = statistics(layers).get("ar").most();
    float[] after = equalize(layers, Optional.of(1.0)).statistics().get("ar").most();
    assertTrue(max(before) > 1.3 * min(before), Arrays.toString(before));
    assertEquals(max(after), min(after), 1e-3 * max(after));
  }

  @Test
  void balanceZeroGivesEveryColumnOfWeightsTheSameRange() {
    List<FusedLayer> layers = equalize(plainChain(), Optional.of(0.0)).layers();
    FusedLayer.Linear reader = (FusedLayer.Linear) layers.get(1);
    float[] column = new float[6];
    for (int o = 0; o < reader.outChannels(); o++) {
      float row = 0;
      for (int k = 0; k < reader.taps(); k++) {
        row = Math.max(row, Math.abs(reader.weights()[o * reader.taps() + k]));
      }
      for (int k = 0; k < reader.taps(); k++) {
        int c = reader.inChannel(o, k);
        column[c] = Math.max(column[c], Math.abs(reader.weights()[o * reader.taps() + k]) / row);
      }
    }
    float[] plain = columns((FusedLayer.Linear) plainChain().get(1));
    assertTrue(max(column) / min(column) < max(plain) / min(plain), Arrays.toString(column));
  }

  private static float[] columns(FusedLayer.Linear layer) {
    float[] column = new float[6];
    for (int i = 0; i < layer.weights().length; i++) {
      int c = layer.inChannel(i / layer.taps(), i % layer.taps());
      column[c] = Math.max(column[c], Math.abs(layer.weights()[i]));
    }
    return column;
  }

  /** The same function: what one layer multiplies, the next divides. */
  @Test
  void channelsFarApartAreBroughtTogetherWithoutABalance() {
    float[] spread = {0.01f, 1, 30, 0.1f, 100, 3};
    FusedLayer.Linear writer = (FusedLayer.Linear) plainChain().get(0);
    FusedLayer.Linear reader = (FusedLayer.Linear) plainChain().get(1);
    float[] written = writer.weights().clone();
    float[] bias = writer.bias().clone();
    for (int i = 0; i < written.length; i++) {
      written[i] *= spread[i / writer.taps()];
    }
    for (int c = 0; c < bias.length; c++) {
      bias[c] *= spread[c];
    }
    float[] read = reader.weights().clone();
    for (int i = 0; i < read.length; i++) {
      read[i] /= spread[reader.inChannel(i / reader.taps(), i % reader.taps())];
    }
    List<FusedLayer> layers =
        List.of(
            writer.with(written, bias, writer.ceiling()),
            reader.with(read, reader.bias(), reader.ceiling()));
    float[] before = statistics(layers).get("ar").most();
    float[] after = equalize(layers, Optional.empty()).statistics().get("ar").most();
    assertTrue(max(before) > 1000 * min(before), Arrays.toString(before));
    assertTrue(max(after) < 8 * min(after), Arrays.toString(after));
  }

  @Test
  void withoutBalanceChannelsThatAreAlikeHaveOneFactor() {
    List<FusedLayer> layers = plainChain();
    float[] before = statistics(layers).get("ar").most();
    float[] after = equalize(layers, Optional.empty()).statistics().get("ar").most();
    float factor = after[0] / before[0];
    for (int c = 0; c < before.length; c++) {
      assertEquals(factor, after[c] / before[c], 1e-5);
    }
  }

  @Test
  void channelsAreScaledAtAll() {
    assertFalse(
        Arrays.equals(
            ((FusedLayer.Linear) plainChain().get(0)).weights(),
            ((FusedLayer.Linear) equalize(plainChain(), Optional.of(0.5)).layers().get(0))
                .weights()));
  }

  private static List<FusedLayer> plainChain() {
    return LayerFusion.fuse(
            FloatNetworks.on(INPUT, 6)
                .conv("x", "a", 6, FloatNetworks.SAME)
                .relu("a", "ar")
                .conv("ar", "y", 3, Window.pointwise())
                .result("y"))
        .layers();
  }

  private static Optional<Double> balance(long seed) {
    Random random = new Random(seed + 99);
    return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(random.nextDouble());
  }

  private static Equalizer.Result equalize(List<FusedLayer> layers, Optional<Double> balance) {
    Map<String, ActivationStatistics> statistics = statistics(layers);
    Map<String, Integer> bits = new HashMap<>();
    statistics.keySet().forEach(map -> bits.put(map, 8));
    return Equalizer.equalize("x", INPUT, returning(layers), statistics, balance, bits);
  }

  private static FusedNetwork returning(List<FusedLayer> layers) {
    return new FusedNetwork(layers, List.of(layers.get(layers.size() - 1).output()));
  }

  private static Map<String, ActivationStatistics> statistics(List<FusedLayer> layers) {
    return ActivationSampler.sample(new FloatRun(layers), "x", INPUT, images(12, 3), 1);
  }

  private static float[] result(List<FusedLayer> layers, float[] image) {
    Map<String, float[]> maps = new HashMap<>(Map.of("x", image));
    new FloatRun(layers).run(0, layers.size(), maps);
    return maps.get(layers.get(layers.size() - 1).output());
  }

  private static float[][] images(int count, long seed) {
    Random random = new Random(seed);
    float[][] images = new float[count][INPUT.size()];
    for (float[] image : images) {
      for (int i = 0; i < image.length; i++) {
        image[i] = (float) random.nextGaussian();
      }
    }
    return images;
  }

  private static float max(float[] values) {
    float max = 0;
    for (float value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  private static float min(float[] values) {
    float min = Float.POSITIVE_INFINITY;
    for (float value : values) {
      min = Math.min(min, value);
    }
    return min;
  }
}
