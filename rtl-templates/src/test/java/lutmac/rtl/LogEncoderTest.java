package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The encoder of logarithmic codes alone (log_encoder_tb.sv). */
class LogEncoderTest {
  private static final String MODULE = "log_encoder";
  private static final String TESTBENCH = "log_encoder_tb.sv";

  @TempDir Path folder;

  @Test
  void nearestCodeOfEveryValueOfEveryFormatUnderAnyStalls() throws Exception {
    assertEquals("PASS\n", simulate(text()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "value >= 13'(least); value > 13'(least)",
        "sum == '0 || sum[SumW-1]; sum == '0",
        "256'h4444; 256'h3444",
        "by_4[9:2]; by_4[8:1]",
        "!find_valid_q || code_ready; 1'b1",
      })
  void brokenEncoderIsFound(String text, String broken) throws Exception {
    assertNotEquals(text(), text().replace(text, broken), "the text to break is gone");
    String output = simulate(text().replace(text, broken));
    assertTrue(output.contains("FAIL") || output.contains("ERROR"), output);
  }

  private static String text() {
    return RtlTemplates.render(
        MODULE, Map.of("cols", 4, "outputRate", 1, "logBits", 6, "actBits", 14));
  }

  private String simulate(String encoder) throws IOException, InterruptedException {
    Tool.ICARUS.require();
    List<String> sources = new ArrayList<>();
    for (String module :
        Stream.concat(CoreModules.CONTRACTS.stream(), Stream.of(MODULE)).toList()) {
      String text = module.equals(MODULE) ? encoder : RtlTemplates.render(module, Map.of());
      Files.writeString(folder.resolve(module + ".sv"), text);
      sources.add(module + ".sv");
    }
    try (InputStream bench = LogEncoderTest.class.getResourceAsStream(TESTBENCH)) {
      Files.write(folder.resolve(TESTBENCH), bench.readAllBytes());
    }
    List<String> command =
        new ArrayList<>(List.of("iverilog", "-g2012", "-s", "log_encoder_tb", "-o", "bench.vvp"));
    command.addAll(sources);
    command.add(TESTBENCH);
    Tool.run(folder, command).orFail();
    return Tool.run(folder, List.of("vvp", "bench.vvp")).orFail().output();
  }
}
