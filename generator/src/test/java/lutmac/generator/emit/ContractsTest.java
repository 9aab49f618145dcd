package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.config.MapReads;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.process.RequiredProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every assertion of the emitted hardware is broken once, and that one only is reported. An
 * assertion that no {@link ContractBreak} breaks makes the test fail.
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class ContractsTest {
  /** Words of more than two beats, one drain group, several lanes. */
  private static final int ROWS = 4;

  private static final int COLS = 17;

  /** With those that bring assertions of their own. */
  private static final Features FEATURES =
      new Features(
          Features.FIXED_ACT_BITS,
          3,
          1,
          false,
          true,
          true,
          0,
          true,
          true,
          true,
          16,
          new MapReads(2, 2),
          OutputUnit.ALL);

  private static final Pattern PROMISE = Pattern.compile("\\.Text\\(\"([^:\"]+): ");
  private static final Pattern STREAM = Pattern.compile("\\.Name\\(\"([^\"]+)\"\\),\\s*\\.Width");
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\.Name\\(\"(\\w+)\\.(\\w+)\"\\), \\.Value\\(\\w+\\), \\.Low\\((\\d+)\\),"
              + " \\.High\\(([\\w:]+)\\)");
  private static final Pattern REPORTED = Pattern.compile("(?m)^ERROR: \\S+ ([^:\\s]+): ");
  private static final Pattern PORT =
      Pattern.compile("^\\s+(input|output)?\\s*(?:wire|logic)?\\s*(?:\\[[^\\]]*\\])?\\s*(\\w+),?$");

  /** Cases with the modules that they ran in: what styles have in common is broken once. */
  private static final Set<String> BROKEN = ConcurrentHashMap.newKeySet();

  @TempDir Path folder;

  private static SortedMap<String, String> emitted(PeStyle style) {
    return emitted(style, ROWS, COLS);
  }

  private static SortedMap<String, String> emitted(PeStyle style, int rows, int cols) {
    return RtlEmitter.emit(config(style, rows, cols));
  }

  private static AcceleratorConfig config(PeStyle style, int rows, int cols) {
    return new AcceleratorConfig(
        rows, cols, style, FEATURES, 24, 1 << 12, 1 << 11, 1 << 6, 1 << 10);
  }

  static List<PeStyle> styles() {
    return PeStyles.all();
  }

  @ParameterizedTest
  @MethodSource("styles")
  void everyAssertionIsBrokenOnceAndOnlyItIsReported(PeStyle style) throws Exception {
    RequiredProgram.require("iverilog");
    SortedMap<String, String> files = emitted(style);
    breakOnce(files, files, ContractBreak.of(style));
  }

  /** Of the modules that are others than behind streams. */
  @Test
  void everyAssertionOfTheBusIsBrokenOnceAndOnlyItIsReported() throws Exception {
    RequiredProgram.require("iverilog");
    PeStyle style = PeStyles.standard();
    SortedMap<String, String> files =
        RtlEmitter.emit(config(style, ROWS, COLS).with(new Bus.Axi(40, 128)));
    SortedMap<String, String> others = new TreeMap<>(files);
    emitted(style).forEach(others::remove);
    breakOnce(files, others, ContractBreak.ofBus());
  }

  /**
   * Breaks.
   *
   * @param files a design
   * @param asserting those of its files whose assertions must be broken
   */
  private void breakOnce(
      SortedMap<String, String> files,
      SortedMap<String, String> asserting,
      List<ContractBreak> breaks)
      throws Exception {
    RtlTool.write(folder, files);
    Map<String, Path> benches = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    for (ContractBreak broken : breaks) {
      String module = DesignName.DEFAULT.module(broken.module());
      String sources =
          filesOf(module, files).stream().map(files::get).collect(Collectors.joining());
      if (!BROKEN.add(broken.label() + broken.stimulus() + sources)) {
        continue;
      }
      Path bench = benches.get(broken.module());
      if (bench == null) {
        bench = bench(broken.module(), files, breaks);
        benches.put(broken.module(), bench);
      }
      String output =
          RtlTool.run(
              folder, List.of("vvp", "-n", bench.toString(), "+case=" + breaks.indexOf(broken)));
      Set<String> reported = new TreeSet<>();
      REPORTED.matcher(output).results().map(found -> found.group(1)).forEach(reported::add);
      if (!reported.equals(Set.of(broken.label()))) {
        wrong.add("%s: reported %s".formatted(broken.label(), reported));
      }
    }
    assertEquals(List.of(), wrong);

    Set<String> labels = new TreeSet<>();
    asserting.values().forEach(text -> labels.addAll(labels(text)));
    Set<String> tested = new TreeSet<>(breaks.stream().map(ContractBreak::label).toList());
    assertEquals(labels, tested, "assertions in the sources, assertions that this test breaks");
  }

  private static Set<String> labels(String text) {
    Set<String> labels = new TreeSet<>();
    PROMISE.matcher(text).results().map(found -> found.group(1)).forEach(labels::add);
    for (MatchResult stream : STREAM.matcher(text).results().toList()) {
      for (String promise : List.of("persistent", "stable", "known")) {
        labels.add(stream.group(1) + "." + promise);
      }
    }
    return labels;
  }

  /** A module whose inputs are zero, and one case for each of its assertions to break. */
  private Path bench(String module, SortedMap<String, String> files, List<ContractBreak> breaks)
      throws Exception {
    String name = DesignName.DEFAULT.module(module);
    List<String> inputs = inputs(name, files.get(name + ".sv"));
    StringBuilder cases = new StringBuilder();
    for (int i = 0; i < breaks.size(); i++) {
      if (breaks.get(i).module().equals(module)) {
        cases.append("      %d: begin %s end\n".formatted(i, breaks.get(i).stimulus()));
      }
    }
    StringBuilder zeros = new StringBuilder();
    for (String input : inputs) {
      if (!Set.of("clk_i", "rst_ni").contains(input)) {
        zeros.append("    force dut.%s = %s;\n".formatted(input, ContractBreak.ZEROS));
      }
    }
    String text =
        """
        module bench;
          reg clk = 1'b0, rst_n = 1'b1;
          integer number;
          always #5 clk = !clk;
          %s dut (.clk_i(clk), .rst_ni(rst_n));
          task tick; @(negedge clk); endtask
          initial begin
        %s    #1 rst_n = 1'b0;
            tick;
            rst_n = 1'b1;
            if (!$value$plusargs("case=%%d", number)) $finish;
            case (number)
        %s    endcase
            tick;
            $finish;
          end
        endmodule
        """
            .formatted(name, zeros, cases);
    Path source = Files.writeString(folder.resolve("bench_" + module + ".v"), text);
    Path program = folder.resolve("bench_" + module + ".vvp");
    List<String> command =
        new ArrayList<>(List.of("iverilog", "-g2012", "-s", "bench", "-o", program.toString()));
    command.add(source.toString());
    command.addAll(filesOf(name, files));
    RtlTool.run(folder, command);
    return program;
  }

  private static List<String> inputs(String module, String text) {
    int begin = text.indexOf("module " + module);
    List<String> inputs = new ArrayList<>();
    boolean input = false;
    for (String line : text.substring(begin, text.indexOf(");\n", begin)).lines().toList()) {
      Matcher port = PORT.matcher(line);
      if (port.matches()) {
        input = port.group(1) == null ? input : port.group(1).equals("input");
        if (input) {
          inputs.add(port.group(2));
        }
      }
    }
    return inputs;
  }

  /** A guarded parameter of a module. */
  private record Parameter(String module, String name, int low, int high) {
    static List<Parameter> all(SortedMap<String, String> files) {
      return files.values().stream()
          .flatMap(text -> PARAMETER.matcher(text).results())
          .map(
              found ->
                  new Parameter(
                      found.group(1),
                      found.group(2),
                      Integer.parseInt(found.group(3)),
                      limit(found.group(4), files.get("lutmac_pkg.sv"))))
          .toList();
    }

    /** A number, or a constant of the package. */
    private static int limit(String text, String pkg) {
      String name = text.replace("lutmac_pkg::", "");
      Matcher constant = Pattern.compile("\\b" + name + "\\s*= (\\d+)").matcher(pkg);
      return Integer.parseInt(constant.find() ? constant.group(1) : text);
    }

    String message(int value) {
      return "%s.%s is %d, it must lie in %d..%d".formatted(module, name, value, low, high);
    }
  }

  @ParameterizedTest
  @MethodSource("styles")
  void everyParameterOfTheDatapathHasAGuard(PeStyle style) {
    emitted(style)
        .forEach(
            (file, text) -> {
              Set<String> parameters = new TreeSet<>();
              Pattern.compile("(?m)^  parameter int (\\w+)")
                  .matcher(text)
                  .results()
                  .forEach(found -> parameters.add(found.group(1)));
              Set<String> guarded = new TreeSet<>();
              PARAMETER.matcher(text).results().forEach(found -> guarded.add(found.group(2)));
              boolean guards =
                  Stream.of(
                          "parameter_range",
                          "stream_contract",
                          "array_contract",
                          "block_memory",
                          "queue_memory")
                      .map(module -> DesignName.DEFAULT.module(module) + ".sv")
                      .toList()
                      .contains(file);
              assertEquals(guards ? Set.of() : parameters, guarded, file);
            });
  }

  /** A tool for each of some parameters here, every tool for all of them in the campaign. */
  @Test
  void parameterOutOfRangeStopsATool() throws Exception {
    requireStopped(SAMPLED, 1);
  }

  @Tag("campaign")
  @Test
  void parameterOutOfRangeStopsEveryTool() throws Exception {
    requireStopped(1, TOOLS.size());
  }

  /** One parameter in so many, so that the tools take turns with them. */
  private static final int SAMPLED = 4;

  /** Whatever style a parameter belongs to. */
  private void requireStopped(int oneIn, int tools) throws Exception {
    for (String tool : List.of("verilator", "yosys", "iverilog")) {
      RequiredProgram.require(tool);
    }
    Set<Parameter> stopped = new HashSet<>();
    for (PeStyle style : PeStyles.all()) {
      // The smallest array: 65 rows of more columns take Icarus seconds.
      SortedMap<String, String> files = emitted(style, 1, 2);
      RtlTool.write(folder, files);
      List<Parameter> parameters = new ArrayList<>(Parameter.all(files));
      assertFalse(parameters.isEmpty());
      parameters.removeIf(parameter -> !stopped.add(parameter));
      IntStream.range(0, parameters.size())
          .filter(at -> at % oneIn == 0)
          .parallel()
          .forEach(at -> requireStopped(parameters.get(at), files, at, tools));
    }
  }

  /** How each tool is given a value of a parameter. */
  private static final List<String> TOOLS =
      List.of(
          "verilator --lint-only -Wno-fatal -Werror-USERFATAL --top-module %1$s -G%2$s=%3$d %4$s",
          "yosys -p 'read_verilog -sv %4$s; hierarchy -check -top %1$s -chparam %2$s %3$d'",
          "iverilog -g2012 -s %1$s -P%1$s.%2$s=%3$d -o %1$s.%2$s.vvp %4$s && vvp %1$s.%2$s.vvp");

  private void requireStopped(
      Parameter parameter, SortedMap<String, String> files, int first, int tools) {
    int value = parameter.high() + 1;
    String module = DesignName.DEFAULT.module(parameter.module());
    String sources = String.join(" ", filesOf(module, files));
    for (int each = 0; each < tools; each++) {
      String tool = TOOLS.get((first + each) % TOOLS.size());
      String output =
          shell("! { " + tool.formatted(module, parameter.name(), value, sources) + "; }");
      assertTrue(output.contains(parameter.message(value)), output);
    }
  }

  /** The files of a module and of all that it instantiates, in the design's order. */
  private static List<String> filesOf(String module, SortedMap<String, String> files) {
    Set<String> needed = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(module + ".sv", "lutmac_pkg.sv"));
    while (!open.isEmpty()) {
      String file = open.pop();
      if (needed.add(file)) {
        Matcher words = Pattern.compile("\\w+").matcher(files.get(file));
        words
            .results()
            .map(word -> word.group() + ".sv")
            .filter(files::containsKey)
            .forEach(open::push);
      }
    }
    return files.keySet().stream().filter(needed::contains).toList();
  }

  private String shell(String command) {
    try {
      return RtlTool.run(folder, List.of("sh", "-c", command));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
