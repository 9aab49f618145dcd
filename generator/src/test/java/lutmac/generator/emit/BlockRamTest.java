package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.process.RequiredProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The buffers are block RAMs, and nothing but these, where the hierarchy is kept: what yosys makes
 * of an accelerator around its core before it maps logic.
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class BlockRamTest {
  /** Two banks of 2048 x 32 bits, 2048 x 16, 64 x 168, 1024 x 32. */
  private static final AcceleratorConfig CONFIG =
      new AcceleratorConfig(
          2, 4, new CsdStyle(), Features.ALL, 24, 1 << 12, 1 << 11, 1 << 6, 1 << 10);

  private static final String MEMORY = DesignName.DEFAULT.module("block_memory");
  private static final Pattern CELLS = Pattern.compile("^ +([$\\w\\\\]+) +(\\d+)$");

  @TempDir Path folder;

  /**
   * Of a chip, the fewest blocks of its data sheet: 1024 x 36 and 2048 x 18 and 512 x 72 bits, or
   * halves of these; 512 x 36, 2048 x 9; 256 x 16.
   */
  static Stream<Arguments> chips() {
    return Stream.of(
        Arguments.of("synth_xilinx -family xc7", Map.of("RAMB36E1", 2 * 2 + 1 + 1, "RAMB18E1", 5)),
        Arguments.of("synth_ecp5 -noflatten", Map.of("DP16KD", 2 * 4 + 2 + 5 + 2)),
        Arguments.of("synth_ice40 -noflatten", Map.of("SB_RAM40_4K", 2 * 16 + 8 + 11 + 8)));
  }

  @ParameterizedTest
  @MethodSource("chips")
  void buffersAreBlockRams(String synthesis, Map<String, Integer> blocks) throws Exception {
    SortedMap<String, SortedMap<String, Integer>> cells =
        synthesized(synthesis, RtlEmitter.emit(CONFIG));
    SortedMap<String, Integer> found = new TreeMap<>(cells.get("design hierarchy"));
    found.keySet().retainAll(Set.of("RAMB36E1", "RAMB18E1", "DP16KD", "SB_RAM40_4K"));
    assertEquals(new TreeMap<>(blocks), found);
    assertEquals(Set.of(), besideRams(cells));
  }

  /** Without the word to yosys that nobody reads what is being written. */
  @Test
  void seesLogicAroundARam() throws Exception {
    SortedMap<String, String> files = new TreeMap<>(RtlEmitter.emit(CONFIG));
    String file = MEMORY + ".sv";
    String text = files.get(file);
    assertTrue(text.contains(", no_rw_check *)"), text);
    files.put(file, text.replace(", no_rw_check *)", " *)"));
    Set<String> logic = besideRams(synthesized("synth_ecp5 -noflatten", files));
    assertTrue(logic.contains("$eq"), logic.toString());
  }

  /** Cells of the memories that are neither block RAMs nor the gates of their write enables. */
  private static Set<String> besideRams(SortedMap<String, SortedMap<String, Integer>> cells) {
    Set<String> others = new TreeSet<>();
    cells.forEach(
        (module, ofModule) -> {
          if (module.contains(MEMORY)) {
            others.addAll(ofModule.keySet());
          }
        });
    others.removeIf(
        cell -> cell.matches("RAMB(36|18)E1|DP16KD|SB_RAM40_4K|\\$(mux|or|not|and|reduce_or)"));
    return others;
  }

  /** Number of cells by kind, by module. */
  private SortedMap<String, SortedMap<String, Integer>> synthesized(
      String synthesis, Map<String, String> files) throws Exception {
    RequiredProgram.require("yosys");
    SortedMap<String, String> ordered = CompileOrder.files();
    ordered.putAll(files);
    RtlTool.write(folder, ordered);
    String script =
        "read_verilog -sv %s; blackbox %s; %s -run :map_ffram -top %s; tee -o stat stat"
            .formatted(
                String.join(" ", ordered.keySet()),
                DesignName.DEFAULT.module("lutmac_core"),
                synthesis,
                DesignName.DEFAULT.top());
    RtlTool.run(folder, List.of("yosys", "-q", "-p", script));
    SortedMap<String, SortedMap<String, Integer>> cells = new TreeMap<>();
    String module = "";
    for (String line : Files.readAllLines(folder.resolve("stat"))) {
      Matcher cell = CELLS.matcher(line);
      if (line.startsWith("=== ")) {
        module = line.replaceAll("=== | ===", "");
      } else if (cell.matches()) {
        cells
            .computeIfAbsent(module, name -> new TreeMap<>())
            .put(cell.group(1), Integer.parseInt(cell.group(2)));
      }
    }
    return cells;
  }
}
