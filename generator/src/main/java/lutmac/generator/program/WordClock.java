package lutmac.generator.program;

import java.util.BitSet;
import java.util.Iterator;

/**
 * When the feature-map words of a layer are asked for, arrive and fill the feeder. Requests run
 * ahead as far as the port's credits reach, also into the words of a phase that has no place yet.
 */
final class WordClock {
  /** From the launch to the first run, and from there to the first request. */
  private static final int WALK_STARTS = 2;

  /** Between a read's request and its response. */
  static final int READ_LATENCY = 2;

  /** Requests of a port that may be without a response taken. */
  static final int CREDITS = 4;

  /** Cycles of a run in the walker; one more within a row that another tile continues. */
  private static final int RUN_CYCLES = 2;

  /** More words than can be between their request and their place. */
  private static final int WINDOW = 2 * CREDITS;

  /**
   * Words that a run asks for.
   *
   * @param address of the first
   * @param step from word to word
   * @param words how many, at least one
   * @param hops whether the run goes on in the row of the tile before
   * @param ends whether they are a phase's last
   */
  record Read(int address, int step, int words, boolean hops, boolean ends) {}

  private final Iterator<Read> reads;
  private final BitSet[] asking = {new BitSet(), new BitSet()};
  private Read read = new Read(0, 0, 0, false, false);
  private int address;
  private int left = 0;
  private long runLeft = Long.MIN_VALUE / 2;
  private long runTaken = WALK_STARTS;

  private final long[] askedAt = new long[WINDOW];
  private final boolean[] ends = new boolean[WINDOW];
  private final long[] takenAt = new long[WINDOW];
  private long asked = 0;
  private long taken = 0;
  private long filled = 0;
  private int asks = 0;
  private int takes = 0;
  private int fills = 0;

  /** The words of these reads, in their order. */
  WordClock(Iterator<Read> reads) {
    this.reads = reads;
    for (int word = 0; word < CREDITS; word++) {
      ask();
    }
    take();
  }

  /** The bank of the feature-map buffer that holds a word. */
  private static int bank(int address) {
    return Integer.bitCount(address & 3) & 1;
  }

  /** The first cycle from one on in which the bank of a word answers no request of these. */
  long free(int address, long from) {
    return asking[bank(address)].nextClearBit((int) from);
  }

  /** Whether words are left. */
  boolean hasNext() {
    return fills < takes;
  }

  /**
   * Fills a place with the words of the next phase.
   *
   * @param free cycle from which it is free
   * @return the cycle in which its last word does
   */
  long fill(long free) {
    boolean end;
    do {
      filled = Math.max(taken + 1, free);
      end = ends[fills++ % WINDOW];
      take();
    } while (!end);
    return filled;
  }

  private void ask() {
    if (left == 0) {
      if (!reads.hasNext()) {
        return;
      }
      read = reads.next();
      left = read.words();
      address = read.address();
      runLeft = Math.max(runLeft + RUN_CYCLES + (read.hops() ? 1 : 0), runTaken);
      runTaken = Math.max(runLeft + 1, asked);
    }
    asked = Math.max(asked, runTaken) + 1;
    if (asks >= CREDITS) {
      asked = Math.max(asked, takenAt[(asks - CREDITS) % WINDOW] + 1);
    }
    asking[bank(address)].set((int) asked);
    address += read.step();
    left--;
    askedAt[asks % WINDOW] = asked;
    ends[asks % WINDOW] = read.ends() && left == 0;
    asks++;
  }

  private void take() {
    if (takes < asks) {
      taken = Math.max(Math.max(taken + 1, askedAt[takes % WINDOW] + READ_LATENCY), filled);
      takenAt[takes % WINDOW] = taken;
      takes++;
      ask();
    }
  }
}
