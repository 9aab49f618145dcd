package lutmac.generator.program;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Queue;
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

  /**
   * A row that has left.
   *
   * @param earliest cycle from which it can be taken
   */
  private record Row(long earliest, int row, RowTaker taker) {}

  /** The waits of the last slots, also those of no cycle; latest first. */
  private final Deque<Wait> waits = new ArrayDeque<>();

  /**
   * Slots that are not handed over yet. They are no earlier than somebody asks what comes after it,
   * and a slot's rows leave when the next one is: their skips wait for words.
   */
  private final Queue<Slot> summing = new ArrayDeque<>();

  private Optional<Slot> leaving = Optional.empty();
  private Optional<Row> waiting = Optional.empty();
  private long stalled = 0;
  private long emitted = Long.MIN_VALUE / 2;
  private long taken = Long.MIN_VALUE / 2;
  private long swap;

  /** The place behind the last entry. */
  private long end = Long.MIN_VALUE / 2;

  /**
   * When a segment begins to drain.
   *
   * @param lastStep cycle of its last step
   */
  long swap(long lastStep) {
    swap = Math.max(lastStep + 1, cycle(end));
    return swap;
  }

  /** The segment that has begun to drain does so. */
  void drain(SlotDrain drain, int rows, RowTaker taker) {
    end = place(swap + 1);
    for (int first = 0; first < rows; first += drain.rows()) {
      int endRow = Math.min(rows, first + drain.rows());
      summing.add(new Slot(end + drain.entries() - 1 + TO_SUMS, first, endRow, taker));
      end += drain.entries();
    }
  }

  /** All rows leave. */
  void finish() {
    while (!summing.isEmpty()) {
      handOver();
    }
    leave();
    take();
  }

  /** The slot whose sums are added up is handed over, once the rows of the one before have left. */
  private void handOver() {
    leave();
    Slot slot = summing.remove();
    long handedOver = Math.max(slot.done() + stalled, emitted + 1);
    long before = stalled;
    stalled = handedOver - slot.done();
    waits.addFirst(new Wait(slot.done(), before, stalled));
    if (waits.size() > SLOTS_INSIDE) {
      waits.removeLast();
    }
    emitted = handedOver;
    leaving = Optional.of(slot);
  }

  private void leave() {
    leaving.ifPresent(
        slot -> {
          for (int row = slot.firstRow(); row < slot.endRow(); row++) {
            take();
            emitted = Math.max(emitted + 1, taken);
            waiting = Optional.of(new Row(emitted + 1, row, slot.taker()));
          }
        });
    leaving = Optional.empty();
  }

  /** The row that has left last is taken, before the next one leaves. */
  private void take() {
    waiting.ifPresent(row -> taken = row.taker().take(row.row(), row.earliest()));
    waiting = Optional.empty();
  }

  /** The place of what happens in a cycle, or after it if that is stalled. */
  private long place(long cycle) {
    while (!summing.isEmpty() && summing.element().done() + stalled <= cycle) {
      handOver();
    }
    for (Wait wait : waits) {
      if (cycle >= wait.at() + wait.before()) {
        return Math.max(wait.at(), cycle - wait.after());
      }
    }
    return cycle - (waits.isEmpty() ? 0 : waits.getLast().before());
  }

  /** The cycle in which a place is passed. */
  private long cycle(long place) {
    while (!summing.isEmpty() && summing.element().done() <= place) {
      handOver();
    }
    for (Wait wait : waits) {
      if (place >= wait.at()) {
        return place + wait.after();
      }
    }
    return place + (waits.isEmpty() ? 0 : waits.getLast().before());
  }
}
