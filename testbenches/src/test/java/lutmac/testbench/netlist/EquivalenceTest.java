package lutmac.testbench.netlist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lutmac.network.process.RequiredProgram;
import lutmac.sim.verilator.RtlSources;
import lutmac.testbench.netlist.Equivalence.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of a small design make no difference. */
class EquivalenceTest {
  /** Counts to 4; an assertion says that it counts no further. */
  private static final String COUNTER =
      """
      module lutmac_top (input wire clk_i, input wire rst_ni, input wire step_i, output wire last_o, output wire over_o, output wire stepped_o);
        logic [2:0] count_q;
        wire [3:0] next = {1'b0, count_q} + 4'd1;
        always_ff @(posedge clk_i or negedge rst_ni) begin
          if (!rst_ni) count_q <= '0;
          else if (step_i) count_q <= last_o ? 3'd0 : next[2:0];
        end
        assign last_o = count_q == 3'd4;
        assign over_o = count_q[2] && count_q[1];
        logic [1:0] read_q;
        always_ff @(posedge clk_i) if (!over_o) read_q <= {step_i ^ rst_ni, step_i};
        assign stepped_o = read_q[0];
      `ifdef FORMAL
        always @* if (rst_ni) assert (count_q <= 3'd4 && (!read_q[1] || count_q != 3'd6));
      `endif
      endmodule
      """;

  private static final RtlSources DESIGN = new RtlSources(Map.of("lutmac_counter.sv", COUNTER));

  private static final String MEMORY =
      """
      module lutmac_top (input wire clk_i, input wire rst_ni, input wire write_i, input wire [1:0] data_i, input wire [9:0] addr_i, output wire [1:0] data_o);
        (* ram_style = "block" *) logic [1:0] words [0:1023];
        wire [9:0] next = addr_i + 10'd1;
        always_ff @(posedge clk_i) if (write_i) words[addr_i] <= data_i;
        assign data_o = words[next];
      `ifdef FORMAL
        always @* assert (write_i || !write_i);
      `endif
      endmodule
      """;

  private static final RtlSources STORE = new RtlSources(Map.of("lutmac_store.sv", MEMORY));

  @TempDir Path folder;

  @BeforeEach
  void requireYosys() {
    RequiredProgram.require("yosys");
  }

  @Test
  void saysWhichChangesMakeNoDifference() throws Exception {
    List<Mutant> mutants = Netlist.mutants(DESIGN);
    Mutant carry = mutant(mutants, "inv", "$add$", "Y", 3);
    Mutant sum = mutant(mutants, "inv", "$add$", "Y", 1);
    // Two bits are never set together where the assertion holds.
    Mutant over = mutant(mutants, "const0", "$logic_and$", "Y", 0);
    Mutant last = mutant(mutants, "const0", "$eq$", "Y", 0);
    // Only an assertion reads that bit of the register.
    Mutant read = mutant(mutants, "inv", "$xor$", "Y", 0);
    List<Answer> answers = answers(DESIGN, List.of(carry, sum, over, last, read));
    assertEquals(List.of(Answer.NONE, Answer.SOME, Answer.NONE, Answer.SOME, Answer.NONE), answers);
  }

  /** A block memory stays as it is: what it is asked for and what is written are compared. */
  @Test
  void looksAtWhatABlockMemoryIsAskedFor() throws Exception {
    List<Mutant> mutants = Netlist.mutants(STORE);
    // All bits of a word are written.
    Mutant set = mutant(mutants, "const1", "$procmux$", "B", 1);
    Mutant clear = mutant(mutants, "const0", "$procmux$", "B", 1);
    Mutant address = mutant(mutants, "inv", "$add$", "Y", 2);
    List<Answer> answers = answers(STORE, List.of(set, clear, address));
    assertEquals(List.of(Answer.NONE, Answer.SOME, Answer.SOME), answers);
  }

  private List<Answer> answers(RtlSources design, List<Mutant> asked) throws Exception {
    Equivalence equivalence = Equivalence.of(design, asked, Netlist.Part.WHOLE, folder);
    List<Answer> answers = new ArrayList<>();
    for (int number = 1; number <= asked.size(); number++) {
      answers.add(equivalence.ask(number));
    }
    return answers;
  }

  private static Mutant mutant(
      List<Mutant> mutants, String mode, String cell, String port, int bit) {
    return mutants.stream()
        .filter(mutant -> mutant.mode().equals(mode) && mutant.cell().contains(cell))
        .filter(mutant -> mutant.change().contains(" -port %s -portbit %d".formatted(port, bit)))
        .findFirst()
        .orElseThrow();
  }
}
