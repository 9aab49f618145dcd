package lutmac.sim.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import org.junit.jupiter.api.Test;

/** A stand-in for the golden model is believed only as long as it agrees with it. */
class FastReferenceTest {
  private final QuantizedNetwork network = RandomNetworks.network(1);
  private final int[] codes = RandomNetworks.input(network, 1);

  @Test
  void returnsWhatTheFastModelSays() {
    Map<String, int[]> maps = GoldenModel.run(network, codes);
    assertSame(maps, new FastReference(network, input -> maps).maps(0, codes));
  }

  @Test
  void checksOneImageInSixteen() {
    FastReference reference = new FastReference(network, input -> Map.of());
    assertEquals(7, IntStream.range(0, 100).filter(reference::golden).count(), "0, 16, 32, ... 96");
    assertTrue(reference.golden(0), "a single image is checked");
  }

  @Test
  void refusesOneWrongElementOfAnyFeatureMap() {
    for (String name : GoldenModel.run(network, codes).keySet()) {
      FastReference wrong = new FastReference(network, input -> spoiled(input, name));
      String message =
          assertThrows(ReferenceMismatchException.class, () -> wrong.maps(16, codes)).getMessage();
      assertTrue(message.contains("image 16, feature map '" + name + "', element 0"), message);
      wrong.maps(17, codes);
    }
  }

  @Test
  void refusesAMissingFeatureMap() {
    FastReference empty = new FastReference(network, input -> Map.of());
    assertThrows(ReferenceMismatchException.class, () -> empty.maps(0, codes));
  }

  private Map<String, int[]> spoiled(int[] input, String name) {
    Map<String, int[]> maps = new LinkedHashMap<>(GoldenModel.run(network, input));
    int[] map = maps.get(name).clone();
    map[0]++;
    maps.put(name, map);
    return maps;
  }
}
