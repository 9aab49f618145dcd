package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.process.RequiredProgram;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engines that read and write on a bus, alone: random transfers beside a bus that pauses, fails
 * and loses answers. The C++ testbench holds the model.
 */
@Tag("slow")
class AxiEnginesTest {
  private static final String READ = "lutmac_axi_read_engine.sv";
  private static final String WRITE = "lutmac_axi_write_engine.sv";
  private static final int ADDRESS_BITS = 34;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {64, 128})
  void moveWhatTheyAreAskedFor(int dataBits) throws Exception {
    String output = simulate(dataBits, engines(dataBits), "--assert");
    assertTrue(output.contains("PASS: ") && !output.contains("FAIL"), output);
  }

  @Test
  void testbenchSeesAWriterThatTakesAnswersOfAnotherTime() throws Exception {
    SortedMap<String, String> files = engines(128);
    String correct = files.get(WRITE);
    String wrong = correct.replace("answers_bits_id == orders_id", "1'h1");
    assertNotEquals(correct, wrong, "the engine has changed: adapt this test");
    files.put(WRITE, wrong);
    // The testbench has to see it, not the assertions.
    String output = simulate(128, files, "--noassert");
    assertTrue(output.contains("FAIL in cycle"), output);
  }

  private static SortedMap<String, String> engines(int dataBits) {
    Map<String, String> all =
        ShellRtl.emit(
            new AcceleratorConfig(4, 4, new CsdStyle(), Features.PLAIN, 24, 1024, 512, 64, 128)
                .with(new Bus.Axi(wordAddressShift(dataBits) + ADDRESS_BITS, dataBits)));
    SortedMap<String, String> files = new TreeMap<>();
    all.forEach(
        (name, text) -> {
          if (name.equals(READ) || name.equals(WRITE) || name.contains("queue_")) {
            files.put(name, text);
          }
        });
    return files;
  }

  private static int wordAddressShift(int dataBits) {
    return Integer.numberOfTrailingZeros(dataBits / Byte.SIZE);
  }

  private String simulate(int dataBits, SortedMap<String, String> files, String contracts)
      throws Exception {
    RequiredProgram.require("verilator");
    for (String module : CoreModules.CONTRACTS) {
      files.put(module + ".sv", RtlTemplates.render(module, Map.of()));
    }
    files.put("axi_engines.sv", resource("axi_engines.sv"));
    RtlTool.write(folder, files);
    Files.writeString(folder.resolve("testbench.cpp"), resource("axi_engines.cpp"));
    List<String> build = new ArrayList<>(List.of("-Wno-fatal", contracts));
    for (String define : List.of("ADDR_W=" + ADDRESS_BITS, "DATA_W=" + dataBits)) {
      build.addAll(List.of("-D" + define, "-CFLAGS", "-D" + define));
    }
    build.addAll(files.keySet());
    build.add("testbench.cpp");
    RtlTool.built(folder, "axi_engines", build);
    // The testbench exits with 1 when a check fails; its output says which.
    return RtlTool.run(folder, List.of("sh", "-c", "obj/Vaxi_engines || true"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream stream = AxiEnginesTest.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
