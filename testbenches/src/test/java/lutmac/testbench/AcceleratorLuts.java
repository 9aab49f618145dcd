package lutmac.testbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.emit.DesignName;
import lutmac.network.file.FileTree;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.SearchPath;

/**
 * What a whole accelerator takes of a Xilinx 7-series chip without DSP blocks, mapped by yosys
 * module by module: look-up tables, those of LUT RAM and shift registers included (RAM32M = 4,
 * ...), and block RAMs.
 *
 * @param luts look-up tables
 * @param blockRams of 36 kbit; a smaller one counts a half
 */
record AcceleratorLuts(long luts, double blockRams) {
  private static final Duration LIMIT = Duration.ofHours(1);

  private static final Pattern CELL = Pattern.compile("^\\s+(\\w+)\\s+(\\d+)$");

  private static final Map<String, Integer> LUTS_OF_CELL =
      Map.of(
          "LUT1", 1, "LUT2", 1, "LUT3", 1, "LUT4", 1, "LUT5", 1, "LUT6", 1, //
          "RAM32M", 4, "RAM64M", 4);

  private static final Map<String, Integer> LUTS_OF_SMALL_MEMORY =
      Map.of(
          "RAM32X1D",
          2,
          "RAM64X1D",
          2,
          "RAM128X1D",
          4,
          "RAM32X1S",
          1,
          "RAM64X1S",
          1,
          "SRL16E",
          1,
          "SRLC32E",
          1);

  /** Counts; empty if there is no yosys. */
  static Optional<AcceleratorLuts> of(AcceleratorConfig config) {
    Optional<Path> yosys = SearchPath.ofEnvironment().find("yosys");
    if (yosys.isEmpty()) {
      return Optional.empty();
    }
    try {
      Path folder = Files.createTempDirectory("lutmac-luts");
      try {
        return Optional.of(counted(yosys.get(), folder, Hardware.rtl(config)));
      } finally {
        FileTree.delete(folder);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static AcceleratorLuts counted(Path yosys, Path folder, Map<String, String> rtl)
      throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : rtl.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    String script =
        "read_verilog -sv %s; synth_xilinx -family xc7 -nodsp -top %s; tee -o stat stat -top %2$s"
            .formatted(String.join(" ", rtl.keySet()), DesignName.DEFAULT.top());
    ProgramRun run = ProgramRun.of(List.of(yosys.toString(), "-q", "-p", script), folder, LIMIT);
    if (!run.succeeded()) {
      throw new IllegalStateException("yosys: " + run.output().strip());
    }
    return ofStatistics(Files.readString(folder.resolve("stat")));
  }

  /** Of what yosys' {@code stat} says of the whole hierarchy, its last part. */
  static AcceleratorLuts ofStatistics(String statistics) {
    String whole = statistics.substring(statistics.lastIndexOf("==="));
    long luts = 0;
    double blockRams = 0;
    for (String line : whole.lines().toList()) {
      Matcher cell = CELL.matcher(line);
      if (!cell.matches()) {
        continue;
      }
      long count = Long.parseLong(cell.group(2));
      String name = cell.group(1);
      luts += count * LUTS_OF_CELL.getOrDefault(name, LUTS_OF_SMALL_MEMORY.getOrDefault(name, 0));
      blockRams += name.startsWith("RAMB36") ? count : name.startsWith("RAMB18") ? count / 2.0 : 0;
    }
    return new AcceleratorLuts(luts, blockRams);
  }
}
