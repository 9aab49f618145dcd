package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lutmac.network.process.VerilatedBench.Runs;
import lutmac.rtl.CoreBuild.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The core around a model of the array, against plain loops over tensors (core_tb.cpp). */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class CoreTest {
  private static final String SEED = "20";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1, 2, 100", "3, 4, 200"})
  void writesWhatPlainLoopsComputeUnderAnyStalls(int rows, int cols, String programs)
      throws Exception {
    writesWhatPlainLoopsCompute(CoreBuild.withArrayModel(folder, Size.plain(rows, cols)), programs);
  }

  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"16, 8, 100", "8, 8, 500", "14, 16, 500"})
  void writesWhatPlainLoopsComputeInOtherSizes(int rows, int cols, String programs)
      throws Exception {
    writesWhatPlainLoopsComputeUnderAnyStalls(rows, cols, programs);
  }

  static Stream<Size> formats() {
    return Stream.of(
        new Size(5, 4, 14, 8, 4, 1, 1, 1, 6, 1, 1, 1),
        new Size(3, 3, 10, 2, 3, 0, 1, 0, 3, 0, 1, 2));
  }

  static Stream<Size> otherFormats() {
    return Stream.of(
        new Size(1, 2, 9, 1, 2, 1, 0, 1, 0, 1, 0, 4),
        new Size(4, 8, 9, 3, 1, 0, 0, 0, 0, 0, 0, 3),
        new Size(5, 7, 14, 8, 4, 1, 1, 1, 6, 1, 1, 2),
        new Size(16, 8, 9, 4, 1, 1, 0, 0, 0, 1, 0, 4));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void writesWhatPlainLoopsComputeForEveryFormat(Size size) throws Exception {
    writesWhatPlainLoopsCompute(CoreBuild.withArrayModel(folder, size), "200");
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("otherFormats")
  void writesWhatPlainLoopsComputeForOtherFormats(Size size) throws Exception {
    writesWhatPlainLoopsComputeForEveryFormat(size);
  }

  @Tag("campaign")
  @Test
  void writesWhatPlainLoopsComputeWithTheCsdArray() throws Exception {
    writesWhatPlainLoopsCompute(CoreBuild.withArray(folder, "csd", Size.plain(5, 4)), "200");
  }

  @Test
  void writesWhatPlainLoopsComputeForEveryFormatWithTheCsdArray() throws Exception {
    writesWhatPlainLoopsCompute(CoreBuild.withArray(folder, "csd", Size.full("csd", 3, 4)), "200");
  }

  /** Counts and positions that need their highest bits, in 15 kinds of layers. */
  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"1, 2, 45", "3, 4, 45", "14, 16, 15"})
  void writesWhatPlainLoopsComputeOfLayersWithLargeCounts(int rows, int cols, String programs)
      throws Exception {
    writesWhatPlainLoopsCompute(
        CoreBuild.withArrayModel(folder, Size.plain(rows, cols)), "large", programs);
  }

  private static void writesWhatPlainLoopsCompute(CoreBuild core, String programs)
      throws Exception {
    writesWhatPlainLoopsCompute(core, "random", programs);
  }

  private static void writesWhatPlainLoopsCompute(CoreBuild core, String kind, String programs)
      throws Exception {
    String verdict = core.compile().simulate(kind, SEED, programs).orFail().output();
    assertTrue(verdict.startsWith("OK " + programs + " programs"), verdict);
  }

  @Test
  void losesNoCyclesInsideALayerAndFewBetweenLayers() throws Exception {
    losesFewCycles(7, 8);
  }

  /** Takes half a minute to build. */
  @Tag("campaign")
  @Test
  void losesNoCyclesInALargeArray() throws Exception {
    losesFewCycles(14, 16);
  }

  private void losesFewCycles(int rows, int cols) throws Exception {
    CoreBuild core = CoreBuild.withArray(folder, "csd", Size.plain(rows, cols)).compile();
    String report = core.simulate("utilization", "16", "32", "3", "1", "0").orFail().output();
    Matcher figures =
        Pattern.compile("busy ([0-9.]+) handover (\\d+) tail (\\d+) cycles \\d+\\s*")
            .matcher(report);
    assertTrue(figures.matches(), report);
    assertTrue(Double.parseDouble(figures.group(1)) >= 0.97, report);
    assertTrue(Integer.parseInt(figures.group(2)) < 120, report);
    assertTrue(Integer.parseInt(figures.group(3)) < rows + 20, report);
  }

  @Tag("campaign")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "run_reader; > in_w_i; >= in_w_i",
        "weight_walker; start_i || word_end ? tile_start : addr_q; start_i || (word_end &&"
            + " !edge_q) ? tile_start : addr_q",
        "requantizer; half_up_i || sticky_q; half_up_i",
        "sequencer; rest <= FetchW'(ActWords + 1); rest <= FetchW'(ActWords)",
        "activation_table; {layer_bank_i, word_i; {1'b0, word_i",
        "activation_table; if (ready) entry_q; if (code_ready_i) entry_q",
      })
  void coreThatIsBrokenElsewhereIsFound(String module, String text, String broken)
      throws Exception {
    brokenCoreIsFound(module, text, broken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "run_walker; beyond[CountW] || px_left_q == CountW'(rows_left_q); beyond[CountW]",
        "row_feeder; !step_valid_q || step_ready_i; 1'b1",
        "sequencer; && rows_taken_i; ",
      })
  void brokenCoreIsFound(String module, String text, String broken) throws Exception {
    CoreBuild core =
        CoreBuild.withArrayModel(
                folder,
                new Size(3, 4, 9, 3, 1, 0, 0, 0, 0, 1, 0, 1),
                (name, rtl) -> {
                  if (!name.equals(module)) {
                    return rtl;
                  }
                  assertTrue(rtl.contains(text), "no such text in " + module + ": " + text);
                  return rtl.replace(text, broken == null ? "" : broken);
                })
            .compile(Runs.SHORT);
    Tool.Outcome outcome = core.simulate("random", SEED, "200");
    assertNotEquals(0, outcome.status(), outcome.output());
  }

  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"csd, 14, 16", "bins, 16, 8"})
  void verilatorLintIsSilentOnLargeArrays(String peStyle, int rows, int cols) throws Exception {
    verilatorLintIsSilent(peStyle, rows, cols);
  }

  @ParameterizedTest
  @CsvSource({"csd, 1, 2", "bins, 3, 4"})
  void verilatorLintIsSilent(String peStyle, int rows, int cols) throws Exception {
    Tool.VERILATOR.require();
    for (Size size : List.of(Size.plain(rows, cols), Size.full(peStyle, rows, cols))) {
      CoreBuild core = CoreBuild.withArray(folder, peStyle, size);
      List<String> command =
          command(core, "verilator", "--lint-only", "-Wall", "--top-module", "lutmac_core");
      assertEquals("", Tool.run(folder, command).orFail().output());
    }
  }

  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"csd, 1, 2", "bins, 5, 8"})
  void icarusAndYosysAcceptOtherCores(String peStyle, int rows, int cols) throws Exception {
    icarusAndYosysAcceptTheCoreAndNothingMultiplies(peStyle, rows, cols);
  }

  @ParameterizedTest
  @CsvSource({"csd, 3, 4", "bins, 3, 4"})
  void icarusAndYosysAcceptTheCoreAndNothingMultiplies(String peStyle, int rows, int cols)
      throws Exception {
    Tool.ICARUS.require();
    Tool.YOSYS.require();
    for (Size size : List.of(Size.plain(rows, cols), Size.full(peStyle, rows, cols))) {
      CoreBuild core = CoreBuild.withArray(folder, peStyle, size);
      List<String> icarus =
          command(core, "iverilog", "-g2012", "-Wall", "-s", "lutmac_core", "-o", "core.vvp");
      assertEquals("", Tool.run(folder, icarus).orFail().output());
      String script =
          "read_verilog -sv %s; hierarchy -check -top lutmac_core; proc; check -assert; "
                  .formatted(String.join(" ", core.sources()))
              + "select -assert-none t:$mul t:$div t:$mod t:$pow t:$macc";
      Tool.run(folder, List.of("yosys", "-q", "-p", script)).orFail();
    }
  }

  private static List<String> command(CoreBuild core, String... start) {
    List<String> command = new ArrayList<>(List.of(start));
    command.addAll(core.sources());
    return command;
  }
}
