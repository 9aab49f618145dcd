package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.VerilatedBench;
import lutmac.rtl.RtlTemplates;
import lutmac.rtl.layout.ActivationTag;
import lutmac.rtl.layout.Memory;
import lutmac.sim.verilator.RtlSources;
import lutmac.testbench.Sources;

/**
 * The testbench of the core or of the shell around a part of a design with changes.
 *
 * @param numbers of the changes that the part has
 * @param runs commands, all of which must succeed
 */
record ModuleBench(Set<Integer> numbers, List<List<String>> runs) {
  /** A design that neither ends nor fails is wrong, too; without changes it takes seconds. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final String SEED = "20";

  /** Programs of random layers, and of layers with a large count. */
  private static final List<List<String>> PROGRAMS =
      List.of(List.of("random", SEED, "400"), List.of("large", SEED, "40"));

  private static final String SHELL_FILES = "generator/src/test/resources/lutmac/generator/emit/";

  /** The core of a design against plain loops, with random stalls on every port. */
  static ModuleBench ofCore(
      AcceleratorConfig array, RtlSources design, List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    Features features = array.features();
    return build(
        Netlist.mutated(design, mutants, Netlist.Part.CORE),
        "lutmac_core",
        List.of(),
        Sources.text("rtl-templates/src/test/resources/lutmac/rtl/core_tb.cpp"),
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
        PROGRAMS);
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
        List.of(List.of()));
  }

  private static ModuleBench build(
      Netlist.Mutated part,
      String top,
      List<String> modules,
      String testbench,
      List<String> macros,
      Path folder,
      List<List<String>> runs)
      throws IOException, InterruptedException {
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
            .toList());
  }

  /** Whether the testbench passes with a change, none for 0. */
  boolean passes(int mutant) throws IOException, InterruptedException {
    for (List<String> run : runs) {
      List<String> command = new ArrayList<>(run);
      command.add("+mutant=" + mutant);
      if (!ProgramRun.of(command, Path.of("."), LIMIT).succeeded()) {
        return false;
      }
    }
    return true;
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
