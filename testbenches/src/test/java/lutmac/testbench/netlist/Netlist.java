package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.file.FileTree;
import lutmac.network.process.ProgramRun;
import lutmac.sim.verilator.RtlSources;

/**
 * Reads a design and writes it as one flat module, which Verilator builds in the design's place.
 */
final class Netlist {
  private static final String FILE = "netlist.v";
  private static final String LIST = "mutations";
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private static final String READ = "read_verilog -sv %s; hierarchy -top %s; proc";

  /** One module, whose cells are words. */
  private static final String FLATTEN = "flatten; opt_clean; opt_expr; opt_clean";

  /** Gates of one bit, flip-flops, and memories, which stay what they are. */
  private static final String SYNTHESIZE =
      "opt; memory -nomap; opt -full; techmap; opt -fast; abc -fast -g simple; opt_clean";

  /** More than there are. */
  private static final int ALL = 100_000_000;

  /** A mutant may work without an end. */
  private static final int MOST_CYCLES = 1_000_000;

  /** Bits that say which mutation is active. */
  private static final int SELECT_BITS = 16;

  /** Groups: the change, mode, port; module and line of the innermost statement. */
  private static final Pattern MUTATION =
      Pattern.compile(
          "mutate -ctrl \\w+ \\d+ \\d+ (-mode (\\w+) .*?-port (\\S+) .*?)(?: -src"
              + " (\\w+\\.sv):(\\d+)\\S*)?(?: -src .*)?");

  private static final String SELECTED =
      """
      /* verilator lint_off MULTITOP */
      package mutation;
        int selected;
      endpackage
      """;

  private Netlist() {}

  /** The design in gates. */
  static RtlSources synthesized(RtlSources design) throws IOException, InterruptedException {
    return new RtlSources(
        Map.of(FILE, run(design, List.of(SYNTHESIZE, "write_verilog -noattr " + FILE)).netlist));
  }

  /** Everything that can be changed in a design. */
  static List<Mutant> mutants(RtlSources design) throws IOException, InterruptedException {
    List<Mutant> mutants = new ArrayList<>();
    for (String line :
        run(
                design,
                List.of(
                    FLATTEN,
                    "mutate -list %d -ctrl mutation_select 1 1 -o %s".formatted(ALL, LIST)))
            .list) {
      Matcher mutation = MUTATION.matcher(line);
      if (mutation.matches() && mutation.group(4) != null) {
        mutants.add(
            new Mutant(
                mutation.group(4),
                Integer.parseInt(mutation.group(5)),
                mutation.group(2),
                mutation.group(1)));
      }
    }
    return mutants;
  }

  /**
   * The design with changes of which none is active, or the one whose number, from 1, the model is
   * started with ({@code +mutant=}).
   */
  static RtlSources mutated(RtlSources design, List<Mutant> mutants)
      throws IOException, InterruptedException {
    List<String> script = new ArrayList<>();
    script.add(FLATTEN);
    for (int number = 1; number <= mutants.size(); number++) {
      script.add(
          "mutate -ctrl mutation_select %d %d %s"
              .formatted(SELECT_BITS, number, mutants.get(number - 1).change()));
    }
    script.add("write_verilog -noattr " + FILE);
    String netlist = run(design, script).netlist;
    String selecting =
        netlist
            .replace(", mutation_select);", ");")
            .replace(
                "  input [%1$d:0] mutation_select;\n  wire [%1$d:0] mutation_select;\n"
                    .formatted(SELECT_BITS - 1),
                """
                  wire [%d:0] mutation_select = mutation::selected[%1$d:0];
                  initial if (!$value$plusargs("mutant=%%d", mutation::selected)) mutation::selected = 0;
                  int mutation_cycles = 0;
                  always @(posedge clk_i) begin
                    mutation_cycles <= mutation_cycles + 1;
                    if (mutation_cycles == %d) $finish;
                  end
                """
                    .formatted(SELECT_BITS - 1, MOST_CYCLES));
    if (selecting.length() <= netlist.length()) {
      throw new IllegalStateException("the netlist has no input that selects a mutation");
    }
    return new RtlSources(Map.of(FILE, SELECTED + selecting));
  }

  private record Run(String netlist, List<String> list) {}

  private static Run run(RtlSources design, List<String> commands)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lutmac-netlist");
    try {
      for (Map.Entry<String, String> file : design.files().entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
      }
      List<String> script = new ArrayList<>();
      script.add(READ.formatted(String.join(" ", design.files().keySet()), design.top()));
      script.addAll(commands);
      Files.write(folder.resolve("script.ys"), script);
      ProgramRun run = ProgramRun.of(List.of("yosys", "-q", "script.ys"), folder, LIMIT);
      if (!run.succeeded()) {
        throw new IllegalStateException("yosys fails: " + run.output());
      }
      Path netlist = folder.resolve(FILE);
      Path list = folder.resolve(LIST);
      return new Run(
          Files.exists(netlist) ? Files.readString(netlist) : "",
          Files.exists(list) ? Files.readAllLines(list) : List.of());
    } finally {
      FileTree.delete(folder);
    }
  }
}
