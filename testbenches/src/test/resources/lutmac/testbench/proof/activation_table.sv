// The table of an activation function: every row comes out once, in order, as the entries that its codes name, or as it
// is where the layer has none; entries written meanwhile to the other bank change nothing.
`default_nettype none

module in_activation_table;
  // An entry, any, and what was written to it last.
  logic [7:0] proof_entry_q, proof_value_q;
  logic       proof_written_q;
  // The row that is inside.
  logic              proof_inside_q, proof_known_q, proof_last_q, proof_take, proof_give;
  logic [Cols*8-1:0] proof_word_q;
  assign proof_take = word_valid_i && word_ready_o;
  assign proof_give = code_valid_o && code_ready_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      proof_entry_q   <= word_i[7:0];
      proof_written_q <= 1'b0;
      proof_inside_q  <= 1'b0;
    end else begin
      if (entry_we_i && entry_bank_i == layer_bank_i && entry_addr_i == proof_entry_q[2 +: WordAw]) begin
        proof_written_q <= 1'b1;
        proof_value_q   <= entry_data_i[8*proof_entry_q[1:0] +: 8];
      end
      if (enable_i) begin
        if (proof_take) {proof_word_q, proof_last_q, proof_known_q} <= {word_i, word_last_i, proof_written_q};
        proof_inside_q <= proof_take || (proof_inside_q && !proof_give);
      end
    end
  end

  always @* begin
    if (rst_ni && enable_i) begin
      assert (code_valid_o == proof_inside_q);
      assert (!(proof_take && proof_inside_q) || proof_give);
      if (proof_inside_q) assert (code_last_o == proof_last_q);
      assert (!proof_inside_q || !proof_known_q || proof_written_q);
    end
    if (rst_ni && !enable_i) begin
      assert (code_valid_o == word_valid_i && word_ready_o == code_ready_i && code_o == word_i);
      assert (code_last_o == word_last_i && !proof_inside_q);
    end
  end
  for (genvar lane = 0; lane < Cols; lane++) begin : gen_proof
    logic [31:0] word;
    assign word = gen_lane[lane].table_q[{layer_bank_i, proof_entry_q[2 +: WordAw]}];
    always @* begin
      if (rst_ni && proof_written_q) assert (word[8*proof_entry_q[1:0] +: 8] == proof_value_q);
      if (rst_ni && enable_i && proof_inside_q && proof_known_q && proof_word_q[8*lane +: 2 + WordAw] == proof_entry_q[WordAw+1:0]) begin
        assert (code_o[8*lane +: 8] == proof_value_q);
      end
      if (rst_ni && enable_i && proof_inside_q) assert (gen_lane[lane].entry_q == proof_word_q[8*lane +: 2]);
    end
  end
endmodule

module proof #(
  parameter int Cols = 2
) (
  input wire               clk_i,
  input wire [1:0]         fields_i,
  input wire               entry_we_i,
  input wire               entry_bank_i,
  input wire [lutmac_pkg::ActivationTableAw-1:0] entry_addr_i,
  input wire [31:0]        entry_data_i,
  input wire               word_valid_i,
  input wire [Cols*8-1:0]  word_i,
  input wire               word_last_i,
  input wire               code_ready_i
);

  // The layer's settings: any.
  logic       enable_q, bank_q;
  logic       out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {enable_q, bank_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic              word_ready, code_valid, code_last;
  logic [Cols*8-1:0] code;
  activation_table #(.Cols(Cols)) u_table (
    .clk_i, .rst_ni(out_of_reset_q), .entry_we_i, .entry_bank_i, .entry_addr_i, .entry_data_i,
    .enable_i(enable_q), .layer_bank_i(bank_q), .word_valid_i, .word_ready_o(word_ready), .word_i, .word_last_i,
    .code_valid_o(code_valid), .code_ready_i, .code_o(code), .code_last_o(code_last));

  stream_assumption #(.Width(Cols*8 + 1)) u_word (
    .clk_i, .rst_ni(out_of_reset_q), .valid_i(word_valid_i), .ready_i(word_ready), .payload_i({word_last_i, word_i}),
    .defined_i('0));

endmodule

`default_nettype wire
