package lutmac.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of a long job on standard error, with the remaining time: a bar on a terminal. Elsewhere
 * it is a log that people read afterwards: nothing of a job that is done within ten seconds, then a
 * plain line ever more seldom. A job of several phases has one bar for each.
 */
final class ProgressDisplay implements AutoCloseable {
  /**
   * Set by bin/lutmac when standard error is a terminal. Java cannot tell: System.console() looks
   * at other streams before Java 22 and is never null from then on.
   */
  private static final String TERMINAL = "lutmac.terminal";

  private static final double NANOS = 1e9;

  /** Of a job, before it says anything in a log. */
  private static final double FIRST_SECONDS = 10;

  /** Longest silence between two lines of a log. */
  private static final double MOST_SECONDS = 300;

  private final String task;
  private final Verbosity verbosity;
  private final LongSupplier clock;
  private final PrintStream log;
  private final long begun;
  private String phase;
  private ProgressBar bar;
  private long started;
  private long lastTenth;
  private double nextLine = FIRST_SECONDS;

  ProgressDisplay(String task, Verbosity verbosity) {
    this(task, verbosity, System::nanoTime, System.err);
  }

  /**
   * @param clock nanoseconds since any moment
   */
  ProgressDisplay(String task, Verbosity verbosity, LongSupplier clock, PrintStream log) {
    this.task = task;
    this.verbosity = verbosity;
    this.clock = clock;
    this.log = log;
    this.begun = clock.getAsLong();
  }

  /** {@code done} of {@code total} units of work are done; may be called from any thread. */
  void update(long done, long total) {
    update("", done, total);
  }

  /**
   * The same for a job of several phases, one after the other.
   *
   * @param current phase that the units are counted in
   */
  synchronized void update(String current, long done, long total) {
    if (verbosity == Verbosity.QUIET) {
      return;
    }
    if (!current.equals(phase)) {
      begin(current);
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
    } else if (isDue(done, total)) {
      long percent = total == 0 ? 100 : done * 100 / total;
      log.printf(Locale.ROOT, "%s: %d %%%s%n", name(), percent, remaining(done, total));
    }
  }

  private boolean isDue(long done, long total) {
    if (verbosity == Verbosity.VERBOSE) {
      long tenth = total == 0 ? 10 : done * 10 / total;
      boolean due = tenth > lastTenth;
      lastTenth = tenth;
      return due;
    }
    double seconds = (clock.getAsLong() - begun) / NANOS;
    if (seconds < nextLine) {
      return false;
    }
    nextLine = seconds + Math.min(seconds, MOST_SECONDS);
    return true;
  }

  private void begin(String next) {
    close();
    phase = next;
    started = clock.getAsLong();
    lastTenth = -1;
    if (Boolean.getBoolean(TERMINAL) && verbosity == Verbosity.NORMAL) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name())
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis(200)
              .setInitialMax(1)
              .build();
    }
  }

  private String name() {
    return phase.isEmpty() ? task : task + ": " + phase;
  }

  /** In words; nothing at either end, and where it is less than a second. */
  private String remaining(long done, long total) {
    if (done == 0 || done >= total) {
      return "";
    }
    double seconds = (clock.getAsLong() - started) / NANOS / done * (total - done);
    return seconds < 1 ? "" : String.format(Locale.ROOT, ", about %s left", duration(seconds));
  }

  private static String duration(double seconds) {
    return seconds < 100
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
