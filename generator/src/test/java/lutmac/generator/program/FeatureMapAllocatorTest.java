package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lutmac.generator.program.FeatureMapAllocator.Region;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FeatureMapAllocatorTest {

  @Property(tries = 200)
  void regionsAliveTogetherDoNotOverlap(@ForAll long seed) {
    Random random = new Random(seed);
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int first = random.nextInt(10);
      Region region = new Region(1 + random.nextInt(50), first);
      region.keepUntil(first + random.nextInt(4));
      regions.add(region);
    }
    long depth = FeatureMapAllocator.place(regions);
    for (int layer = 0; layer < 14; layer++) {
      boolean[] taken = new boolean[(int) depth];
      for (Region region : regions) {
        if (region.livesAt(layer)) {
          for (long word = region.base(); word < region.base() + region.words(); word++) {
            assertTrue(!taken[(int) word], "word " + word + " at layer " + layer);
            taken[(int) word] = true;
          }
        }
      }
    }
  }

  @Test
  void chainOfEqualMapsNeedsTwoOfThem() {
    List<Region> regions = new ArrayList<>();
    for (int layer = 0; layer < 10; layer++) {
      Region region = new Region(100, layer);
      region.keepUntil(layer + 1);
      regions.add(region);
    }
    assertEquals(200, FeatureMapAllocator.place(regions));
  }
}
