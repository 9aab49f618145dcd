package lutmac.sim.compare;

import java.util.Arrays;
import java.util.Optional;

/** What the hardware wrote of one layer's output, and how that differs from the golden tensor. */
final class LayerLog {
  private static final long NEVER = -1;

  private final int image;
  private final int cols;
  private final OutputMap map;
  private final byte[] contents;
  private final long[] writtenIn;
  private long lastCycle = NEVER;
  private long mismatches;
  private Optional<Mismatch> first = Optional.empty();

  LayerLog(int image, OutputMap map, int cols) {
    this.image = image;
    this.cols = cols;
    this.map = map;
    this.contents = new byte[map.slots() * cols];
    this.writtenIn = new long[map.slots()];
    Arrays.fill(writtenIn, NEVER);
  }

  void write(long cycle, int address, int strobes, byte[] data) {
    lastCycle = cycle;
    int slot = map.slot(address, strobes);
    if (slot < 0) {
      add(
          new Mismatch(
              MismatchKind.STRAY, image, index(), name(), address, -1, -1, -1, 0, 0, cycle));
      return;
    }
    System.arraycopy(map.codes(slot, data, 0), 0, contents, slot * cols, cols);
    if (writtenIn[slot] != NEVER) {
      add(mismatch(MismatchKind.DUPLICATE, slot, map.firstLane(slot), 0, 0, cycle));
    } else {
      writtenIn[slot] = cycle;
    }
  }

  /** Compares every word with the golden tensor and says what came of it. */
  LayerResult compare(int[] golden, long steps) {
    long compared = 0;
    for (int slot = 0; slot < map.slots(); slot++) {
      if (writtenIn[slot] == NEVER) {
        int lane = map.firstLane(slot);
        add(mismatch(MismatchKind.MISSING, slot, lane, map.value(golden, slot, lane), 0, NEVER));
        continue;
      }
      compared++;
      for (int lane = 0; lane < cols; lane++) {
        boolean holds = map.channel(slot, lane) >= 0;
        if (holds && contents[slot * cols + lane] != map.expected(golden, slot, lane)) {
          int expected = map.value(golden, slot, lane);
          int got = map.actual(contents, slot, lane);
          add(mismatch(MismatchKind.VALUE, slot, lane, expected, got, writtenIn[slot]));
          break;
        }
      }
    }
    return new LayerResult(lastCycle, steps, compared, mismatches);
  }

  /**
   * What the hardware wrote, as integers.
   *
   * @param tensor {@code [C, H, W]}, filled in where this layer writes it
   */
  void writeTo(int[] tensor) {
    for (int slot = 0; slot < map.slots(); slot++) {
      for (int lane = 0; writtenIn[slot] != NEVER && lane < cols; lane++) {
        if (map.channel(slot, lane) >= 0) {
          tensor[map.index(slot, lane)] = map.actual(contents, slot, lane);
        }
      }
    }
  }

  /** Compares what the host read with what the core wrote. */
  void readBack(int region, byte[] words) {
    for (int word = 0; word < words.length / cols; word++) {
      for (int slot : map.slotsOf(region, word)) {
        if (writtenIn[slot] != NEVER) {
          compareRead(slot, map.codes(slot, words, word));
        }
      }
    }
  }

  private void compareRead(int slot, byte[] codes) {
    for (int lane = 0; lane < cols; lane++) {
      byte written = contents[slot * cols + lane];
      if (map.channel(slot, lane) >= 0 && codes[lane] != written) {
        add(mismatch(MismatchKind.READ_BACK, slot, lane, written, codes[lane], NEVER));
        break;
      }
    }
  }

  Optional<Mismatch> first() {
    return first;
  }

  /** The earliest write wins; what has no cycle (a missing word) comes last. */
  private void add(Mismatch mismatch) {
    mismatches++;
    if (first.isEmpty() || order(mismatch) < order(first.get())) {
      first = Optional.of(mismatch);
    }
  }

  private static long order(Mismatch mismatch) {
    return mismatch.cycle() == NEVER ? Long.MAX_VALUE : mismatch.cycle();
  }

  private Mismatch mismatch(
      MismatchKind kind, int slot, int lane, int expected, int got, long cycle) {
    return new Mismatch(
        kind,
        image,
        index(),
        name(),
        map.address(slot),
        map.y(slot),
        map.x(slot),
        map.channel(slot, lane),
        expected,
        got,
        cycle);
  }

  private int index() {
    return map.placement().index();
  }

  private String name() {
    return map.placement().name();
  }
}
