package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sequencer alone, in a simulator that knows unknowns (sequencer_tb.sv). */
@Tag("slow")
class SequencerTest {
  private static final String MODULE = "sequencer";
  private static final String TESTBENCH = "sequencer_tb";
  private static final String SEED = "+seed=20";

  /** Those of the testbench, as are taps and planes. */
  private static final int ROWS = 14;

  @TempDir Path folder;

  /** A change of the module that breaks one of its promises. */
  record Mutant(String promise, String text, String broken) {}

  /** A fault of the module's surroundings that breaks one of theirs. */
  record Fault(String promise, String name) {}

  static Stream<Mutant> mutants() {
    return Stream.of(
        new Mutant("prog_req.persistent", "asked_q != total_q;", "asked_q != total_q && !rsp;"),
        new Mutant("prog_req.stable", "addr_o  = pc_q;", "addr_o  = pc_q ^ ProgAw'(rsp);"),
        new Mutant("prog_req.known", "pc_q <= start_pc_i;", "pc_q <= 'x;"),
        new Mutant("known", "if (!busy_q) layer_q <= '0;", "if (!busy_q) layer_q <= 'x;"),
        new Mutant("count_range", "&& asked_q != total_q;", ";"),
        new Mutant("table_bank", "table_bank_q <= !table_bank_q;", ""),
        new Mutant("start_loaded", "fetch_q && in_table", "fetch_q && got_q != '0"),
        new Mutant("desc_static", "if (launch) desc_q", "if (launch || ready_o) desc_q"),
        new Mutant("error_range", "error_q      <= lutmac_pkg::ErrorNone;", "error_q      <= '1;"),
        new Mutant("done_idle", "busy_q <= 1'b0;\n          done_q", "done_q"));
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault("prog_rsp.persistent", "answer_gone"),
        new Fault("prog_rsp.stable", "answer_changed"),
        new Fault("prog_rsp.known", "answer_unknown"),
        new Fault("answer_asked", "answer_unasked"),
        new Fault("written_runs", "written_early"),
        new Fault("written_once", "written_twice"));
  }

  @Test
  void handsOutEveryWordOfAProgramUnderAnyStalls() throws Exception {
    build(text());
    assertEquals("PASS\n", simulate("+programs=60"));
  }

  @Tag("campaign")
  @Test
  void handsOutEveryWordOfManyPrograms() throws Exception {
    build(text());
    assertEquals("PASS\n", simulate("+programs=400"));
  }

  /** A damage to a random layer, and what the sequencer says of it. */
  @ParameterizedTest
  @CsvSource({
    "one_flip, 150",
    "two_flips, 150",
    "burst, 60",
    "zeros, 10",
    "ones, 10",
    "out_of_range, 250",
  })
  void stopsAtTheDescriptorThatIsDamagedAndRunsAfterAReset(String damage, String programs)
      throws Exception {
    build(text());
    assertEquals(
        "PASS\n", simulate("+programs=" + programs, "+damage=" + damage, "+cycles=500000"));
  }

  /** Where there are none, the first pool of the random programs, or what it needs, is too much. */
  @ParameterizedTest
  @ValueSource(strings = {"PoolLsb", "WindowNLsb", "PyNLsb", "WxNLsb"})
  void refusesMaximaWhereThereAreNone(String field) throws Exception {
    String withoutPools = text().replace("int Pools            = 1", "int Pools            = 0");
    assertNotEquals(text(), withoutPools);
    // Each of the checks by itself.
    String alone =
        withoutPools
            .lines()
            .map(line -> line.contains(field) ? line : line.replace("Pools == 0", "1'b0"))
            .collect(Collectors.joining("\n", "", "\n"));
    assertEquals(1, alone.split("Pools == 0", -1).length - 1);
    build(alone);
    String output = simulate("+programs=20");
    assertTrue(output.startsWith("FAIL: "), output);
    build(alone.replace("Pools == 0", "1'b0"));
    assertEquals("PASS\n", simulate("+programs=20"));
  }

  /** What each part of the checks is for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "one_flip; assign sum_wrong = sum != lutmac_pkg::CheckSeed; assign sum_wrong = 1'b0",
        "zeros; ? lutmac_pkg::ErrorChecksum; ? lutmac_pkg::ErrorDescriptor",
        "one_flip; && good; ",
        "one_flip; table_last ? good && !error; table_last ? 1'b1",
        "one_flip; ErrorNone && running_q && !launched_q; ErrorNone",
        "out_of_range; if (!in_table && word_wrong) wrong_q; if (!in_table && word_wrong && word !="
            + " '0) wrong_q",
        "out_of_range; || taps_last > 4'(Taps); ",
        "out_of_range; rows_last > 8'(Rows); rows_last > 8'd255",
        "out_of_range; >= PlaneN; > PlaneN",
        "out_of_range; (LowCounts[word]; (1'b0",
        "out_of_range; (HighCounts[word]; (1'b0",
        "out_of_range; array_q && ArrayLowCounts[word]; 1'b0",
        "out_of_range; array_q && ArrayHighCounts[word]; 1'b0",
        "out_of_range; > MostLane; > 2'd3",
        "out_of_range; low_beyond && LowLimits[word]; 1'b0",
        "out_of_range; high_beyond && HighLimits[word]; 1'b0",
      })
  void testbenchSeesACheckThatIsMissing(String damage, String text, String broken)
      throws Exception {
    String missing = text().replace(text, broken == null ? "" : broken);
    assertNotEquals(text(), missing, "the text to break is gone");
    build(missing);
    String output = simulate("+programs=250", "+damage=" + damage, "+cycles=500000");
    assertTrue(output.startsWith("FAIL: "), output);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void everyBrokenPromiseIsNamed(Mutant mutant) throws Exception {
    String broken = text().replace(mutant.text(), mutant.broken());
    assertNotEquals(text(), broken, "the text to break is gone");
    build(broken);
    assertNames(mutant.promise(), simulate("+programs=10", "+cycles=9000"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void everyBrokenPromiseOfTheSurroundingsIsNamed(Fault fault) throws Exception {
    build(text());
    assertNames(fault.promise(), simulate("+fault=" + fault.name(), "+cycles=2000"));
  }

  @Test
  void everyPromiseIsBrokenOnceHere() {
    Set<String> promises = new TreeSet<>();
    Matcher contract = Pattern.compile("\\.Text\\(\"sequencer\\.(\\w+):").matcher(text());
    while (contract.find()) {
      promises.add(contract.group(1));
    }
    Matcher stream =
        Pattern.compile("stream_contract #\\(\\.Name\\(\"sequencer\\.(\\w+)\"\\)").matcher(text());
    while (stream.find()) {
      for (String promise : List.of("persistent", "stable", "known")) {
        promises.add(stream.group(1) + "." + promise);
      }
    }
    Set<String> broken = new TreeSet<>();
    mutants().map(Mutant::promise).forEach(broken::add);
    faults().map(Fault::promise).forEach(broken::add);
    assertFalse(promises.isEmpty());
    assertEquals(promises, broken);
  }

  @Test
  void refusesAnAddressWidthThatNoHostCommandReaches() throws Exception {
    Tool.VERILATOR.require();
    write(text());
    List<String> command =
        new ArrayList<>(List.of("verilator", "--lint-only", "-GProgAw=25", "--top-module", MODULE));
    command.addAll(sources());
    Tool.Outcome outcome = Tool.run(folder, command);
    assertNotEquals(0, outcome.status());
    assertTrue(
        outcome.output().contains("sequencer.ProgAw is 25, it must lie in 1..24"),
        outcome.output());
  }

  private static void assertNames(String promise, String output) {
    assertTrue(
        output.contains("sequencer." + promise + ":"),
        output.substring(0, Math.min(2000, output.length())));
  }

  private static String text() {
    Map<String, Integer> variables = new HashMap<>();
    variables.put("programAddrBits", 10);
    variables.put("rows", ROWS);
    variables.put("taps", 5);
    variables.put("planes", 3);
    variables.put("countBits", 14);
    for (String feature :
        List.of("depthwise", "packedMaps", "packedCodes", "logBits", "activationTables", "pools")) {
      variables.put(feature, 1);
    }
    return RtlTemplates.render(MODULE, variables);
  }

  private static List<String> sources() {
    return Stream.of(List.of(CoreModules.PACKAGE), CoreModules.CONTRACTS, List.of(MODULE))
        .flatMap(List::stream)
        .map(name -> name + ".sv")
        .toList();
  }

  private void write(String sequencer) throws IOException {
    Files.writeString(folder.resolve(MODULE + ".sv"), sequencer);
    for (String name : sources()) {
      String module = name.replace(".sv", "");
      if (!module.equals(MODULE)) {
        Files.writeString(folder.resolve(name), RtlTemplates.render(module, Map.of()));
      }
    }
    try (InputStream bench = SequencerTest.class.getResourceAsStream(TESTBENCH + ".sv")) {
      Files.write(folder.resolve(TESTBENCH + ".sv"), bench.readAllBytes());
    }
  }

  private void build(String sequencer) throws IOException, InterruptedException {
    Tool.ICARUS.require();
    write(sequencer);
    List<String> command =
        new ArrayList<>(List.of("iverilog", "-g2012", "-s", TESTBENCH, "-o", "bench.vvp"));
    command.addAll(sources());
    command.add(TESTBENCH + ".sv");
    Tool.run(folder, command).orFail();
  }

  private String simulate(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("vvp", "bench.vvp", SEED));
    command.addAll(List.of(arguments));
    return Tool.run(folder, command).orFail().output();
  }
}
