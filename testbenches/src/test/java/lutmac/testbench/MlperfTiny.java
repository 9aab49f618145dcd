package lutmac.testbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.text.TextTable;
import lutmac.testbench.HardwareRow.Bar;
import lutmac.testbench.HardwareRow.Measured;

/**
 * MLPerf Tiny's four networks beside what fpgaConvNet published in the closed division on an
 * XC7Z020: how many megahertz an array needs to be as fast.
 */
final class MlperfTiny {
  private static final String SETTING = "W4/A8, MLPerf Tiny";

  /**
   * A published result.
   *
   * @param perSecond inferences
   */
  private record Published(int perSecond, String accuracy, int kiloLuts, int dsps) {}

  private static final Map<String, Published> FPGACONVNET =
      Map.of(
          "image classification", new Published(2431, "86.0 %", 47, 211),
          "keyword spotting", new Published(3088, "91.1 %", 37, 188),
          "visual wake words", new Published(105, "84.8 %", 34, 189));

  private MlperfTiny() {}

  /** The four networks, each on the arrays that are compared. */
  static List<HardwareRow> rows(
      Supplier<Subject> images,
      Supplier<Subject> keywords,
      Supplier<Subject> persons,
      Supplier<Subject> anomalies) {
    List<HardwareRow> rows = new ArrayList<>();
    for (PeStyle pe : List.of(PeStyles.named("csd"), PeStyles.named("bins"))) {
      rows.add(row("image classification", images, pe, 22, 16));
      rows.add(row("keyword spotting", keywords, pe, 14, 16));
      rows.add(row("visual wake words", persons, pe, 8, 8));
      rows.add(row("anomaly detection", anomalies, pe, 8, 8));
    }
    return rows;
  }

  private static HardwareRow row(
      String task, Supplier<Subject> subject, PeStyle pe, int rows, int cols) {
    return new HardwareRow(task, SETTING, subject, pe, rows, cols, true, Bar.NONE);
  }

  /**
   * Prints the table of those rows that were measured.
   *
   * @param luts whether yosys counts look-up tables, which takes minutes
   */
  static void print(List<Measured> all, boolean luts) {
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Column.name("task"),
                TextTable.Column.name("array"),
                TextTable.Column.figure("cycles"),
                TextTable.Column.figure("LUTs"),
                TextTable.Column.figure("BRAM36"),
                TextTable.Column.figure("per s at 100 MHz"),
                TextTable.Column.figure("published per s"),
                TextTable.Column.name("published accuracy, LUTs, DSPs"),
                TextTable.Column.figure("MHz to pass it")));
    boolean any = false;
    for (Measured measured : all) {
      HardwareRow row = measured.row();
      if (!row.setting().equals(SETTING)) {
        continue;
      }
      any = true;
      Optional<Published> published = Optional.ofNullable(FPGACONVNET.get(row.network()));
      Optional<AcceleratorLuts> area =
          luts ? AcceleratorLuts.of(measured.config()) : Optional.empty();
      table.row(
          row.network(),
          "%s %dx%d".formatted(row.pe().name(), row.rows(), row.cols()),
          measured.cycles(),
          area.map(counted -> String.valueOf(counted.luts())).orElse("-"),
          area.map(counted -> String.valueOf(counted.blockRams())).orElse("-"),
          Math.round(1e8 / measured.cycles()),
          published.map(p -> String.valueOf(p.perSecond())).orElse("-"),
          published
              .map(p -> "%s, %d k, %d".formatted(p.accuracy(), p.kiloLuts(), p.dsps()))
              .orElse("-"),
          published
              .map(
                  p ->
                      String.format(
                          Locale.ROOT, "%.1f", measured.cycles() * (double) p.perSecond() / 1e6))
              .orElse("-"));
    }
    if (any) {
      System.out.printf(
          "%nMLPerf Tiny beside fpgaConvNet on an XC7Z020 (closed division)%n%s%n", table);
    }
  }
}
