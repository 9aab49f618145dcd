// The skip words of a layer are the loop nest: for each block, for each pixel of its walk (with sum_pixels one); word n of
// block b at skip_base + (skip_part + b) / K * skip_stride + n, each asked for once, in order, under any stalls. Pixels are
// counted as the tiles have them.
`default_nettype none

module in_skip_walker;
  logic              proof_open_q;
  logic [CountW-1:0] proof_ob_q, proof_tile_q;   // from 0, as all counts here
  logic [7:0]        proof_row_q, proof_rows;
  logic [FmAw-1:0]   proof_pixel_q, proof_block_q;
  logic [1:0]        proof_part_q;
  logic              proof_take, proof_block_over, proof_tile_over;
  assign proof_rows       = proof_tile_q == tile_n_i - CountW'(1) ? rows_last_i : 8'(Rows);
  assign proof_take       = req_valid_o && req_ready_i;
  assign proof_tile_over  = proof_row_q == proof_rows - 8'd1;
  assign proof_block_over = sum_pixels_i || (proof_tile_over && proof_tile_q == tile_n_i - CountW'(1));
  always_ff @(posedge clk_i) begin
    if (!rst_ni) proof_open_q <= 1'b0;
    else if (start_i) proof_open_q <= skip_en_i;
    else if (proof_take && proof_block_over && proof_ob_q == ob_n_i - CountW'(1)) proof_open_q <= 1'b0;
    if (start_i) begin
      {proof_ob_q, proof_tile_q, proof_row_q, proof_pixel_q} <= '0;
      {proof_block_q, proof_part_q} <= {skip_base_i, skip_part_i};
    end else if (proof_take) begin
      proof_pixel_q <= proof_pixel_q + FmAw'(1);
      proof_row_q   <= proof_row_q + 8'd1;
      if (proof_tile_over) begin
        proof_row_q  <= '0;
        proof_tile_q <= proof_tile_q + CountW'(1);
      end
      if (proof_block_over) begin
        {proof_pixel_q, proof_row_q, proof_tile_q} <= '0;
        proof_ob_q   <= proof_ob_q + CountW'(1);
        proof_part_q <= proof_part_q + 2'd1;
        if (3'(proof_part_q) + 3'd1 == 3'd1 << skip_lane_i) begin
          proof_part_q  <= '0;
          proof_block_q <= proof_block_q + skip_stride_i;
        end
      end
    end
  end
  always @* begin
    if (rst_ni) begin
      assume (ob_n_i != '0 && tile_n_i != '0 && rows_last_i != '0 && rows_last_i <= 8'(Rows));
      assume (skip_lane_i != 2'd3 && (skip_part_i >> skip_lane_i) == 2'd0);
      assert (req_valid_o == proof_open_q);
      if (proof_open_q) begin
        assert (req_addr_o == proof_block_q + proof_pixel_q);
        // How the module's counters go with these.
        assert (proof_row_q < proof_rows && proof_tile_q < tile_n_i && proof_ob_q < ob_n_i);
        assert (!sum_pixels_i || (proof_row_q == '0 && proof_tile_q == '0));
        assert (block_q == proof_block_q && gen_parts.part_q == proof_part_q && (proof_part_q >> skip_lane_i) == 2'd0);
        assert (8'(row_q) == proof_row_q + 8'd1 || sum_pixels_i);
        assert (sum_pixels_i || tile_q == proof_tile_q + CountW'(1));
        assert (ob_q == proof_ob_q + CountW'(1));
      end
    end
  end
endmodule

module proof #(
  parameter int Rows   = 3,
  parameter int FmAw   = 8,
  parameter int CountW = 8
) (
  input wire                           clk_i,
  input wire [2*FmAw+2*CountW+13:0]    fields_i,
  input wire                           start_i,
  input wire                           req_ready_i
);

  logic              en_q, sum_q;
  logic [FmAw-1:0]   base_q, stride_q;
  logic [CountW-1:0] ob_n_q, tile_n_q;
  logic [7:0]        rows_last_q;
  logic [1:0]        lane_q, part_q;
  logic              out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {en_q, sum_q, base_q, stride_q, ob_n_q, tile_n_q, rows_last_q, lane_q, part_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic            valid;
  logic [FmAw-1:0] addr;
  skip_walker #(.Rows(Rows), .FmAw(FmAw), .CountW(CountW), .PackedMaps(1)) u_walker (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .skip_en_i(en_q), .sum_pixels_i(sum_q), .ob_n_i(ob_n_q),
    .tile_n_i(tile_n_q), .rows_last_i(rows_last_q), .skip_lane_i(lane_q), .skip_part_i(part_q), .skip_base_i(base_q),
    .skip_stride_i(stride_q), .req_valid_o(valid), .req_ready_i, .req_addr_o(addr));

endmodule

`default_nettype wire
