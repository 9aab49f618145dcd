package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.emit.ArrayStimulus;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.VerilatedBench;
import lutmac.rtl.RtlTemplates;
import lutmac.rtl.layout.ActivationTag;
import lutmac.rtl.layout.Memory;
import lutmac.sim.verilator.RtlSources;
import lutmac.testbench.Sources;

/**
 * The testbench of a part of a design, the core, its array or sequencer, the shell or an engine on
 * a bus, around that part with changes.
 *
 * @param numbers of the changes that the part has
 * @param runs commands, all of which must succeed; none of a part that has no change
 * @param verdict with which the output of each begins
 */
record ModuleBench(Set<Integer> numbers, List<List<String>> runs, String verdict) {
  /** A design that neither ends nor fails is wrong, too; without changes it takes seconds. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** A part without a change. */
  private static final ModuleBench NOTHING = new ModuleBench(Set.of(), List.of(), "");

  private static final String SEED = "20";

  /** As in MacArrayTest: six layers each. */
  private static final int ARRAY_GROUPS = 4;

  /** In whose programs a sum with a small shift is larger than in the others'. */
  private static final String OTHER_SEED = "22";

  /** Programs of random layers, and of layers with a large count. */
  private static final List<List<String>> PROGRAMS =
      List.of(
          List.of("random", SEED, "400"),
          List.of("large", SEED, "15"),
          List.of("random", OTHER_SEED, "400"));

  /** For the array's pauses. */
  private static final List<List<String>> PROGRAMS_AROUND_ARRAY =
      List.of(List.of("random", SEED, "200"));

  private static final String CORE_VERDICT = "OK ";
  private static final String CORE_FILES = "rtl-templates/src/test/resources/lutmac/rtl/";

  /** As in SequencerTest: programs, and those with a damage that the sequencer has to find. */
  private static final List<List<String>> SEQUENCER_RUNS =
      List.of(
          List.of("+programs=60"),
          List.of("+programs=60", "+damage=one_flip"),
          List.of("+programs=10", "+damage=zeros"),
          List.of("+programs=10", "+damage=ones"),
          List.of("+programs=150", "+damage=out_of_range"));

  private static final String SHELL_FILES = "generator/src/test/resources/lutmac/generator/emit/";

  /** The core of a design against plain loops, with random stalls on every port. */
  static ModuleBench ofCore(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    return ofCore(
        array, Netlist.mutated(design, mutants, Netlist.Part.CORE), List.of(), PROGRAMS, folder);
  }

  /** The same around the model of the array, which knows its table and lets rows wait. */
  static ModuleBench ofCoreAroundArray(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    String model = Sources.text(CORE_FILES + "mac_array_model.sv");
    Map<String, Integer> parameters =
        Map.of(
            "Rows", array.rows(),
            "Cols", array.cols(),
            "AccW", array.accBits(),
            "ActW", array.features().actBits(),
            "Planes", array.features().planes(),
            "Depthwise", number(array.features().depthwise()));
    return ofCore(
        array,
        Netlist.mutated(design, mutants, Netlist.Part.AROUND_ARRAY),
        List.of(withParameters(model, "parameter", parameters)),
        PROGRAMS_AROUND_ARRAY,
        folder);
  }

  private static ModuleBench ofCore(
      AcceleratorConfig array,
      Netlist.Mutated core,
      List<String> modules,
      List<List<String>> programs,
      Path folder)
      throws IOException, InterruptedException {
    Features features = array.features();
    return build(
        core,
        "lutmac_core",
        modules,
        Sources.text(CORE_FILES + "core_tb.cpp"),
        macros(
            array,
            Map.of(
                "TAPS", features.taps(),
                "PLANES", features.planes(),
                "DEPTHWISE", number(features.depthwise()),
                "PACKED_MAPS", number(features.packedMaps()),
                "PACKED_CODES", number(features.packedCodes()),
                "LOG_BITS", features.logBits(),
                "ACTIVATION_TABLES", number(features.activationTables()),
                "SPACED_ROWS", number(features.spacedRows()))),
        folder,
        programs,
        CORE_VERDICT);
  }

  /** The array of a design with layers of its style against a plain sum of products. */
  static ModuleBench ofArray(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    Features features = array.features();
    ArrayFeatures ports =
        new ArrayFeatures(
            array.accBits(), features.actBits(), features.planes(), features.depthwise());
    Path stimulus = folder.resolve("layers.txt").toAbsolutePath();
    Files.writeString(
        stimulus,
        ArrayStimulus.of(
            array.pe(), array.rows(), array.cols(), ports, Long.parseLong(SEED), ARRAY_GROUPS));
    List<String> macros = new ArrayList<>();
    define(macros, "TB_ROWS", array.rows());
    define(macros, "TB_COLS", array.cols());
    define(macros, "TB_ACC", array.accBits());
    define(macros, "TB_ACT", features.actBits());
    define(macros, "TB_PLANES", features.planes());
    return build(
        Netlist.mutated(design, mutants, Netlist.Part.ARRAY),
        "mac_array",
        List.of(),
        Sources.text(SHELL_FILES + "mac_array_tb.cpp"),
        macros,
        folder,
        List.of(List.of(SEED, stimulus.toString())),
        "PASS");
  }

  /** What reads on a bus, beside what writes, with random transfers, errors and lost answers. */
  static ModuleBench ofReadEngine(Bus.Axi bus, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    return ofEngine(
        bus, design, mutants, Netlist.Part.READ_ENGINE, "lutmac_axi_write_engine.sv", folder);
  }

  /** What writes on a bus, beside what reads. */
  static ModuleBench ofWriteEngine(
      Bus.Axi bus, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    return ofEngine(
        bus, design, mutants, Netlist.Part.WRITE_ENGINE, "lutmac_axi_read_engine.sv", folder);
  }

  private static ModuleBench ofEngine(
      Bus.Axi bus,
      RtlSources design,
      List<Mutant> mutants,
      Netlist.Part engine,
      String other,
      Path folder)
      throws IOException, InterruptedException {
    Netlist.Mutated part = Netlist.mutated(design, mutants, engine);
    String top = Sources.text(SHELL_FILES + "axi_engines.sv");
    List<String> modules =
        new ArrayList<>(
            List.of(top.replace("lutmac_" + engine.top(design) + " ", engine.top(design) + " ")));
    for (Map.Entry<String, String> file : design.files().entrySet()) {
      String name = file.getKey();
      if (name.equals(other) || name.matches("lutmac_(queue_|contract|stream_contract).*")) {
        modules.add(file.getValue());
      }
    }
    List<String> macros = new ArrayList<>();
    define(
        macros,
        "ADDR_W",
        bus.addressBits() - Integer.numberOfTrailingZeros(bus.dataBits() / Byte.SIZE));
    define(macros, "DATA_W", bus.dataBits());
    return build(
        part,
        "axi_engines",
        modules,
        Sources.text(SHELL_FILES + "axi_engines.cpp"),
        macros,
        folder,
        List.of(List.of()),
        "PASS");
  }

  /** The sequencer of a design with random programs, right and damaged. */
  static ModuleBench ofSequencer(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    Netlist.Mutated part = Netlist.mutated(design, mutants, Netlist.Part.SEQUENCER);
    Map<String, Integer> parameters =
        Map.of(
            "ProgAw", addressBits(array.depth(Memory.PROGRAM)),
            "Rows", array.rows(),
            "Taps", array.features().taps(),
            "Planes", array.features().planes(),
            "CountW", array.features().countBits());
    String testbench = Sources.text(CORE_FILES + "sequencer_tb.sv");
    List<String> command =
        new ArrayList<>(List.of("iverilog", "-g2012", "-s", "sequencer_tb", "-o", "bench.vvp"));
    command.add("lutmac_pkg.sv");
    Files.writeString(folder.resolve("lutmac_pkg.sv"), design.files().get("lutmac_pkg.sv"));
    for (Map.Entry<String, String> file : part.sources().files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), forIcarus(file.getValue()));
      command.add(file.getKey());
    }
    Files.writeString(
        folder.resolve("sequencer_tb.sv"),
        withParameters(testbench, "localparam", parameters)
            .replaceFirst("sequencer #\\([^;]*?\\) u_sequencer", "sequencer u_sequencer"));
    command.add("sequencer_tb.sv");
    if (part.numbers().isEmpty()) {
      return NOTHING;
    }
    ProgramRun built = ProgramRun.of(command, folder, LIMIT);
    if (!built.succeeded()) {
      throw new IllegalStateException("the testbench of the sequencer: " + built.output());
    }
    List<String> run =
        List.of("vvp", folder.resolve("bench.vvp").toString(), "+seed=" + SEED, "+cycles=500000");
    return new ModuleBench(
        part.numbers(),
        SEQUENCER_RUNS.stream()
            .map(arguments -> Stream.concat(run.stream(), arguments.stream()).toList())
            .toList(),
        "PASS");
  }

  /** A netlist that chooses its change in the module: Icarus 11 sets no variable of a package. */
  private static String forIcarus(String netlist) {
    return netlist
        .replaceFirst(
            " = mutation::selected", ";\n  int mutation_selected;\n  assign mutation_select$0")
        .replace("mutation::selected", "mutation_selected");
  }

  /** A text in which parameters have other values. */
  private static String withParameters(
      String text, String keyword, Map<String, Integer> parameters) {
    String changed = text;
    for (Map.Entry<String, Integer> parameter : parameters.entrySet()) {
      Pattern value =
          Pattern.compile("(%s int %s\\s*= )\\d+".formatted(keyword, parameter.getKey()));
      Matcher found = value.matcher(changed);
      if (!found.find()) {
        throw new IllegalStateException("no parameter " + parameter.getKey());
      }
      changed = found.replaceFirst("$1" + parameter.getValue());
    }
    return changed;
  }

  /** The shell of a design with random traffic on every port. */
  static ModuleBench ofShell(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    return build(
        Netlist.mutated(design, mutants, Netlist.Part.SHELL),
        "lutmac_top",
        List.of(Sources.text(SHELL_FILES + "lutmac_core_probe.sv")),
        Sources.text(SHELL_FILES + "shell_testbench.cpp"),
        macros(
            array,
            Map.of("TAG_W", ActivationTag.BITS, "PACKED", number(array.features().packedMaps()))),
        folder,
        List.of(List.of()),
        "");
  }

  private static ModuleBench build(
      Netlist.Mutated part,
      String top,
      List<String> modules,
      String testbench,
      List<String> macros,
      Path folder,
      List<List<String>> runs,
      String verdict)
      throws IOException, InterruptedException {
    if (part.numbers().isEmpty()) {
      return NOTHING;
    }
    List<String> options = new ArrayList<>(List.of("--assert", "-Wno-fatal", "-Wno-lint"));
    options.addAll(macros);
    for (Map.Entry<String, String> file : part.sources().files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
      options.add(file.getKey());
    }
    for (int number = 0; number < modules.size(); number++) {
      Files.writeString(folder.resolve("module" + number + ".sv"), modules.get(number));
      options.add("module" + number + ".sv");
    }
    Files.writeString(folder.resolve("lutmac_layout.h"), RtlTemplates.layoutHeader());
    Files.writeString(folder.resolve("testbench.cpp"), testbench);
    options.add("testbench.cpp");
    ProgramRun built = VerilatedBench.build(folder, top, options);
    if (!built.succeeded()) {
      throw new IllegalStateException("the testbench of %s: %s".formatted(top, built.output()));
    }
    String program = folder.resolve(VerilatedBench.OBJECTS).resolve("V" + top).toString();
    return new ModuleBench(
        part.numbers(),
        runs.stream()
            .map(arguments -> Stream.concat(Stream.of(program), arguments.stream()).toList())
            .toList(),
        verdict);
  }

  /** What the testbench says of a change, none for 0; empty if it passes. */
  Optional<String> fault(int mutant) throws IOException, InterruptedException {
    for (List<String> run : runs) {
      List<String> command = new ArrayList<>(run);
      command.add("+mutant=" + mutant);
      ProgramRun done = ProgramRun.of(command, Path.of("."), LIMIT);
      if (!done.succeeded() || !done.output().startsWith(verdict)) {
        return Optional.of("%s: %s".formatted(String.join(" ", command), done.output()));
      }
    }
    return Optional.empty();
  }

  /** Options that define macros for Verilog and for C++. */
  private static List<String> macros(AcceleratorConfig array, Map<String, Integer> more) {
    List<String> options = new ArrayList<>();
    define(options, "ROWS", array.rows());
    define(options, "COLS", array.cols());
    define(options, "FM_AW", addressBits(array.depth(Memory.FEATURE_MAPS)));
    define(options, "WGT_AW", addressBits(array.depth(Memory.WEIGHTS)));
    define(options, "PAR_AW", addressBits(array.depth(Memory.PARAMETERS)));
    define(options, "PROG_AW", addressBits(array.depth(Memory.PROGRAM)));
    more.forEach((name, value) -> define(options, name, value));
    return options;
  }

  private static void define(List<String> options, String name, int value) {
    String define = "-D%s=%d".formatted(name, value);
    options.addAll(List.of(define, "-CFLAGS", define));
  }

  private static int addressBits(int words) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(words - 1);
  }

  private static int number(boolean feature) {
    return feature ? 1 : 0;
  }
}
