package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;

/**
 * A nest of counters, innermost first, that moves a position and its address by additions only:
 * what an advance of a level adds contains the reset of the levels inside it (docs/hardware.md §3).
 */
final class Nest {
  /** What an advance of a level adds. */
  record Delta(long address, long dx, long dy) {}

  private final int width;
  private final int words;
  private final List<Delta> deltas = new ArrayList<>();
  private long resetAddress;
  private long resetX;
  private long resetY;

  /**
   * @param width words of a row of the map
   * @param words words of a channel block of the map
   */
  Nest(int width, int words) {
    this.width = width;
    this.words = words;
  }

  /** Adds the next outer level: {@code count} positions that are this far apart. */
  Nest level(int count, int blocks, int dx, int dy) {
    long address = (long) blocks * words + (long) dy * width + dx;
    deltas.add(new Delta(address - resetAddress, dx - resetX, dy - resetY));
    resetAddress += (count - 1) * address;
    resetX += (long) (count - 1) * dx;
    resetY += (long) (count - 1) * dy;
    return this;
  }

  /** Deltas of level {@code level}, 0 the innermost. */
  Delta delta(int level) {
    return deltas.get(level);
  }
}
