package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DesignNameTest {
  private static final DesignName DIGITS = new DesignName("digits");

  @Test
  void namesModulesWhereTheyAreDeclaredAndUsed() {
    Map<String, String> files =
        Map.of(
            "lutmac_pkg.sv", "package lutmac_pkg;\nendpackage",
            "contract.sv", "module contract(input holds_i);\nendmodule",
            "row_unit.sv",
                """
                // A contract, see lutmac_pkg and row_unit.
                module row_unit #(parameter W = lutmac_pkg::W) (input contract);
                  contract #(.Text("row_unit.x: contract (a)")) u_contract (.holds_i(contract));
                  wire sequencer = contract (1);
                  contract contracts [1:0] (.holds_i(contract));
                endmodule
                """);
    assertEquals(
        Map.of(
            "digits_pkg.sv", "package digits_pkg;\nendpackage",
            "digits_contract.sv", "module digits_contract(input holds_i);\nendmodule",
            "digits_row_unit.sv",
                """
                // A contract, see digits_pkg and digits_row_unit.
                module digits_row_unit #(parameter W = digits_pkg::W) (input contract);
                  digits_contract #(.Text("row_unit.x: contract (a)")) u_contract (.holds_i(contract));
                  wire sequencer = contract (1);
                  digits_contract contracts [1:0] (.holds_i(contract));
                endmodule
                """),
        DIGITS.applyTo(files));
  }

  @Test
  void topOfAnUnnamedDesignIsLutmacs() {
    assertEquals("lutmac_top", DesignName.DEFAULT.top());
    assertEquals("digits_top", DIGITS.top());
  }

  /** With an underscore the module core of a_b could be the module b_core of a. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "1a", "a_b", "A", "a-b", "a b", "ä", "abcdefghijklmnopqrstuvwxyz0123456"})
  void rejectsWhatIsNoName(String text) {
    assertThrows(IllegalArgumentException.class, () -> new DesignName(text));
  }
}
