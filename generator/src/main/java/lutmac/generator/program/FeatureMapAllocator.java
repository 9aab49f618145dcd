package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places regions with known lifetimes in one buffer: largest first, each at the lowest address
 * where it overlaps no region that lives at the same time.
 */
final class FeatureMapAllocator {
  private FeatureMapAllocator() {}

  /** A region of the buffer: {@code words} words, needed from one layer to another inclusive. */
  static final class Region {
    private final long words;
    private final int first;
    private int last;
    private long base;

    Region(long words, int first) {
      this.words = words;
      this.first = first;
      this.last = first;
    }

    /** Keeps the region until layer {@code layer} has run. */
    void keepUntil(int layer) {
      last = Math.max(last, layer);
    }

    int first() {
      return first;
    }

    int last() {
      return last;
    }

    long words() {
      return words;
    }

    /** Word address, once placed. */
    long base() {
      return base;
    }

    private long end() {
      return base + words;
    }

    boolean livesAt(int layer) {
      return first <= layer && layer <= last;
    }

    private boolean meets(Region other) {
      return first <= other.last && other.first <= last;
    }
  }

  /** Sets every region's base and returns the words of buffer that they take together. */
  static long place(List<Region> regions) {
    List<Region> order = new ArrayList<>(regions);
    // The sort is stable: equal regions keep the program's order, so the result is reproducible.
    order.sort(Comparator.comparingLong(Region::words).reversed());
    List<Region> placed = new ArrayList<>();
    long depth = 0;
    for (Region region : order) {
      region.base = 0;
      placed.sort(Comparator.comparingLong(Region::base));
      for (Region other : placed) {
        if (region.meets(other) && other.base < region.end()) {
          region.base = Math.max(region.base, other.end());
        }
      }
      placed.add(region);
      depth = Math.max(depth, region.end());
    }
    return depth;
  }
}
