package lutmac.quant.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.Test;

/** A network and its preprocessing compute the same without the normalization as with it. */
class PreparedNetworkTest {
  private static final Shape SHAPE = new Shape(2, 4, 5);
  private static final Preprocessing GIVEN =
      new Preprocessing(List.of(100.0, 90.0), List.of(50.0, 60.0), true, Optional.empty(), 1);

  @Test
  void normalizationBecomesMeanAndStd() {
    FloatNetwork network = network(0.25f, 4f);
    PreparedNetwork prepared = PreparedNetwork.of(network, GIVEN);
    assertEquals(1, prepared.network().nodes().size());
    assertTrue(prepared.note().orElseThrow().contains("'norm'"));
    assertEquals(GIVEN.bgr(), prepared.preprocessing().bgr());
    assertEquals(GIVEN.labelOffset(), prepared.preprocessing().labelOffset());
    float[] pixels = new float[SHAPE.size()];
    Random random = new Random(3);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextInt(256);
    }
    float[] expected = output(network, GIVEN, pixels);
    float[] actual = output(prepared.network(), prepared.preprocessing(), pixels);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4f);
    }
  }

  @Test
  void whatMirrorsOrDropsAChannelStaysALayer() {
    for (float weight : new float[] {-1f, 0f}) {
      PreparedNetwork prepared = PreparedNetwork.of(network(1f, weight), GIVEN);
      assertEquals(2, prepared.network().nodes().size());
      assertEquals(GIVEN, prepared.preprocessing());
    }
  }

  private static FloatNetwork network(float first, float second) {
    FloatOp.Conv normalization =
        new FloatOp.Conv(
            2, 2, 2, Window.pointwise(), new float[] {first, second}, new float[] {-0.5f, 1.25f});
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    float[] weights = new float[18];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) Math.sin(i + 1);
    }
    FloatOp.Conv conv = new FloatOp.Conv(1, 2, window, weights, new float[] {0.125f});
    return new FloatNetwork(
        "net",
        "in",
        SHAPE,
        List.of(
            new FloatNode("norm", normalization, List.of("in"), "t", SHAPE),
            new FloatNode("conv", conv, List.of("t"), "out", new Shape(1, 4, 5))),
        "out");
  }

  private static float[] output(FloatNetwork network, Preprocessing preparation, float[] pixels) {
    float[] input = new float[pixels.length];
    for (int i = 0; i < input.length; i++) {
      int channel = i / SHAPE.pixels();
      input[i] = (float) ((pixels[i] - preparation.mean(channel)) / preparation.std(channel));
    }
    return new FloatExecutor(network).outputs(input, 1).get(0);
  }
}
