package lutmac.sim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lutmac.network.text.Parts;
import lutmac.network.text.TextTable;
import lutmac.sim.harness.HostStalls;

/** A simulation report for people. */
public final class ReportText {
  private ReportText() {}

  /** A table of the layers and the verdict, ending without a line break. */
  public static String of(SimulationReport report) {
    return of(report, List.of());
  }

  /**
   * The same of a design that is not as it was generated.
   *
   * @param edited files that have been edited since
   */
  public static String of(SimulationReport report, List<String> edited) {
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Column.figure("#").atLeast(3),
                TextTable.Column.name("layer"),
                TextTable.Column.figure("cycles").atLeast(10),
                TextTable.Column.figure("steps").atLeast(10),
                TextTable.Column.figure("busy").atLeast(6),
                TextTable.Column.figure("words").atLeast(9),
                TextTable.Column.figure("mismatches")));
    List<String> names =
        Parts.numbered(report.layers().stream().map(SimulatedLayer::name).toList());
    for (int row = 0; row < names.size(); row++) {
      SimulatedLayer layer = report.layers().get(row);
      table.row(
          layer.index(),
          names.get(row),
          grouped(layer.cycles()),
          grouped(layer.steps()),
          layer.macs() == 0 ? "-" : percent(layer.busyShare()),
          grouped(layer.wordsCompared()),
          grouped(layer.mismatches()));
    }
    table.row(
        "",
        "total",
        grouped(report.cyclesPerImage()),
        grouped(report.layers().stream().mapToLong(SimulatedLayer::steps).sum()),
        percent(report.busyShare()),
        grouped(report.wordsCompared()),
        grouped(report.mismatches()));
    List<String> lines = new ArrayList<>();
    lines.add(table.toString());
    lines.add("");
    lines.add(verdict(report, edited));
    if (report.busCyclesPerImage() > 0) {
      lines.add(
          "%s: %s cycles an image, array busy %s"
              .formatted(
                  report.onBus() ? "from the driver's start to the interrupt" : "with transfers",
                  grouped(report.busCyclesPerImage()),
                  percent(
                      report.busyShare()
                          * report.cyclesPerImage()
                          / Math.max(1, report.busCyclesPerImage()))));
    }
    HostStalls stalls = report.stalls();
    if (!stalls.equals(HostStalls.NONE)) {
      lines.add(
          "the host paused its stream to the accelerator in %s cycles, that from it in %s"
              .formatted(grouped(stalls.input()), grouped(stalls.output())));
    }
    report.firstMismatch().ifPresent(first -> lines.add("first mismatch: " + first.describe()));
    report.waveform().ifPresent(file -> lines.add("waveform: " + file));
    return String.join("\n", lines);
  }

  private static String verdict(SimulationReport report, List<String> edited) {
    String what =
        "%s on %s%s"
            .formatted(
                report.network(),
                report.array(),
                edited.isEmpty()
                    ? ""
                    : ", edited since it was generated (%s),".formatted(String.join(", ", edited)));
    return switch (report.verdict()) {
      case BIT_EXACT ->
          "%s is bit-exact: %s, %s words, no mismatch%s"
              .formatted(what, images(report), grouped(report.wordsCompared()), standIn(report));
      case MISMATCH ->
          "%s is WRONG: %s mismatches in %s words of %s%s"
              .formatted(
                  what,
                  grouped(report.mismatches()),
                  grouped(report.wordsCompared()),
                  images(report),
                  standIn(report));
      case FAILED -> "%s FAILED: %s".formatted(what, report.failure().orElse("no reason given"));
    };
  }

  /** The golden model needs no mention; what stands in for it does. */
  private static String standIn(SimulationReport report) {
    SimulationReport.Comparison comparison = report.comparison();
    return comparison.goldenImages() == report.images()
        ? ""
        : " (%s; %s of %s checked against the golden model)"
            .formatted(comparison.reference(), grouped(comparison.goldenImages()), images(report));
  }

  private static String images(SimulationReport report) {
    return report.images() == 1 ? "1 image" : grouped(report.images()) + " images";
  }

  private static String grouped(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
