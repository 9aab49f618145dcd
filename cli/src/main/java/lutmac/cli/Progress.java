package lutmac.cli;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of a long job on standard error: a bar with the remaining time on a terminal, a plain
 * line every ten percent elsewhere.
 */
final class Progress implements AutoCloseable {
  /**
   * Set by bin/lutmac when standard error is a terminal. Java cannot tell: System.console() looks
   * at other streams before Java 22 and is never null from then on.
   */
  private static final String TERMINAL = "lutmac.terminal";

  private final String task;
  private final ProgressBar bar;
  private long lastTenth = -1;

  private Progress(String task, ProgressBar bar) {
    this.task = task;
    this.bar = bar;
  }

  static Progress of(String task) {
    ProgressBar bar =
        !Boolean.getBoolean(TERMINAL)
            ? null
            : new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(200)
                .setInitialMax(1)
                .build();
    return new Progress(task, bar);
  }

  /** {@code done} of {@code total} units of work are done; may be called from any thread. */
  synchronized void update(long done, long total) {
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
      return;
    }
    long tenth = total == 0 ? 10 : done * 10 / total;
    if (tenth > lastTenth) {
      lastTenth = tenth;
      System.err.printf(Locale.ROOT, "%s: %d %%%n", task, tenth * 10);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
