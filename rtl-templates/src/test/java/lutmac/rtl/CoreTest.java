package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The core around a model of the array, against plain loops over tensors (core_tb.cpp). */
@Tag("slow")
class CoreTest {
  private static final String SEED = "20";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1, 2, 100", "3, 4, 200", "8, 8, 100", "16, 8, 100", "14, 16, 100"})
  void writesWhatPlainLoopsComputeUnderAnyStalls(int rows, int cols, String programs)
      throws Exception {
    CoreBuild core = CoreBuild.withArrayModel(folder, rows, cols).compile();
    String verdict = core.simulate("random", SEED, programs).orFail().output();
    assertTrue(verdict.startsWith("OK " + programs + " programs"), verdict);
  }

  @Test
  void writesWhatPlainLoopsComputeWithTheCsdArray() throws Exception {
    CoreBuild core = CoreBuild.withArray(folder, "csd", 5, 4).compile();
    String verdict = core.simulate("random", SEED, "200").orFail().output();
    assertTrue(verdict.startsWith("OK 200 programs"), verdict);
  }

  @Test
  void losesNoCyclesInsideALayerAndFewBetweenLayers() throws Exception {
    CoreBuild core = CoreBuild.withArray(folder, "csd", 14, 16).compile();
    String report = core.simulate("utilization").orFail().output();
    Matcher figures =
        Pattern.compile("busy ([0-9.]+) handover (\\d+) tail (\\d+) cycles \\d+\\s*")
            .matcher(report);
    assertTrue(figures.matches(), report);
    assertTrue(Double.parseDouble(figures.group(1)) >= 0.97, report);
    assertTrue(Integer.parseInt(figures.group(2)) < 120, report);
    assertTrue(Integer.parseInt(figures.group(3)) < 14 + 20, report);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "pixel_walker; >= in_w_i; > in_w_i",
        "row_feeder; (!step_valid_q || step_ready_i); 1'b1",
        "requantizer; half_up_i || sticky_q; half_up_i",
        "sequencer; && rows_taken_i; ",
      })
  void brokenCoreIsFound(String module, String text, String broken) throws Exception {
    CoreBuild core =
        CoreBuild.withArrayModel(
                folder,
                3,
                4,
                (name, rtl) -> {
                  if (!name.equals(module)) {
                    return rtl;
                  }
                  assertTrue(rtl.contains(text), "no such text in " + module + ": " + text);
                  return rtl.replace(text, broken == null ? "" : broken);
                })
            .compile();
    Tool.Outcome outcome = core.simulate("random", SEED, "200");
    assertNotEquals(0, outcome.status(), outcome.output());
  }

  @ParameterizedTest
  @CsvSource({"csd, 1, 2", "csd, 14, 16", "bins, 3, 4", "bins, 16, 8"})
  void verilatorLintIsSilent(String peStyle, int rows, int cols) throws Exception {
    Tool.VERILATOR.require();
    CoreBuild core = CoreBuild.withArray(folder, peStyle, rows, cols);
    List<String> command =
        command(core, "verilator", "--lint-only", "-Wall", "--top-module", "lutmac_core");
    assertEquals("", Tool.run(folder, command).orFail().output());
  }

  @ParameterizedTest
  @CsvSource({"csd, 1, 2", "csd, 3, 4", "bins, 3, 4", "bins, 5, 8"})
  void icarusAndYosysAcceptTheCoreAndNothingMultiplies(String peStyle, int rows, int cols)
      throws Exception {
    Tool.ICARUS.require();
    Tool.YOSYS.require();
    CoreBuild core = CoreBuild.withArray(folder, peStyle, rows, cols);
    List<String> icarus =
        command(core, "iverilog", "-g2012", "-Wall", "-s", "lutmac_core", "-o", "core.vvp");
    assertEquals("", Tool.run(folder, icarus).orFail().output());
    String script =
        "read_verilog -sv %s; hierarchy -check -top lutmac_core; proc; check -assert; "
                .formatted(String.join(" ", core.sources()))
            + "select -assert-none t:$mul t:$div t:$mod t:$pow t:$macc";
    Tool.run(folder, List.of("yosys", "-q", "-p", script)).orFail();
  }

  private static List<String> command(CoreBuild core, String... start) {
    List<String> command = new ArrayList<>(List.of(start));
    command.addAll(core.sources());
    return command;
  }
}
