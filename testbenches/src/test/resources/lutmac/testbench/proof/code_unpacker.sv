// The codes of a packed weight word: step s is bits [b*(s*M + j) + b - 1 : b*(s*M + j)] for column j, zero-extended; a word
// is taken with its last step, or its tile's, and no step is lost or repeated.
`default_nettype none

module proof #(
  parameter int Cols = 4
) (
  input wire               clk_i,
  input wire [1:0]         pack_i,
  input wire               word_valid_i,
  input wire [Cols*4-1:0]  word_i,
  input wire               code_ready_i,
  input wire               code_last_i
);

  logic [1:0] pack_q;
  logic [1:0] step_q;  // that comes next of its word
  logic       out_of_reset_q = 1'b0;
  logic       word_ready, code_valid, give, ends;
  logic [Cols*4-1:0] code;
  code_unpacker #(.Cols(Cols), .PackedCodes(1)) u_unpacker (
    .clk_i, .rst_ni(out_of_reset_q), .pack_i(pack_q), .word_valid_i, .word_ready_o(word_ready), .word_i,
    .code_valid_o(code_valid), .code_ready_i, .code_last_i, .code_o(code));

  assign give = code_valid && code_ready_i;
  assign ends = code_last_i || step_q == 2'((3'd1 << pack_q) - 3'd1);
  always_ff @(posedge clk_i) begin
    out_of_reset_q <= 1'b1;
    if (!out_of_reset_q) pack_q <= pack_i;
    if (!out_of_reset_q) step_q <= '0;
    else if (give) step_q <= ends ? '0 : step_q + 2'd1;
  end

  always @* begin
    assume (pack_i != 2'd3);
    if (out_of_reset_q) assert (pack_q != 2'd3);
    if (out_of_reset_q) begin
      assert (step_q <= 2'((3'd1 << pack_q) - 3'd1));
      assert (code_valid == word_valid_i);
      if (code_ready_i) assert (word_ready == ends);
      if (word_ready) assert (code_ready_i);
    end
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_column
    logic [Cols*4-1:0] rest;
    logic [3:0]        expected;
    assign rest     = word_i >> ((4 >> pack_q) * (step_q * Cols + c));
    assign expected = rest[3:0] & (4'hf >> (4 - (4 >> pack_q)));
    always @* if (out_of_reset_q && code_valid) assert (code[4*c +: 4] == expected);
  end

endmodule

`default_nettype wire
