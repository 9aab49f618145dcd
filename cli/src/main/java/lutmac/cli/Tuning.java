package lutmac.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.tune.Tuner;
import lutmac.tune.task.EpochReport;
import lutmac.tune.task.TrainingProgress;
import lutmac.tune.task.TuneResult;

/** Trains a quantized network before the user's eyes, and says what came of it. */
final class Tuning {
  private Tuning() {}

  /**
   * Trains, with a bar, and a line for every epoch on standard error.
   *
   * @param checkpoint see {@link Tuner#tune}
   */
  static TuneResult run(
      TuningOptions.Plan plan, QuantizedNetwork start, Optional<Path> checkpoint, Output output) {
    try (ProgressDisplay progress = output.progress("tune")) {
      return Tuner.tune(plan.from(start), plan.options(), checkpoint, shown(progress, output));
    }
  }

  private static TrainingProgress shown(ProgressDisplay progress, Output output) {
    return new TrainingProgress() {
      /** Images of epochs that an earlier run has done: they took no time. */
      private int skipped = -1;

      @Override
      public void teacher(int done, int images) {
        progress.update("float network", done, images);
      }

      @Override
      public void batch(int epoch, int epochs, int done, int images) {
        if (skipped < 0) {
          skipped = (epoch - 1) * images;
        }
        progress.update(
            "training", (epoch - 1) * images + done - skipped, epochs * images - skipped);
      }

      @Override
      public void epoch(EpochReport report) {
        output.step("%s", line(report));
      }
    };
  }

  private static String line(EpochReport report) {
    return "epoch %d: loss %s%s%s"
        .formatted(
            report.epoch(),
            loss(report),
            report.agreementPercent().map(value -> ", agreement " + percent(value)).orElse(""),
            report.accuracyPercent().map(value -> ", accuracy " + percent(value)).orElse(""));
  }

  /** The epochs as a table. */
  static String table(TuneResult result) {
    EpochReport first = result.epochs().get(0);
    List<String> headings = new ArrayList<>(List.of("loss"));
    first.agreementPercent().ifPresent(value -> headings.add("agreement"));
    first.accuracyPercent().ifPresent(value -> headings.add("accuracy"));
    TextTable table = new TextTable("epoch", headings.toArray(String[]::new));
    for (EpochReport report : result.epochs()) {
      List<String> cells = new ArrayList<>();
      cells.add(report.epoch() == 0 ? "before" : Integer.toString(report.epoch()));
      cells.add(loss(report));
      report.agreementPercent().ifPresent(value -> cells.add(percent(value)));
      report.accuracyPercent().ifPresent(value -> cells.add(percent(value)));
      table.row(cells.toArray(String[]::new));
    }
    int best = result.best().epoch();
    return "tuned on %d images, measured on %d others%n%s%n%s"
        .formatted(
            result.trained(),
            result.best().images(),
            table,
            best == 0
                ? "no epoch measured better: the network is the one before tuning"
                : "the network is that of epoch " + best);
  }

  /** A training for machines. */
  record Json(int trainedImages, int measuredImages, int bestEpoch, List<Epoch> epochs) {
    static Json of(TuneResult result) {
      return new Json(
          result.trained(),
          result.best().images(),
          result.best().epoch(),
          result.epochs().stream().map(Epoch::of).toList());
    }
  }

  /**
   * One epoch of it.
   *
   * @param agreementPercent null without classes
   * @param accuracyPercent null without labels
   */
  record Epoch(int epoch, double loss, Double agreementPercent, Double accuracyPercent) {
    private static Epoch of(EpochReport report) {
      return new Epoch(
          report.epoch(),
          report.loss(),
          report.agreementPercent().orElse(null),
          report.accuracyPercent().orElse(null));
    }
  }

  private static String loss(EpochReport report) {
    return String.format(Locale.ROOT, "%.5f", report.loss());
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", value);
  }
}
