// The table of an activation function: every row comes out once, in order, as the entries that its codes name, or as it
// is where the layer has none; entries written meanwhile to the other bank change nothing.
`default_nettype none

module in_activation_table;
  logic [2:0] proof_inside;
  assign proof_inside = 3'(enable_i && valid_q);
endmodule

module proof #(
  parameter int Cols = 2
) (
  input wire               clk_i,
  input wire               entry_we_i,
  input wire               entry_bank_i,
  input wire [5:0]         entry_addr_i,
  input wire [31:0]        entry_data_i,
  input wire               word_valid_i,
  input wire [Cols*8-1:0]  word_i,
  input wire               word_last_i,
  input wire               code_ready_i
);

  // The layer's settings, and an entry, a lane: any.
  logic       enable_q, bank_q, lane_q;
  logic [7:0] entry_q;
  logic       out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    {enable_q, bank_q, lane_q, entry_q} <= {enable_q, bank_q, lane_q, entry_q};
    out_of_reset_q <= 1'b1;
  end

  logic              word_ready, code_valid, code_last;
  logic [Cols*8-1:0] code;
  activation_table #(.Cols(Cols)) u_table (
    .clk_i, .rst_ni(out_of_reset_q), .entry_we_i, .entry_bank_i, .entry_addr_i, .entry_data_i,
    .enable_i(enable_q), .layer_bank_i(bank_q), .word_valid_i, .word_ready_o(word_ready), .word_i, .word_last_i,
    .code_valid_o(code_valid), .code_ready_i, .code_o(code), .code_last_o(code_last));

  // What was written to the entry last.
  logic       written_q = 1'b0;
  logic [7:0] value_q;
  always_ff @(posedge clk_i) begin
    if (entry_we_i && entry_bank_i == bank_q && entry_addr_i == entry_q[7:2]) begin
      written_q <= 1'b1;
      value_q   <= entry_data_i[8*entry_q[1:0] +: 8];
    end
  end

  // The row that is inside.
  logic              inside_q, known_q, last_q;
  logic [Cols*8-1:0] word_q;
  logic [7:0]        own;
  logic              take, give;
  assign take = word_valid_i && word_ready;
  assign give = code_valid && code_ready_i;
  assign own  = word_q[8*lane_q +: 8];
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {inside_q, known_q} <= '0;
    else if (enable_q) begin
      if (take) {word_q, last_q} <= {word_i, word_last_i};
      if (take) known_q <= written_q;
      inside_q <= take || (inside_q && !give);
    end
  end

  always @* begin
    if (out_of_reset_q && enable_q) begin
      assert (code_valid == inside_q);
      assert (!(take && inside_q) || give);
      if (inside_q) assert (code_last == last_q);
      if (inside_q && known_q && own == entry_q) assert (code[8*lane_q +: 8] == value_q);
    end
    if (out_of_reset_q && !enable_q) begin
      assert (code_valid == word_valid_i && word_ready == code_ready_i && code == word_i && code_last == word_last_i);
    end
  end

endmodule

`default_nettype wire
