package lutmac.generator.program;

import java.util.List;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * Predicts the cycles of an image on a bus, from the driver's start to the interrupt, by executing
 * the script: what it moves goes on beside a run that was started, and waits for its end where the
 * script does (docs/hardware.md §10). The memory image is loaded.
 */
public final class BusClock {
  /** Cycles that a DRAM behind an interconnect takes to answer. */
  public static final int USUAL_LATENCY = 60;

  /** Entries that are fetched at a time. */
  private static final int CHUNK = 16;

  private final int latency;
  private long now;
  private long runEnds;

  private BusClock(int latency) {
    this.latency = latency;
  }

  /**
   * Cycles of one image.
   *
   * @param latency cycles from a request to the memory's first answer
   */
  public static long predict(CompiledNetwork compiled, int latency) {
    Script script = MemoryImage.script(compiled);
    List<Long> runs = CycleModel.runs(compiled);
    BusClock clock = new BusClock(latency);
    clock.now = Timing.BEGIN;
    int run = 0;
    for (int index = 0; index < script.entries().size(); index++) {
      if (index % CHUNK == 0) {
        int entries = Math.min(CHUNK, script.entries().size() - index);
        clock.now += Timing.FETCH + latency + (long) entries * ImageField.ENTRY_WORDS;
      }
      ScriptEntry entry = script.entries().get(index);
      if (entry instanceof ScriptEntry.Write write) {
        clock.now += Timing.WRITE + latency + beats(write.memory(), write.words(), script.cols());
      } else if (entry instanceof ScriptEntry.Read read) {
        clock.now += Timing.READ + beats(Memory.FEATURE_MAPS, read.words(), script.cols());
      } else if (entry instanceof ScriptEntry.Await) {
        clock.now = Math.max(clock.now, clock.runEnds) + Timing.AWAIT;
      } else {
        clock.now += Timing.START;
        clock.runEnds = clock.now + runs.get(run++);
        if (entry instanceof ScriptEntry.Run) {
          clock.now = clock.runEnds + Timing.AWAIT;
        }
      }
    }
    return clock.now + latency + Timing.END;
  }

  private static long beats(Memory memory, int words, int cols) {
    return Script.bytes(memory, words, cols) / HostBeats.BYTES;
  }

  /** Cycles of the control beside what is moved. */
  private static final class Timing {
    static final int BEGIN = 2;
    static final int FETCH = 4;
    static final int WRITE = 8;
    static final int READ = 12;
    static final int START = 4;
    static final int AWAIT = 5;
    static final int END = 4;
  }
}
