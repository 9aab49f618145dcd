package lutmac.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import lutmac.sim.harness.HostStalls;
import org.junit.jupiter.api.Test;

class ReportTextTest {
  @Test
  void numbersThePartsOfALayerAndCountsTransfers() {
    SimulationReport report =
        new SimulationReport(
            "net",
            "4x4 csd",
            Verdict.BIT_EXACT,
            1,
            60,
            0,
            1000,
            1000,
            1250,
            false,
            0.5,
            List.of(layer(0, "conv1"), layer(1, "shortcut"), layer(2, "shortcut")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new SimulationReport.Comparison("golden model", 1),
            HostStalls.NONE,
            new SimulationReport.Timing(0, 0, 0));
    List<String> lines = ReportText.of(report).lines().map(String::strip).toList();
    assertEquals("0  conv1", words(lines.get(1)));
    assertEquals("1  shortcut (1 of 2)", words(lines.get(2)));
    assertEquals("2  shortcut (2 of 2)", words(lines.get(3)));
    assertEquals(
        "with transfers: 1,250 cycles an image, array busy 40.0%", lines.get(lines.size() - 1));
  }

  /** The number and the name of a row. */
  private static String words(String row) {
    return row.replaceAll("  +", "  ").replaceAll("^(\\d+  .*?)  .*$", "$1");
  }

  private static SimulatedLayer layer(int index, String name) {
    return new SimulatedLayer(index, name, 300, 290, 2400, 0.5, 20, 0);
  }
}
