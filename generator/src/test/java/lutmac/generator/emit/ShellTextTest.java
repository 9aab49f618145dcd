package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ShellTextTest {
  @Test
  void portsStandForThemselves() {
    assertEquals(
        """
        module unit(
          input  [3:0] in_bits,
                       in_more,
          output       out_valid,
          output [3:0] out_bits
        );
          assign out_valid = |in_bits;
          assign out_bits = out_valid ? in_bits : in_more;
        endmodule
        """,
        ShellText.readable(
            """
            module unit(
              input  [3:0] in_bits,
                           in_more,
              output       out_valid,
              output [3:0] out_bits
            );
              wire       out_valid_0;
              wire [3:0] in_bits_0 = in_bits;
              wire [3:0] in_more_0 = in_more;
              assign out_valid_0 = |in_bits_0;
              wire [3:0] out_bits_0 = out_valid_0 ? in_bits_0 : in_more_0;
              assign out_valid = out_valid_0;
              assign out_bits = out_bits_0;
            endmodule
            """));
  }

  /** A signal may be called like a port with a number. */
  @Test
  void keepsWiresThatOnlyLookLikePorts() {
    String module =
        """
        module unit(
          input        clk_i,
          output [3:0] read
        );
          wire [3:0] read_0 = count;
          assign read = read_0 + inner_0;
          wire [3:0] inner_0 = inner;
        endmodule
        """;
    assertEquals(module, ShellText.readable(module));
  }

  @Test
  void choicesHaveTheNameOfWhatTheyChoose() {
    assertEquals(
        """
        module unit(
        );
          reg  [1:0] chosen;
          always_comb begin
            case (which)
              2'b00:
                chosen = first;
              default:
                chosen = other;
            endcase
          end
          assign result = chosen;
        endmodule
        """,
        ShellText.readable(
            """
            module unit(
            );
              reg  [1:0] casez_tmp_3;
              always_comb begin
                casez (which)
                  2'b00:
                    casez_tmp_3 = first;
                  default:
                    casez_tmp_3 = other;
                endcase
              end // always_comb
              wire [1:0] chosen = casez_tmp_3;
              assign result = chosen;
            endmodule
            """));
  }

  @Test
  void resetIsTheModulesOwn() {
    assertEquals(
        """
        module unit(
          input rst_ni
        );
          always @(posedge clk_i or negedge rst_ni) begin
            if (!rst_ni)
              q <= 1'h0;
          end
          `ifndef SYNTHESIS
          `endif // SYNTHESIS
        endmodule
        """,
        ShellText.readable(
            """
            module unit(
              input rst_ni
            );
              wire reset = ~rst_ni;
              always @(posedge clk_i or posedge reset) begin
                if (reset)
                  q <= 1'h0;
              end // always @(posedge, posedge)
              `ifdef ENABLE_INITIAL_REG_
                initial q = 1'h0;
              `endif // ENABLE_INITIAL_REG_
              `ifdef layer$Contracts
              `endif // layer$Contracts
            endmodule
            """));
  }

  @Test
  void wiresThatNothingReadsGoWithWhatTheyRead() {
    assertEquals(
        """
        module unit(
        );
          assign done = queue_ready;
        endmodule
        """,
        ShellText.readable(
            """
            module unit(
            );
              wire       first = 1'h1;
              wire [3:0] second =
                first ? 4'h1 : 4'h2;
              assign done = _queue_ready;
            endmodule
            """));
  }
}
