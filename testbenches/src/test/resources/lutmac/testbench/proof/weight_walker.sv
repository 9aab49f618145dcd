// The weight words of a layer are the loop nest: for each block, for each tile, for each of its words; word w of block b at
// w_base + b * w_words + w, each asked for once, in order, under any stalls.
`default_nettype none

module in_weight_walker;
  logic              proof_open_q;
  logic [CountW-1:0] proof_ob_q, proof_tile_q;    // from 0, as all counts here
  logic [WgtAw-1:0]  proof_word_q, proof_words, proof_block_q;
  logic              proof_edge, proof_take;
  assign proof_edge  = edge_tile_i != '0 && proof_tile_q >= edge_tile_i - CountW'(1);
  assign proof_words = proof_edge ? w_edge_i : w_words_i;
  assign proof_take  = req_valid_o && req_ready_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) proof_open_q <= 1'b0;
    else if (start_i) proof_open_q <= !pool_i;
    else if (proof_take && proof_word_q == proof_words - WgtAw'(1) && proof_tile_q == tile_n_i - CountW'(1)
        && proof_ob_q == ob_n_i - CountW'(1)) proof_open_q <= 1'b0;
    if (start_i) begin
      {proof_ob_q, proof_tile_q, proof_word_q} <= '0;
      proof_block_q <= w_base_i;
    end else if (proof_take) begin
      proof_word_q <= proof_word_q + WgtAw'(1);
      if (proof_word_q == proof_words - WgtAw'(1)) begin
        proof_word_q <= '0;
        proof_tile_q <= proof_tile_q + CountW'(1);
        if (proof_tile_q == tile_n_i - CountW'(1)) begin
          proof_tile_q  <= '0;
          proof_ob_q    <= proof_ob_q + CountW'(1);
          proof_block_q <= proof_block_q + w_words_i;
        end
      end
    end
  end
  always @* begin
    if (rst_ni) begin
      assume (w_words_i != '0 && ob_n_i != '0 && tile_n_i != '0 && (edge_tile_i == '0 || w_edge_i != '0));
      assert (req_valid_o == proof_open_q);
      if (proof_open_q) begin
        assert (req_addr_o == proof_block_q + proof_word_q);
        // How the module's counters go with these.
        assert (proof_word_q < proof_words && proof_tile_q < tile_n_i && proof_ob_q < ob_n_i);
        assert (block_q == proof_block_q && next_block_q == proof_block_q + w_words_i && edge_q == proof_edge && words_q == proof_words);
        assert (word_q == proof_word_q + WgtAw'(1));
        assert (tile_q == proof_tile_q + CountW'(1) && ob_q == proof_ob_q + CountW'(1));
      end
    end
  end
endmodule

module proof #(
  parameter int WgtAw  = 8,
  parameter int CountW = 8
) (
  input wire                           clk_i,
  input wire [3*WgtAw+3*CountW:0]      fields_i,
  input wire                           start_i,
  input wire                           req_ready_i
);

  logic              pool_q;
  logic [WgtAw-1:0]  base_q, words_q, edge_words_q;
  logic [CountW-1:0] ob_n_q, tile_n_q, edge_tile_q;
  logic              out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {pool_q, base_q, words_q, edge_words_q, ob_n_q, tile_n_q, edge_tile_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic             valid;
  logic [WgtAw-1:0] addr;
  weight_walker #(.WgtAw(WgtAw), .CountW(CountW)) u_walker (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .pool_i(pool_q), .w_base_i(base_q), .w_words_i(words_q),
    .ob_n_i(ob_n_q), .tile_n_i(tile_n_q), .edge_tile_i(edge_tile_q), .w_edge_i(edge_words_q), .req_valid_o(valid),
    .req_ready_i, .req_addr_o(addr));

endmodule

`default_nettype wire
