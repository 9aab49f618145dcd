package lutmac.generator.program;

import java.util.BitSet;
import java.util.Iterator;
import lutmac.generator.config.MapReads;

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
   * @param row row of the array that the first is for, the others those behind it; {@link
   *     #ALL_ROWS} if each is for several
   */
  record Read(int address, int step, int words, boolean hops, boolean ends, int row) {
    static final int ALL_ROWS = -1;
  }

  /**
   * A word on its way to its rows.
   *
   * @param ends whether it is a phase's last
   * @param ways to rows of even numbers, of odd ones, that it goes: bits
   */
  private record Word(boolean ends, int ways) {}

  private static final int BOTH_WAYS = 3;

  private final Iterator<Read> reads;
  private final int banks;
  private final int parts;
  private final BitSet[] asking = {new BitSet(), new BitSet()};
  private Read read = new Read(0, 0, 0, false, false, Read.ALL_ROWS);
  private int address;
  private int left = 0;
  private long runLeft = Long.MIN_VALUE / 2;
  private long runTaken = WALK_STARTS;

  private final long[] askedAt = new long[WINDOW];
  private final Word[] words = new Word[WINDOW];
  private final long[] takenAt = new long[WINDOW];
  private long asked = 0;
  private long taken = 0;
  // Cycles in which the last word of each way is written, and the last one of a phase.
  private final long[] wayFilled = new long[2];
  private long phaseFilled = 0;
  private int asks = 0;
  private int takes = 0;
  private int fills = 0;

  /**
   * The words of these reads, in their order.
   *
   * @param pool whether they pass the feeder by
   */
  WordClock(Iterator<Read> reads, MapReads rates, boolean pool) {
    this.reads = reads;
    this.banks = rates.banks();
    this.parts = pool ? 1 : rates.feederRate();
    for (int word = 0; word < CREDITS; word++) {
      ask();
    }
    take();
  }

  /** The bank of the feature-map buffer that holds a word. */
  private int bank(int address) {
    return banks == 1 ? 0 : Integer.bitCount(address & 3) & 1;
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
    Word word;
    long filled;
    do {
      word = words[fills++ % WINDOW];
      filled = Math.max(taken + 1, free) + parts - 1;
      for (int way = 0; way < wayFilled.length; way++) {
        if ((word.ways() & 1 << way) != 0) {
          wayFilled[way] = filled;
        }
      }
      if (word.ends()) {
        phaseFilled = filled;
      }
      take();
    } while (!word.ends());
    return filled;
  }

  private int ways(int row) {
    return parts == 1 || row == Read.ALL_ROWS ? BOTH_WAYS : 1 << row % 2;
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
    int row = read.row() == Read.ALL_ROWS ? Read.ALL_ROWS : read.row() + read.words() - left;
    left--;
    askedAt[asks % WINDOW] = asked;
    words[asks % WINDOW] = new Word(read.ends() && left == 0, ways(row));
    asks++;
  }

  private void take() {
    if (takes < asks) {
      Word word = words[takes % WINDOW];
      taken = Math.max(taken + 1, askedAt[takes % WINDOW] + READ_LATENCY);
      for (int way = 0; way < wayFilled.length; way++) {
        if ((word.ways() & 1 << way) != 0) {
          taken = Math.max(taken, wayFilled[way]);
        }
      }
      if (word.ends() && parts > 1) {
        taken = Math.max(taken, phaseFilled);
      }
      takenAt[takes % WINDOW] = taken;
      takes++;
      ask();
    }
  }
}
