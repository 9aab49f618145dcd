package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lutmac.network.file.FileTree;
import lutmac.network.process.ProgramRun;
import lutmac.sim.verilator.RtlSources;

/**
 * Reads a design and writes it as one flat module, which Verilator builds in the design's place.
 */
final class Netlist {
  /** A part of a design with a testbench of its own. */
  enum Part {
    WHOLE("", "", ""),
    /** The core alone. */
    CORE("hierarchy -top lutmac_core;", "core", "lutmac_core"),
    /** The core around an array {@code mac_array} that is not there. */
    AROUND_ARRAY(
        "hierarchy -top lutmac_core; chtype -set mac_array t:*lutmac_mac_array*;"
            + " delete *lutmac_mac_array*; hierarchy -top lutmac_core;",
        "core",
        "lutmac_core"),
    /** The array alone. */
    ARRAY(alone("mac_array"), "core.\\u_mac_array", "mac_array"),
    /** The sequencer alone. */
    SEQUENCER(alone("sequencer"), "core.\\u_sequencer", "sequencer"),
    /** What reads on a bus. */
    READ_ENGINE(alone("axi_read_engine"), "reader", "axi_read_engine"),
    /** What writes on a bus. */
    WRITE_ENGINE(alone("axi_write_engine"), "writer", "axi_write_engine"),
    /** The shell around a core that is not there. */
    SHELL("delete lutmac_core;", "", ""),
    /** All but the core, which stays as a cell. */
    AROUND_CORE("blackbox lutmac_core;", "", "");

    /** Makes the part of the design, in yosys. */
    private final String cut;

    /** Its name as an instance in the design. */
    private final String instance;

    /** The name of its module, empty for the design's. */
    private final String module;

    Part(String cut, String instance, String module) {
      this.cut = cut;
      this.instance = instance;
      this.module = module;
    }

    /** Makes one module the only one, with a name that no design's name is in. */
    private static String alone(String module) {
      return "delete lutmac_top lutmac_core; setattr -mod -set top 1 *lutmac_%1$s*; hierarchy; rename -top %1$s;"
          .formatted(module);
    }

    /** What a cell of the design is called in the part. */
    private String cell(String cell) {
      if (instance.isEmpty()) {
        return cell;
      }
      String prefix = "$flatten\\" + instance + ".";
      if (!cell.startsWith(prefix)) {
        return cell.startsWith("\\" + instance + ".")
            ? "\\" + cell.substring(instance.length() + 2)
            : cell;
      }
      String inside = cell.substring(prefix.length());
      return inside.startsWith("\\") ? "$flatten" + inside : inside;
    }

    /** The name of its module. */
    String top(RtlSources design) {
      return module.isEmpty() ? design.top() : module;
    }

    private String change(Mutant mutant, RtlSources design) {
      String change =
          mutant
              .change()
              .replace(" -cell " + mutant.cell() + " ", " -cell " + cell(mutant.cell()) + " ");
      return change
          .replaceAll(" -module \\S+", " -module " + top(design))
          .replaceAll(" -wire .*", "");
    }
  }

  /**
   * A part of a design with changes.
   *
   * @param numbers of the changes that it has, from 1
   */
  record Mutated(RtlSources sources, Set<Integer> numbers) {}

  /**
   * Changes of a part of a design.
   *
   * @param script makes the part in yosys, one module, with the input {@link #SELECT}
   * @param numbers of the changes that it has, from 1
   */
  record Changes(List<String> script, Set<Integer> numbers) {}

  /** What says which change is active. */
  static final String SELECT = "mutation_select";

  private static final String FILE = "netlist.v";
  private static final String LIST = "mutations";
  private static final String CELLS = "cells";
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private static final String READ = "read_verilog -sv %s; hierarchy -top %s; proc";

  /** With the design's assertions. */
  private static final String READ_FORMAL = "read_verilog -formal -sv %s; hierarchy -top %s; proc";

  /**
   * One module, whose cells are words. What is undefined (the address of a memory that nothing is
   * written to) is what synthesis makes of it: whatever costs nothing, not a constant of the
   * simulator's.
   */
  private static final String FLATTEN = "flatten; opt_clean; opt_expr -mux_undef; opt_clean";

  /** Leaves what is there for the assertions alone. */
  private static final String WITHOUT_ASSERTIONS = "delete t:$assert; opt_clean";

  /**
   * No vector that several cells drive: Verilator 5.006 computes bits that depend on others of
   * their vector in a wrong order.
   */
  private static final String SPLIT = "splitnets -driver";

  /** Gates of one bit, flip-flops, and memories, which stay what they are. */
  private static final String SYNTHESIZE =
      "opt; memory -nomap; opt -full; techmap; opt -fast; abc -fast -g simple; opt_clean";

  /** Yosys has no function that asks for unknowns. */
  private static final String NO_UNKNOWN = "1'b1 | |(";

  /** More than there are. */
  private static final int ALL = 100_000_000;

  /** A mutant may work without an end. */
  private static final int MOST_CYCLES = 20_000_000;

  /** Bits that say which mutation is active. */
  private static final int SELECT_BITS = 16;

  /** Groups: the change, mode, port; module and line of the innermost statement. */
  private static final Pattern MUTATION =
      Pattern.compile(
          "mutate -ctrl \\w+ \\d+ \\d+ (-mode (\\w+) .*?-port (\\S+) .*?)(?: -src"
              + " (\\w+\\.sv):(\\d+)\\S*)?(?: -src .*)?");

  /** The design's assertions look at clock edges; a netlist has them at any time. */
  private static final Pattern ASSERTION = Pattern.compile("always @\\* if \\((.*)\\) assert");

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
        Map.of(
            FILE,
            run(design, List.of(read(READ, design), SYNTHESIZE, "write_verilog -noattr " + FILE))
                .netlist));
  }

  /** Everything that can be changed in a design. */
  static List<Mutant> mutants(RtlSources design) throws IOException, InterruptedException {
    List<Mutant> mutants = new ArrayList<>();
    for (String line :
        run(
                design,
                List.of(
                    read(READ_FORMAL, design),
                    FLATTEN,
                    WITHOUT_ASSERTIONS,
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
   * A part of a design with changes of which none is active, or the one whose number, from 1, the
   * model is started with ({@code +mutant=}). The assertions of the design are in it.
   */
  static Mutated mutated(RtlSources design, List<Mutant> mutants, Part part)
      throws IOException, InterruptedException {
    Changes changes = changes(design, mutants, part);
    List<String> script = new ArrayList<>(changes.script);
    script.add(SPLIT);
    script.add("write_verilog -noattr " + FILE);
    String netlist = run(design, script).netlist;
    String selecting =
        ASSERTION
            .matcher(netlist)
            .replaceAll("always @(posedge clk_i) if ($1) assert")
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
                    if (mutation_cycles == %d) $fatal;
                  end
                """
                    .formatted(SELECT_BITS - 1, MOST_CYCLES));
    if (!changes.numbers.isEmpty() && selecting.length() <= netlist.length()) {
      throw new IllegalStateException("the netlist has no input that selects a mutation");
    }
    return new Mutated(new RtlSources(Map.of(FILE, SELECTED + selecting)), changes.numbers);
  }

  /** Those of some changes that a part has, and the commands that make the part with them. */
  static Changes changes(RtlSources design, List<Mutant> mutants, Part part)
      throws IOException, InterruptedException {
    List<String> cut = List.of(read(READ_FORMAL, design), part.cut, FLATTEN);
    Set<String> cells = cells(design, cut);
    Set<Integer> numbers = new TreeSet<>();
    List<String> script = new ArrayList<>(cut);
    for (int number = 1; number <= mutants.size(); number++) {
      Mutant mutant = mutants.get(number - 1);
      if (cells.contains(part.cell(mutant.cell()))) {
        numbers.add(number);
        script.add(
            "mutate -ctrl %s %d %d %s"
                .formatted(SELECT, SELECT_BITS, number, part.change(mutant, design)));
      }
    }
    return new Changes(script, numbers);
  }

  private static String read(String command, RtlSources design) {
    return command.formatted(String.join(" ", design.files().keySet()), design.top());
  }

  /** The names of the cells that commands leave. */
  private static Set<String> cells(RtlSources design, List<String> commands)
      throws IOException, InterruptedException {
    List<String> script = new ArrayList<>(commands);
    script.add("select -write %s c:*".formatted(CELLS));
    return run(design, script).cells.stream()
        .map(line -> line.substring(line.indexOf('/') + 1))
        .collect(Collectors.toSet());
  }

  /** Writes the files of a design, as yosys reads them. */
  static void write(RtlSources design, Path folder) throws IOException {
    for (Map.Entry<String, String> file : design.files().entrySet()) {
      Files.writeString(
          folder.resolve(file.getKey()), file.getValue().replace("!$isunknown(", NO_UNKNOWN));
    }
  }

  private record Run(String netlist, List<String> list, List<String> cells) {}

  private static Run run(RtlSources design, List<String> script)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lutmac-netlist");
    try {
      write(design, folder);
      Files.write(folder.resolve("script.ys"), script);
      ProgramRun run = ProgramRun.of(List.of("yosys", "-q", "script.ys"), folder, LIMIT);
      if (!run.succeeded()) {
        throw new IllegalStateException("yosys fails: " + run.output());
      }
      return new Run(
          String.join("\n", lines(folder.resolve(FILE))),
          lines(folder.resolve(LIST)),
          lines(folder.resolve(CELLS)));
    } finally {
      FileTree.delete(folder);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
