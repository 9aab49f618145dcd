// Every row that the array gives is added once to its sum, and every sum leaves once, in order, under any stalls: of each pixel the
// bias and its row of every segment, with sum_pixels of each block the bias and all rows of pixels. Each block has its own word of
// parameters, asked for at par_base + block; they are taken in the order in which they come. All counts are from 0 here.
`default_nettype none

module in_row_accumulator;
  logic              proof_open_q;
  logic [CountW-1:0] proof_ob_q, proof_tile_q, proof_seg_q, proof_segs;
  logic [7:0]        proof_row_q;
  logic              proof_take, proof_pixel, proof_row_last, proof_seg_last, proof_tile_last, proof_block_over, proof_first;
  logic              proof_last_pixel, proof_complete;
  assign proof_take       = row_valid_i && row_ready_o;
  assign proof_tile_last  = proof_tile_q == tile_n_i - CountW'(1);
  assign proof_segs       = edge_tile_i != '0 && proof_tile_q >= edge_tile_i - CountW'(1) ? CountW'(seg_edge_i) : seg_n_i;
  assign proof_row_last   = proof_row_q == 8'(Rows) - 8'd1;
  assign proof_seg_last   = proof_seg_q == proof_segs - CountW'(1);
  assign proof_block_over = proof_row_last && proof_seg_last && proof_tile_last;
  assign proof_pixel      = !proof_tile_last || proof_row_q < rows_last_i;
  assign proof_last_pixel = proof_tile_last && proof_row_q == rows_last_i - 8'd1;
  assign proof_first      = sum_pixels_i ? proof_row_q == '0 && proof_seg_q == '0 && proof_tile_q == '0 : proof_seg_q == '0;
  assign proof_complete   = proof_seg_last && (sum_pixels_i ? proof_last_pixel : proof_pixel);

  // The block's parameters, and the requests for them.
  logic                 proof_par_valid_q, proof_par_open_q;
  logic [Cols*42-1:0]   proof_par_q;
  logic [CountW-1:0]    proof_par_ob_q;
  logic [ParAw-1:0]     proof_par_addr;
  assign proof_par_addr = par_base_i + proof_par_ob_q[ParAw-1:0];
  // The total that left last.
  logic                 proof_total_valid_q, proof_total_last_q;
  logic [Cols*SumW-1:0] proof_total_q;
  logic [Cols*5-1:0]    proof_align_q, proof_shift_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {proof_open_q, proof_par_valid_q, proof_par_open_q, proof_total_valid_q} <= '0;
    else begin
      if (start_i) proof_open_q <= !pool_i;
      else if (proof_take && proof_block_over && proof_ob_q == ob_n_i - CountW'(1)) proof_open_q <= 1'b0;
      if (proof_take && proof_block_over) proof_par_valid_q <= 1'b0;
      if (par_rsp_valid_i && par_rsp_ready_o) proof_par_valid_q <= 1'b1;
      if (start_i) proof_par_open_q <= !pool_i;
      else if (par_req_valid_o && par_req_ready_i && proof_par_ob_q == ob_n_i - CountW'(1)) proof_par_open_q <= 1'b0;
      if (total_ready_i) proof_total_valid_q <= 1'b0;
      if (proof_take && proof_complete) proof_total_valid_q <= 1'b1;
    end
    if (par_rsp_valid_i && par_rsp_ready_o) proof_par_q <= par_rsp_data_i;
    if (start_i) {proof_ob_q, proof_tile_q, proof_seg_q, proof_row_q, proof_par_ob_q} <= '0;
    else begin
      if (par_req_valid_o && par_req_ready_i) proof_par_ob_q <= proof_par_ob_q + CountW'(1);
      if (proof_take) begin
        proof_row_q <= proof_row_q + 8'd1;
        if (proof_row_last) begin
          proof_row_q <= '0;
          proof_seg_q <= proof_seg_q + CountW'(1);
          if (proof_seg_last) begin
            proof_seg_q  <= '0;
            proof_tile_q <= proof_tile_q + CountW'(1);
            if (proof_tile_last) begin
              proof_tile_q <= '0;
              proof_ob_q   <= proof_ob_q + CountW'(1);
            end
          end
        end
      end
    end
    if (proof_take && proof_complete) proof_total_last_q <= proof_last_pixel;
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_proof_lane
    logic [SumW-1:0] sums_q [0:Rows-1];
    logic [SumW-1:0] before, after;
    logic [4:0]      at;
    assign at     = sum_pixels_i ? 5'd0 : proof_row_q[4:0];
    assign before = proof_first ? proof_par_q[42*c +: SumW] : sums_q[at];
    assign after  = before + {{(SumW-AccW){row_acc_i[AccW*c+AccW-1]}}, row_acc_i[AccW*c +: AccW]};
    always_ff @(posedge clk_i) begin
      if (proof_take && proof_pixel) sums_q[at] <= after;
      if (proof_take && proof_complete) begin
        proof_total_q[SumW*c +: SumW] <= after;
        {proof_align_q[5*c +: 5], proof_shift_q[5*c +: 5]} <= proof_par_q[42*c+32 +: 10];
      end
    end
    // Sums that are still to grow are those of the module.
    for (genvar r = 0; r < Rows; r++) begin : gen_row
      always @* begin
        if (rst_ni && proof_open_q && (sum_pixels_i ? r == 0 && !proof_first
            : (proof_seg_q != '0 || r < proof_row_q) && (!proof_tile_last || r < rows_last_i)))
          assert (gen_lane[c].partial_q[r] == sums_q[r]);
      end
    end
    always @* begin
      if (rst_ni && proof_par_valid_q) assert (gen_lane[c].par_q == proof_par_q[42*c +: 42]);
    end
  end

  always @* begin
    if (rst_ni) begin
      assume (tile_n_i != '0 && ob_n_i != '0 && seg_n_i != '0 && rows_last_i != '0 && rows_last_i <= 8'(Rows));
      assume (edge_tile_i == '0 || seg_edge_i != '0);
      assert (total_valid_o == proof_total_valid_q);
      if (total_valid_o) begin
        assert (total_o == proof_total_q && total_last_o == proof_total_last_q);
        assert (total_align_o == proof_align_q && total_shift_o == proof_shift_q);
      end
      assert (par_req_valid_o == proof_par_open_q);
      if (proof_par_open_q) begin
        assert (par_req_addr_o == proof_par_addr);
        assert (par_ob_q == proof_par_ob_q + CountW'(1) && proof_par_ob_q < ob_n_i);
      end
      assert (idle_o == !proof_open_q && (proof_open_q || !par_rsp_ready_o));
      // A row waits for nothing but its block's parameters and, if it completes a sum, the total before it.
      if (proof_open_q) assert (row_ready_o == (proof_par_valid_q && (!proof_complete || !total_valid_o || total_ready_i)));
      if (proof_open_q) assert (par_rsp_ready_o == !proof_par_valid_q);
      assert (par_valid_q == proof_par_valid_q && (proof_open_q || !par_valid_q));
      // How the module's counters go with these.
      assert (!pool_i || (!proof_open_q && !proof_par_open_q));
      if (proof_open_q) begin
        assert (8'(row_q) == proof_row_q + 8'd1 && seg_q == proof_seg_q + CountW'(1));
        assert (tile_q == proof_tile_q + CountW'(1) && ob_q == proof_ob_q + CountW'(1));
        assert (proof_row_q < 8'(Rows) && proof_seg_q < proof_segs && proof_tile_q < tile_n_i && proof_ob_q < ob_n_i);
        assert (edge_q == (edge_tile_i != '0 && proof_tile_q >= edge_tile_i - CountW'(1)));
        assert (segs_q == proof_segs);
        assert (first_q == proof_first && tile_last_q == proof_tile_last);
      end
    end
  end
endmodule

module proof #(
  parameter int Rows   = 2,
  parameter int Cols   = 2,
  parameter int AccW   = 16,
  parameter int SumW   = 24,
  parameter int CountW = 8,
  parameter int ParAw  = 6
) (
  input wire                      clk_i,
  input wire [4*CountW+ParAw+16:0] fields_i,
  input wire                      start_i,
  input wire                      par_req_ready_i,
  input wire                      par_rsp_valid_i,
  input wire [Cols*42-1:0]        par_rsp_data_i,
  input wire                      row_valid_i,
  input wire [Cols*AccW-1:0]      row_acc_i,
  input wire                      total_ready_i
);

  logic              pool_q, sum_q;
  logic [CountW-1:0] seg_n_q, ob_n_q, tile_n_q, edge_tile_q;
  logic [7:0]        rows_last_q;
  logic [6:0]        seg_edge_q;
  logic [ParAw-1:0]  par_base_q;
  logic              out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {pool_q, sum_q, seg_n_q, ob_n_q, tile_n_q, edge_tile_q, rows_last_q, seg_edge_q, par_base_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic par_req_valid, par_rsp_ready, row_ready, total_valid, total_last;
  logic [ParAw-1:0]     par_req_addr;
  logic [Cols*SumW-1:0] total;
  logic [Cols*5-1:0]    align, shift;
  row_accumulator #(.Rows(Rows), .Cols(Cols), .AccW(AccW), .SumW(SumW), .Segments(1), .CountW(CountW), .ParAw(ParAw)) u_accumulator (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .idle_o(), .pool_i(pool_q), .sum_pixels_i(sum_q), .seg_n_i(seg_n_q),
    .ob_n_i(ob_n_q), .tile_n_i(tile_n_q), .rows_last_i(rows_last_q), .edge_tile_i(edge_tile_q), .seg_edge_i(seg_edge_q),
    .par_base_i(par_base_q), .par_req_valid_o(par_req_valid), .par_req_ready_i, .par_req_addr_o(par_req_addr),
    .par_rsp_valid_i, .par_rsp_ready_o(par_rsp_ready), .par_rsp_data_i, .row_valid_i, .row_ready_o(row_ready), .row_acc_i,
    .total_valid_o(total_valid), .total_ready_i, .total_last_o(total_last), .total_o(total), .total_align_o(align),
    .total_shift_o(shift));

endmodule

`default_nettype wire
