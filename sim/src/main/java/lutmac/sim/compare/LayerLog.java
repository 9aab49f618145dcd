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
    this.contents = new byte[map.words() * cols];
    this.writtenIn = new long[map.words()];
    Arrays.fill(writtenIn, NEVER);
  }

  void write(long cycle, int address, byte[] data) {
    lastCycle = cycle;
    int word = map.word(address);
    if (word < 0) {
      add(
          new Mismatch(
              MismatchKind.STRAY, image, index(), name(), address, -1, -1, -1, 0, 0, cycle));
      return;
    }
    System.arraycopy(data, 0, contents, word * cols, cols);
    if (writtenIn[word] != NEVER) {
      add(mismatch(MismatchKind.DUPLICATE, word, 0, 0, 0, cycle));
    } else {
      writtenIn[word] = cycle;
    }
  }

  /** Compares every word with the golden tensor and says what came of it. */
  LayerResult compare(int[] golden, long steps) {
    long compared = 0;
    for (int word = 0; word < map.words(); word++) {
      if (writtenIn[word] == NEVER) {
        add(mismatch(MismatchKind.MISSING, word, 0, map.value(golden, word, 0), 0, NEVER));
        continue;
      }
      compared++;
      for (int lane = 0; lane < map.lanes(word); lane++) {
        if (contents[word * cols + lane] != map.expected(golden, word, lane)) {
          int expected = map.value(golden, word, lane);
          int got = map.actual(contents, word, lane);
          add(mismatch(MismatchKind.VALUE, word, lane, expected, got, writtenIn[word]));
          break;
        }
      }
    }
    return new LayerResult(lastCycle, steps, compared, mismatches);
  }

  /** Compares what the host read with what the core wrote. */
  void readBack(int firstWord, byte[] words) {
    for (int offset = 0; offset < words.length; offset += cols) {
      int word = firstWord + offset / cols;
      if (writtenIn[word] == NEVER) {
        continue;
      }
      for (int lane = 0; lane < map.lanes(word); lane++) {
        byte read = words[offset + lane];
        byte written = contents[word * cols + lane];
        if (read != written) {
          add(mismatch(MismatchKind.READ_BACK, word, lane, written, read, NEVER));
          break;
        }
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
      MismatchKind kind, int word, int lane, int expected, int got, long cycle) {
    return new Mismatch(
        kind,
        image,
        index(),
        name(),
        map.address(word),
        map.y(word),
        map.x(word),
        map.channel(word, lane),
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
