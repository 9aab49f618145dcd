package lutmac.sim.verilator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SideEffectsTest {
  private static RtlSources sources(String line) {
    return new RtlSources(
        Map.of("lutmac_top.sv", "module lutmac_top;\n  " + line + "\nendmodule\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "initial $system(\"touch x\");",
        "initial $ system(\"touch x\");",
        "int f = $fopen(\"x\", \"w\");",
        "initial $fdisplay(1, \"x\");",
        "initial $readmemh(\"/etc/passwd\", mem);",
        "initial $writememh(\"x\", mem);",
        "initial $dumpfile(\"x\");",
        "initial $c(\"system(1)\");",
        "initial x = $c32(\"f()\");",
        "import \"DPI-C\" function int system(string s);",
        "export \"DPI-C\" task t;",
        "import   \"DPI\" context function void f();",
        "`include \"/etc/passwd\"",
        "`systemc_header",
        "`verilator_config",
        "`define A(x) $``x",
        "// $system in a comment: where it ends is not for us to say"
      })
  void refusesWhatCanDoMoreThanSimulate(String line) {
    BadInputException refused =
        assertThrows(BadInputException.class, () -> SideEffects.refuse(sources(line)));
    assertTrue(refused.getMessage().startsWith("rtl/lutmac_top.sv:2: '"), refused.getMessage());
    assertTrue(refused.getMessage().contains("--trust"), refused.getMessage());
  }

  @Test
  void letsHardwareThrough() {
    assertDoesNotThrow(
        () ->
            SideEffects.refuse(
                sources(
                    "`ifndef A `define A 1 `endif import p::*; localparam W = $clog2(`A); assert"
                        + " property (p) else $error(\"%d\", $signed(x)); int q[$];")));
  }
}
