package lutmac.cli;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of a long job on standard error, with the remaining time: a bar on a terminal, a plain
 * line every ten percent elsewhere. A job of several phases has one bar for each.
 */
final class ProgressDisplay implements AutoCloseable {
  /**
   * Set by bin/lutmac when standard error is a terminal. Java cannot tell: System.console() looks
   * at other streams before Java 22 and is never null from then on.
   */
  private static final String TERMINAL = "lutmac.terminal";

  private static final double NANOS = 1e9;

  private final String task;
  private String phase;
  private ProgressBar bar;
  private long started;
  private long lastTenth;

  private ProgressDisplay(String task) {
    this.task = task;
  }

  static ProgressDisplay of(String task) {
    return new ProgressDisplay(task);
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
    if (!current.equals(phase)) {
      begin(current);
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
      return;
    }
    long tenth = total == 0 ? 10 : done * 10 / total;
    if (tenth > lastTenth) {
      lastTenth = tenth;
      System.err.printf(Locale.ROOT, "%s: %d %%%s%n", name(), tenth * 10, remaining(done, total));
    }
  }

  private void begin(String next) {
    close();
    phase = next;
    started = System.nanoTime();
    lastTenth = -1;
    if (Boolean.getBoolean(TERMINAL)) {
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
    double seconds = (System.nanoTime() - started) / NANOS / done * (total - done);
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
