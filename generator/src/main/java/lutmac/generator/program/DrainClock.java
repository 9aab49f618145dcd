package lutmac.generator.program;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import lutmac.generator.pe.PeStyle.SlotDrain;

/**
 * When the sums of an array leave that adds them up while they drain, slot by slot, and takes the
 * steps of the next segment meanwhile. A slot whose sums wait until the rows of the one before have
 * left stalls all that is behind it: places of entries are counted in cycles that were not stalled.
 */
final class DrainClock {
  /** From the cycle of a slot's last entry to the one in which its sums are complete. */
  private static final int TO_SUMS = 3;

  /** Slots whose entries can be in the pipeline together. */
  private static final int SLOTS_INSIDE = TO_SUMS + 1;

  /** Takes a row. */
  interface RowTaker {
    /**
     * When the row is taken.
     *
     * @param earliest cycle from which it is there
     */
    long take(int row, long earliest);
  }

  /**
   * A wait.
   *
   * @param at the place at which it stalled
   * @param before cycles that were stalled before
   * @param after and with it
   */
  private record Wait(long at, long before, long after) {}

  /**
   * A slot.
   *
   * @param done place at which its sums are complete
   * @param firstRow its first row
   * @param endRow the row behind its last
   */
  private record Slot(long done, int firstRow, int endRow, RowTaker taker) {}

  /** The waits of the last slots, also those of no cycle; latest first. */
  private final Deque<Wait> waits = new ArrayDeque<>();

  /**
   * Rows are taken no earlier than somebody asks what comes after them: their skips wait for words.
   */
  private Optional<Slot> summing = Optional.empty();

  private Optional<Slot> leaving = Optional.empty();
  private long stalled = 0;
  private long idle = Long.MIN_VALUE / 2;
  private long emitted = Long.MIN_VALUE / 2;
  private long taken = Long.MIN_VALUE / 2;
  private long swap;

  /**
   * When a segment begins to drain.
   *
   * @param lastStep cycle of its last step
   */
  long swap(long lastStep) {
    swap = Math.max(lastStep + 1, idle);
    return swap;
  }

  /** The segment that has begun to drain does so, up to the sums of its last slot. */
  void drain(SlotDrain drain, int rows, RowTaker taker) {
    handOver();
    long place = place(swap + 1);
    for (int first = 0; first < rows; first += drain.rows()) {
      handOver();
      int end = Math.min(rows, first + drain.rows());
      summing = Optional.of(new Slot(place + drain.entries() - 1 + TO_SUMS, first, end, taker));
      place += drain.entries();
    }
    idle = cycle(place);
  }

  /** All rows leave. */
  void finish() {
    handOver();
    leave();
  }

  /** The slot whose sums are added up is handed over, once the rows of the one before have left. */
  private void handOver() {
    if (summing.isEmpty()) {
      return;
    }
    leave();
    Slot slot = summing.get();
    long handedOver = Math.max(slot.done() + stalled, emitted + 1);
    long before = stalled;
    stalled = handedOver - slot.done();
    waits.addFirst(new Wait(slot.done(), before, stalled));
    if (waits.size() > SLOTS_INSIDE) {
      waits.removeLast();
    }
    emitted = handedOver;
    leaving = summing;
    summing = Optional.empty();
  }

  private void leave() {
    leaving.ifPresent(
        slot -> {
          for (int row = slot.firstRow(); row < slot.endRow(); row++) {
            emitted = Math.max(emitted + 1, taken);
            taken = slot.taker().take(row, emitted + 1);
          }
        });
    leaving = Optional.empty();
  }

  /** The place of what happens in a cycle, or after it if that is stalled. */
  private long place(long cycle) {
    for (Wait wait : waits) {
      if (cycle >= wait.at() + wait.before()) {
        return Math.max(wait.at(), cycle - wait.after());
      }
    }
    return cycle - (waits.isEmpty() ? 0 : waits.getLast().before());
  }

  /** The cycle in which a place is passed. */
  private long cycle(long place) {
    for (Wait wait : waits) {
      if (place >= wait.at()) {
        return place + wait.after();
      }
    }
    return place + (waits.isEmpty() ? 0 : waits.getLast().before());
  }
}
