package lutmac.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What the quantizer relies on: bits depend on the image alone. */
class FloatExecutorTest {
  private static final Shape INPUT = new Shape(3, 12, 11);
  private static final int IMAGES = 7;

  @Property(tries = 20)
  void anImageHasTheSameBitsAloneAndInABatch(@ForAll long seed) {
    FloatExecutor executor = new FloatExecutor(FloatNetworks.random(INPUT, seed));
    float[] batch = images(seed);
    executor
        .run(batch, IMAGES)
        .forEach(
            (map, together) -> {
              int size = together.length / IMAGES;
              for (int n = 0; n < IMAGES; n++) {
                assertArrayEquals(
                    Arrays.copyOfRange(together, n * size, (n + 1) * size),
                    executor.run(image(batch, n), 1, Set.of(map)).get(map),
                    map);
              }
            });
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() throws Exception {
    FloatNetwork network = FloatNetworks.random(INPUT, 5);
    float[] batch = images(5);
    float[] expected = inPool(1, network, batch);
    for (int threads : List.of(2, 5)) {
      assertArrayEquals(expected, inPool(threads, network, batch));
    }
  }

  private static float[] inPool(int threads, FloatNetwork network, float[] batch) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(() -> new FloatExecutor(network).logits(batch, IMAGES)).get();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void givesOnlyWhatIsWantedInTheOrderOfTheNodes() {
    FloatNetwork network = FloatNetworks.random(INPUT, 3);
    FloatExecutor executor = new FloatExecutor(network);
    float[] batch = images(3);
    Map<String, float[]> all = executor.run(batch, IMAGES);
    assertEquals(List.copyOf(network.shapes().keySet()), List.copyOf(all.keySet()));
    assertArrayEquals(batch, all.get(network.inputName()));
    Map<String, float[]> one = executor.run(batch, IMAGES, Set.of(network.outputName()));
    assertEquals(Set.of(network.outputName()), one.keySet());
    assertArrayEquals(all.get(network.outputName()), one.get(network.outputName()));
  }

  @Test
  void rejectsBatchesAndMapsThatDoNotFit() {
    FloatExecutor executor = new FloatExecutor(FloatNetworks.random(INPUT, 1));
    assertThrows(IllegalArgumentException.class, () -> executor.logits(new float[5], 1));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> executor.run(new float[INPUT.size()], 1, Set.of("no such map")));
    assertTrue(refused.getMessage().contains("no such map"));
  }

  private static float[] images(long seed) {
    Random random = new Random(seed);
    float[] batch = new float[IMAGES * INPUT.size()];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = (float) random.nextGaussian();
    }
    return batch;
  }

  private static float[] image(float[] batch, int n) {
    return Arrays.copyOfRange(batch, n * INPUT.size(), (n + 1) * INPUT.size());
  }
}
