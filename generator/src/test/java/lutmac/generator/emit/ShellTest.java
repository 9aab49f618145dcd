package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.process.RequiredProgram;
import lutmac.network.process.VerilatedBench.Runs;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;
import lutmac.rtl.layout.ActivationTag;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shell around a stand-in for the core, whose ports the C++ testbench drives with random
 * traffic; the testbench holds the model and lists what is specified.
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class ShellTest {
  private static final int ROWS = 4;
  private static final String CORE_FILE = "lutmac_core.sv";

  @TempDir Path folder;

  @DisplayName("every port keeps data, tags and order for words of any width")
  @ParameterizedTest(name = "M = {0}, packed maps: {1}")
  @CsvSource({"3, false", "16, false", "16, true"})
  void keepsDataTagsAndOrder(int cols, boolean packed) throws Exception {
    assertPasses(simulate(cols, packed, shell(cols, packed), "--assert", Runs.LONG));
  }

  @Tag("campaign")
  @ParameterizedTest(name = "M = {0}, packed maps: {1}")
  @CsvSource({"8, false", "3, true"})
  void keepsDataTagsAndOrderOfOtherWords(int cols, boolean packed) throws Exception {
    keepsDataTagsAndOrder(cols, packed);
  }

  @Test
  void testbenchSeesAShellThatGivesTooManyCredits() throws Exception {
    assertFails("credits <= 3'h4", "credits <= 3'h4", "credits <= 3'h7");
  }

  @Test
  void testbenchSeesAShellThatChangesATag() throws Exception {
    assertFails(
        "tag <= client_request_bits_tag",
        "tag <= client_request_bits_tag",
        "tag <= ~client_request_bits_tag");
  }

  @Test
  void testbenchSeesAShellThatWritesMoreThanAPart() throws Exception {
    assertFails("if (wr_en_i[part])", "if (wr_en_i[part])", "if (wr_en_i != '0)");
  }

  private void assertFails(String where, String correct, String wrong) throws Exception {
    SortedMap<String, String> files = shell(3, true);
    boolean changed = false;
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (file.getValue().contains(where)) {
        file.setValue(file.getValue().replace(correct, wrong));
        changed = true;
      }
    }
    assertTrue(changed, "the shell has changed: adapt this test");
    // The testbench has to see it, not the assertions.
    String output = simulate(3, true, files, "--noassert", Runs.SHORT);
    assertTrue(output.contains("FAIL in cycle"), output);
  }

  private static void assertPasses(String output) {
    assertTrue(output.contains("PASS: ") && !output.contains("FAIL"), output);
  }

  private static SortedMap<String, String> shell(int cols, boolean packed) {
    Features features = packed ? Features.ALL : Features.PLAIN;
    return new TreeMap<>(
        ShellRtl.emit(
            new AcceleratorConfig(ROWS, cols, new CsdStyle(), features, 24, 1024, 512, 64, 128)));
  }

  private String simulate(
      int cols, boolean packed, SortedMap<String, String> files, String contracts, Runs runs)
      throws Exception {
    RequiredProgram.require("verilator");
    files.put(CORE_FILE, resource("lutmac_core_probe.sv"));
    for (String module : CoreModules.CONTRACTS) {
      files.put(module + ".sv", RtlTemplates.render(module, Map.of()));
    }
    RtlTool.write(folder, files);
    Files.writeString(folder.resolve("testbench.cpp"), resource("shell_testbench.cpp"));
    Files.writeString(folder.resolve("lutmac_layout.h"), RtlTemplates.layoutHeader());

    List<String> build = new ArrayList<>(List.of("-Wall", contracts));
    List<String> defines =
        new ArrayList<>(List.of("ROWS=" + ROWS, "COLS=" + cols, "PACKED=" + (packed ? 1 : 0)));
    defines.add("TAG_W=" + ActivationTag.BITS);
    defines.addAll(List.of("FM_AW=10", "WGT_AW=9", "PAR_AW=6", "PROG_AW=7"));
    for (String define : defines) {
      build.addAll(List.of("-D" + define, "-CFLAGS", "-D" + define));
    }
    build.addAll(files.keySet());
    build.add("testbench.cpp");
    RtlTool.built(folder, "lutmac_top", build, runs);
    // The testbench exits with 1 when a check fails; its output says which.
    return RtlTool.run(folder, List.of("sh", "-c", "obj/Vlutmac_top || true"));
  }

  private static String resource(String name) {
    try (InputStream stream = ShellTest.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
