package lutmac.testbench.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import lutmac.network.BadInputException;

/** Gives damaged files to a reader. The same seed gives the same files. */
final class Fuzzer {
  /** Longest that a reader may compute over a file. */
  private static final double LIMIT_SECONDS = 5;

  /** Longest that it may wait: other programs take their part of a busy machine. */
  private static final double LIMIT_WAITING = 60;

  /**
   * What a reader may allocate in all: some copies of the largest array that is allowed, and what a
   * file of some kilobytes needs.
   */
  private static final long LIMIT_BYTES = 3L << 30;

  private static final int MOST_FAULTS = 40;

  private final Path folder;

  /**
   * @param folder for the files; empty
   */
  Fuzzer(Path folder) {
    this.folder = folder;
  }

  /**
   * Runs a target.
   *
   * @param inputs how many files
   * @param seconds after which no further file is begun
   */
  FuzzReport run(FuzzTarget target, long seed, long inputs, double seconds) throws IOException {
    target.setup().write(folder);
    Path file = folder.resolve(target.place());
    Files.createDirectories(file.getParent());
    Map<String, FuzzReport.Fault> faults = new LinkedHashMap<>();
    long start = System.nanoTime();
    long done = 0;
    long refused = 0;
    String lastRefusal = "";
    try (Watch watch = new Watch()) {
      while (done < inputs && (System.nanoTime() - start) / 1e9 < seconds) {
        byte[] damaged = damaged(target, seed + done);
        // A new file: of one that is cut off the system looks for all maps that readers have left.
        Files.deleteIfExists(file);
        Files.write(file, damaged);
        Outcome outcome = outcome(target, file, watch);
        if (!outcome.refusal.isEmpty()) {
          refused++;
          lastRefusal = outcome.refusal;
        }
        if (outcome.fault != null && faults.size() < MOST_FAULTS) {
          faults.putIfAbsent(
              outcome.fault, new FuzzReport.Fault(outcome.fault, seed + done, damaged));
        }
        done++;
      }
    }
    return new FuzzReport(
        target.name(),
        done,
        refused,
        lastRefusal,
        (System.nanoTime() - start) / 1e9,
        new ArrayList<>(faults.values()));
  }

  private static byte[] damaged(FuzzTarget target, long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    List<byte[]> corpus = target.corpus();
    byte[] whole = corpus.get(random.nextInt(corpus.size()));
    byte[] other = corpus.get(random.nextInt(corpus.size()));
    return target.damage().of(whole, other, random);
  }

  private record Outcome(String refusal, String fault) {}

  private static Outcome outcome(FuzzTarget target, Path file, Watch watch) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    long computed = threads.getCurrentThreadCpuTime();
    String refusal = "";
    String fault = null;
    watch.begin();
    try {
      target.reader().read(file);
    } catch (BadInputException e) {
      refusal = String.valueOf(e.getMessage());
      if (refusal.equals("null") || refusal.contains(" null: ")) {
        fault = "a message without words: " + refusal;
      }
    } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
      fault = e.getClass().getSimpleName() + " at " + place(e.getStackTrace());
    }
    String where = watch.end();
    double waited = (System.nanoTime() - start) / 1e9;
    double taken = (threads.getCurrentThreadCpuTime() - computed) / 1e9;
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    if (fault == null && (taken > LIMIT_SECONDS || waited > LIMIT_WAITING)) {
      fault = "over %.0f s at %s".formatted(LIMIT_SECONDS, where);
    } else if (fault == null && allocated > LIMIT_BYTES) {
      fault = "allocates over %d MiB".formatted(LIMIT_BYTES >> 20);
    }
    return new Outcome(refusal, fault);
  }

  /** The first lines of ours in a stack. */
  private static String place(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .filter(line -> line.getClassName().startsWith("lutmac."))
        .limit(2)
        .map(line -> line.getFileName() + ":" + line.getLineNumber())
        .reduce((a, b) -> a + " < " + b)
        .orElse("?");
  }

  /**
   * Notes where the reader is when its time is over; the main program ends what never ends. One
   * thread for all files: to start one takes longer than to read most of them.
   */
  private static final class Watch implements AutoCloseable {
    private static final long NOT_READING = 0;
    private static final long PERIOD_MILLISECONDS = 100;

    private final Thread watched = Thread.currentThread();
    private final Thread watcher = new Thread(this::watch);
    private final AtomicReference<String> where = new AtomicReference<>("");
    private volatile long begun = NOT_READING;

    Watch() {
      watcher.setDaemon(true);
      watcher.start();
    }

    /** A file is read from now on. */
    void begin() {
      where.set("");
      begun = System.nanoTime() | 1;
    }

    /** It has been read; where that was when its time was over. */
    String end() {
      begun = NOT_READING;
      return where.get();
    }

    private void watch() {
      try {
        while (true) {
          Thread.sleep(PERIOD_MILLISECONDS);
          long since = begun;
          if (since != NOT_READING
              && where.get().isEmpty()
              && (System.nanoTime() - since) / 1e9 > LIMIT_SECONDS) {
            where.set(place(watched.getStackTrace()));
            System.err.println("over the limit at " + where.get());
          }
        }
      } catch (InterruptedException e) {
        // All files are read.
      }
    }

    @Override
    public void close() {
      watcher.interrupt();
    }
  }
}
