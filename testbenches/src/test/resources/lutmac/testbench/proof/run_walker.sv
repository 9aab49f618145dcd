// The runs of a layer are the loop nest of the walk, counted from 0: for each block, tile, plane, kernel row, chunk of kernel
// columns, input block, the tile's pixels in the order (wy, wx, py, px); pool: for each block all pixels. A run is the longest
// stretch of them in one row of px. Each is given once, in order, under any stalls. The number of pixels is that of the tiles
// (the environment's).
`default_nettype none

module in_run_walker;
  localparam int ProofPosW = FmAw + 2*CountW;
  logic              proof_open_q;
  logic [CountW-1:0] proof_ob_q, proof_tile_q, proof_ky_q, proof_kx_q, proof_cb_q;
  logic [CountW-1:0] proof_wy_q, proof_wx_q, proof_py_q, proof_px_q;
  logic [1:0]        proof_plane_q, proof_part_q;
  logic [7:0]        proof_row_q;                      // of the tile
  logic [FmAw-1:0]   proof_block_q;                    // address of the block's walk
  // Position {address, x, y} of the row of px, offset of the tap, words from the row's start to the pixel.
  logic [FmAw-1:0]   proof_addr_q, proof_tap_addr_q;
  logic [CountW-1:0] proof_x_q, proof_y_q, proof_tap_x_q, proof_tap_y_q, proof_ahead_q;
  logic [5*CountW+FmAw-1:0] proof_saved_q;             // {wy, wx, py, px, ahead, address} of the tile's first pixel
  logic [2*CountW-1:0]      proof_saved_xy_q;

  logic [CountW-1:0] proof_saved_wy, proof_saved_wx, proof_saved_py, proof_saved_px, proof_saved_ahead;
  logic [FmAw-1:0]   proof_saved_addr;
  assign {proof_saved_wy, proof_saved_wx, proof_saved_py, proof_saved_px, proof_saved_ahead, proof_saved_addr} = proof_saved_q;

  // The run from here.
  logic [7:0]        proof_rows, proof_rows_here;
  logic [CountW-1:0] proof_left, proof_kys, proof_ahead_next;
  logic [6:0]        proof_n;
  assign proof_rows      = proof_tile_q == tile_n_i - CountW'(1) ? rows_last_i : 8'(Rows);
  assign proof_rows_here = pool_i ? 8'd64 : proof_rows - proof_row_q;
  assign proof_left      = px_n_i - proof_px_q;
  assign proof_n         = 16'(proof_left) < 16'(proof_rows_here) ? 7'(proof_left) : 7'(proof_rows_here);
  assign proof_kys       = edge_tile_i != '0 && proof_tile_q >= edge_tile_i - CountW'(1) ? CountW'(ky_edge_i) : ky_n_i;
  assign proof_ahead_next = proof_ahead_q + CountW'(stride_i) * CountW'(proof_n);

  // What ends with it.
  logic proof_row_over, proof_walk_over, proof_taps_over, proof_phase_over, proof_tile_over, proof_ob_over;
  logic proof_tap_over, proof_tile_last;
  assign proof_row_over   = CountW'(proof_n) == proof_left;
  assign proof_walk_over  = proof_row_over && proof_py_q == py_n_i - CountW'(1) && proof_wx_q == wx_n_i - CountW'(1)
      && proof_wy_q == wy_n_i - CountW'(1);
  assign proof_tap_over   = proof_cb_q == cb_n_i - CountW'(1) && proof_kx_q == kx_n_i - CountW'(1)
      && proof_ky_q == proof_kys - CountW'(1);
  assign proof_taps_over  = proof_tap_over && proof_plane_q == walk_planes_i;
  assign proof_tile_last  = proof_tile_q == tile_n_i - CountW'(1);
  assign proof_phase_over = pool_i ? proof_walk_over : 8'(proof_n) == proof_rows_here;
  assign proof_tile_over  = proof_phase_over && (pool_i || proof_taps_over);
  assign proof_ob_over    = proof_tile_over && (pool_i || proof_tile_last);

  // The pixel behind the run.
  logic [CountW-1:0] proof_next_wy, proof_next_wx, proof_next_py, proof_next_px, proof_next_ahead, proof_next_x, proof_next_y;
  logic [FmAw-1:0]   proof_next_addr;
  logic [ProofPosW-1:0] proof_delta;
  assign proof_delta =
    proof_py_q != py_n_i - CountW'(1) ? {walk_addr_delta_i[FmAw-1:0], walk_x_delta_i[CountW-1:0], walk_y_delta_i[CountW-1:0]} :
    proof_wx_q != wx_n_i - CountW'(1) ? {walk_addr_delta_i[2*FmAw-1:FmAw], walk_x_delta_i[2*CountW-1:CountW],
                                         walk_y_delta_i[2*CountW-1:CountW]} :
    {walk_addr_delta_i[3*FmAw-1:2*FmAw], walk_x_delta_i[3*CountW-1:2*CountW], walk_y_delta_i[3*CountW-1:2*CountW]};
  always @* begin
    {proof_next_wy, proof_next_wx, proof_next_py} = {proof_wy_q, proof_wx_q, proof_py_q};
    proof_next_px    = proof_px_q + CountW'(proof_n);
    proof_next_ahead = proof_ahead_next;
    {proof_next_addr, proof_next_x, proof_next_y} = {proof_addr_q, proof_x_q, proof_y_q};
    if (proof_row_over) begin
      proof_next_px    = '0;
      proof_next_ahead = '0;
      proof_next_addr  = proof_addr_q + proof_delta[ProofPosW-1:2*CountW];
      proof_next_x     = proof_x_q + proof_delta[2*CountW-1:CountW];
      proof_next_y     = proof_y_q + proof_delta[CountW-1:0];
      proof_next_py    = proof_py_q + CountW'(1);
      if (proof_py_q == py_n_i - CountW'(1)) begin
        proof_next_py = '0;
        proof_next_wx = proof_wx_q + CountW'(1);
        if (proof_wx_q == wx_n_i - CountW'(1)) begin
          proof_next_wx = '0;
          proof_next_wy = proof_wy_q + CountW'(1);
        end
      end
    end
  end

  logic [FmAw-1:0] proof_next_block;
  logic            proof_part_over;
  assign proof_part_over  = !(pool_i || depthwise_i) || 3'(proof_part_q) + 3'd1 == 3'd1 << in_lane_i;
  assign proof_next_block = proof_block_q + (proof_part_over ? ob_addr_i : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) proof_open_q <= 1'b0;
    else if (start_i) proof_open_q <= 1'b1;
    else if (move && proof_ob_over && proof_ob_q == ob_n_i - CountW'(1)) proof_open_q <= 1'b0;

    if (start_i || move) begin
      {proof_wy_q, proof_wx_q, proof_py_q, proof_px_q} <= {proof_next_wy, proof_next_wx, proof_next_py, proof_next_px};
      {proof_ahead_q, proof_addr_q, proof_x_q, proof_y_q} <= {proof_next_ahead, proof_next_addr, proof_next_x, proof_next_y};
      proof_row_q <= pool_i || proof_phase_over ? '0 : proof_row_q + 8'(proof_n);
      if (proof_phase_over && !proof_tile_over) begin
        {proof_wy_q, proof_wx_q, proof_py_q, proof_px_q, proof_ahead_q, proof_addr_q} <= proof_saved_q;
        {proof_x_q, proof_y_q} <= proof_saved_xy_q;
      end
      if (proof_tile_over) begin
        proof_saved_q    <= {proof_next_wy, proof_next_wx, proof_next_py, proof_next_px, proof_next_ahead, proof_next_addr};
        proof_saved_xy_q <= {proof_next_x, proof_next_y};
        proof_tile_q     <= proof_tile_q + CountW'(1);
      end
      // Taps.
      if (proof_phase_over) begin
        proof_cb_q       <= proof_cb_q + CountW'(1);
        proof_tap_addr_q <= proof_tap_addr_q + tap_addr_delta_i[FmAw-1:0];
        if (proof_cb_q == cb_n_i - CountW'(1)) begin
          proof_cb_q       <= '0;
          proof_kx_q       <= proof_kx_q + CountW'(1);
          proof_tap_addr_q <= proof_tap_addr_q + tap_addr_delta_i[2*FmAw-1:FmAw];
          {proof_tap_x_q, proof_tap_y_q} <= {proof_tap_x_q + tap_x_delta_i[CountW-1:0], proof_tap_y_q + tap_y_delta_i[CountW-1:0]};
          if (proof_kx_q == kx_n_i - CountW'(1)) begin
            proof_kx_q       <= '0;
            proof_ky_q       <= proof_ky_q + CountW'(1);
            proof_tap_addr_q <= proof_tap_addr_q + tap_addr_delta_i[3*FmAw-1:2*FmAw];
            {proof_tap_x_q, proof_tap_y_q} <= {proof_tap_x_q + tap_x_delta_i[2*CountW-1:CountW],
                                               proof_tap_y_q + tap_y_delta_i[2*CountW-1:CountW]};
            if (proof_ky_q == proof_kys - CountW'(1)) begin
              {proof_ky_q, proof_tap_addr_q, proof_tap_x_q, proof_tap_y_q} <= '0;
              proof_plane_q <= proof_plane_q == walk_planes_i ? 2'd0 : proof_plane_q + 2'd1;
            end
          end
        end
      end
      if (start_i || proof_ob_over) begin
        {proof_wy_q, proof_wx_q, proof_py_q, proof_px_q, proof_ahead_q, proof_row_q, proof_tile_q} <= '0;
        {proof_cb_q, proof_kx_q, proof_ky_q, proof_plane_q, proof_tap_addr_q, proof_tap_x_q, proof_tap_y_q} <= '0;
        proof_addr_q     <= start_i ? start_addr_i : proof_next_block;
        {proof_x_q, proof_y_q} <= {start_x_i, start_y_i};
        proof_saved_q    <= {{5{CountW'(0)}}, start_i ? start_addr_i : proof_next_block};
        proof_saved_xy_q <= {start_x_i, start_y_i};
        proof_block_q    <= start_i ? start_addr_i : proof_next_block;
        proof_ob_q       <= start_i ? '0 : proof_ob_q + CountW'(1);
        proof_part_q     <= start_i ? in_part_i : proof_part_over ? 2'd0 : proof_part_q + 2'd1;
      end
    end
  end

  // The run that left last.
  logic [ProofPosW-1:0] proof_run_pos_q;
  logic [6:0]           proof_run_n_q;
  logic [5:0]           proof_run_row_q;
  logic [2:0]           proof_run_last_tap_q;
  logic                 proof_run_last_q;
  logic [lutmac_pkg::ActPhaseW-1:0] proof_run_phase_q;
  always_ff @(posedge clk_i) begin
    if (run_leaves) begin
      proof_run_pos_q   <= {proof_addr_q + FmAw'(proof_ahead_q) + proof_tap_addr_q, proof_x_q + proof_ahead_q + proof_tap_x_q,
                            proof_y_q + proof_tap_y_q};
      proof_run_n_q     <= proof_n;
      proof_run_row_q   <= pool_i ? '0 : 6'(proof_row_q);
      proof_run_last_q  <= proof_phase_over;
      proof_run_last_tap_q <= 3'((proof_kx_q == kx_n_i - CountW'(1) ? taps_last_i : taps_full_i) - 4'd1);
      proof_run_phase_q <= {proof_taps_over, proof_tap_over, proof_kx_q == kx_n_i - CountW'(1), proof_cb_q == cb_n_i - CountW'(1),
                            proof_tile_last, proof_plane_q, proof_part_q};
    end
  end

  always @* begin
    if (rst_ni) begin
      assume (px_n_i != '0 && py_n_i != '0 && wx_n_i != '0 && wy_n_i != '0 && ob_n_i != '0);
      assume (Pools != 0 || (!pool_i && py_n_i == CountW'(1) && wx_n_i == CountW'(1)));
      assume (in_lane_i != 2'd3 && (in_part_i >> in_lane_i) == 2'd0);
      assume ((pool_i || depthwise_i) || in_part_i == 2'd0);
      assume (pool_i || (cb_n_i != '0 && kx_n_i != '0 && ky_n_i != '0 && tile_n_i != '0 && rows_last_i != '0
                         && rows_last_i <= 8'(Rows) && (edge_tile_i == '0 || ky_edge_i != '0)));
      // A layer starts when the one before is over. Its tiles have as many pixels as its walk.
      assume (!start_i || (state_q == Idle && !run_valid_q));
      if (proof_open_q && !pool_i) assume (proof_walk_over == (proof_tile_last && 8'(proof_n) == proof_rows_here));

      if (run_valid_o) begin
        assert ({run_addr_o, run_x_o, run_y_o} == proof_run_pos_q);
        assert (run_n_o == proof_run_n_q && run_n_o != '0 && run_row_o == proof_run_row_q);
        assert (run_last_o == proof_run_last_q);
        if (pool_i) assert (run_phase_o[1:0] == proof_run_phase_q[1:0]);
        else assert (run_phase_o == proof_run_phase_q && run_last_tap_o == proof_run_last_tap_q);
      end

      // How the module's state goes with the nest.
      assert ((state_q != Idle) == proof_open_q && state_q != 2'd3);
      assert (!hop_ready_q || state_q == Move);
      if (proof_open_q) begin
        assert ({wy_q, wx_q, py_q} == {proof_wy_q + CountW'(1), proof_wx_q + CountW'(1), proof_py_q + CountW'(1)});
        assert (proof_wy_q < wy_n_i && proof_wx_q < wx_n_i && proof_py_q < py_n_i && proof_px_q < px_n_i);
        assert (px_left_q == proof_left && ahead_q == proof_ahead_q);
        assert ({row_addr_q, row_x_q, row_y_q} == {proof_addr_q, proof_x_q, proof_y_q});
        assert (ob_q == proof_ob_q + CountW'(1) && proof_ob_q < ob_n_i && part_q == proof_part_q);
        assert (begun_q ? state_q == Run && proof_addr_q == proof_block_q : next_block_q == proof_next_block);
        assert ((proof_part_q >> in_lane_i) == 2'd0 && (pool_i || depthwise_i || proof_part_q == 2'd0));
        if (!pool_i) begin
          assert ({cb_q, kx_q, ky_q} == {proof_cb_q + CountW'(1), proof_kx_q + CountW'(1), proof_ky_q + CountW'(1)});
          assert (proof_cb_q < cb_n_i && proof_kx_q < kx_n_i && proof_ky_q < proof_kys && proof_plane_q <= walk_planes_i);
          assert (plane_q == proof_plane_q && tile_last_q == proof_tile_last && tile_q == proof_tile_q + CountW'(1) && proof_tile_q < tile_n_i);
          assert (edge_q == (edge_tile_i != '0 && proof_tile_q >= edge_tile_i - CountW'(1)));
          assert (8'(row_q) == proof_row_q && proof_row_q < proof_rows && 8'(rows_left_q) == proof_rows - proof_row_q);
          assert ({tap_addr_q, tap_x_q, tap_y_q} == {proof_tap_addr_q, proof_tap_x_q, proof_tap_y_q});
          assert (saved_q == {proof_saved_wy + CountW'(1), proof_saved_wx + CountW'(1), proof_saved_py + CountW'(1),
                              px_n_i - proof_saved_px, proof_saved_ahead, proof_saved_addr, proof_saved_xy_q});
          assert (proof_saved_wy < wy_n_i && proof_saved_wx < wx_n_i && proof_saved_py < py_n_i && proof_saved_px < px_n_i);
        end else begin
          assert (row_q == '0 && 8'(rows_left_q) == 8'd64 && {tap_addr_q, tap_x_q, tap_y_q} == '0);
          assert ({proof_row_q, proof_tap_addr_q, proof_tap_x_q, proof_tap_y_q} == '0);
        end
      end
      if (state_q == Move) begin
        assert (run_n_q == proof_n && {row_end_q, phase_end_q, tile_end_q, ob_end_q} ==
                {proof_row_over, proof_phase_over, proof_tile_over, proof_ob_over});
        assert (layer_end_q == (proof_ob_over && proof_ob_q == ob_n_i - CountW'(1)));
        assert (py_end_q == (proof_py_q == py_n_i - CountW'(1)) && wx_end_q == (proof_wx_q == wx_n_i - CountW'(1)));
        if (!pool_i) begin
          assert (cb_end_q == (proof_cb_q == cb_n_i - CountW'(1)) && kx_end_q == (proof_kx_q == kx_n_i - CountW'(1)));
          assert (tap_end_q == proof_tap_over);
          assert (next_tile_last_q == (proof_tile_over ? proof_tile_q + CountW'(2) == tile_n_i || tile_n_i == CountW'(1)
                                                         && proof_tile_last : proof_tile_last));
        end
        if (hop_ready_q) assert (hop_q == CountW'(stride_i) * CountW'(proof_n));
      end
    end
  end
endmodule

module proof #(
  parameter int Rows   = 3,
  parameter int FmAw   = 8,
  parameter int CountW = 8,
  parameter int Pools  = 1
) (
  input wire                       clk_i,
  input wire [35+18*CountW+8*FmAw:0] fields_i,
  input wire [4*CountW-1:0]        taps_i,
  input wire                       start_i,
  input wire                       run_ready_i
);

  logic              pool_q, depthwise_q;
  logic [3:0]        stride_q, taps_full_q, taps_last_q;
  logic [4*CountW-1:0] walk_n_q;
  logic [3*FmAw-1:0] walk_addr_q, tap_addr_q;
  logic [3*CountW-1:0] walk_x_q, walk_y_q;
  logic [FmAw-1:0]   start_q, ob_addr_q;
  logic [CountW-1:0] x_q, y_q, cb_n_q, kx_n_q, ky_n_q, ob_n_q, tile_n_q, edge_tile_q;
  logic [2*CountW-1:0] tap_x_q, tap_y_q;
  logic [1:0]        planes_q, lane_q, part_q;
  logic [7:0]        rows_last_q, ky_edge_q;
  logic              out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) begin
      {pool_q, depthwise_q, stride_q, taps_full_q, taps_last_q, walk_n_q, walk_addr_q, tap_addr_q, walk_x_q, walk_y_q, start_q, ob_addr_q, x_q, y_q,
       cb_n_q, kx_n_q, ky_n_q, ob_n_q, tile_n_q, edge_tile_q, planes_q, lane_q, part_q, rows_last_q, ky_edge_q} <= fields_i;
      {tap_x_q, tap_y_q} <= taps_i;
    end
    out_of_reset_q <= 1'b1;
  end

  logic valid, last;
  logic [FmAw-1:0] addr;
  logic [CountW-1:0] x, y;
  logic [6:0] n;
  logic [5:0] row;
  logic [2:0] last_tap;
  logic [lutmac_pkg::ActPhaseW-1:0] phase;
  run_walker #(.Rows(Rows), .FmAw(FmAw), .CountW(CountW), .Planes(4), .PackedMaps(1), .Pools(Pools)) u_walker (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .pool_i(pool_q), .depthwise_i(depthwise_q), .stride_i(stride_q),
    .taps_full_i(taps_full_q), .taps_last_i(taps_last_q),
    .px_n_i(walk_n_q[CountW-1:0]), .py_n_i(walk_n_q[2*CountW-1:CountW]), .wx_n_i(walk_n_q[3*CountW-1:2*CountW]),
    .wy_n_i(walk_n_q[4*CountW-1:3*CountW]), .walk_addr_delta_i(walk_addr_q), .walk_x_delta_i(walk_x_q),
    .walk_y_delta_i(walk_y_q), .start_addr_i(start_q), .start_x_i(x_q), .start_y_i(y_q), .cb_n_i(cb_n_q), .kx_n_i(kx_n_q),
    .ky_n_i(ky_n_q), .tap_addr_delta_i(tap_addr_q), .tap_x_delta_i(tap_x_q), .tap_y_delta_i(tap_y_q),
    .walk_planes_i(planes_q), .ob_n_i(ob_n_q), .ob_addr_i(ob_addr_q), .in_lane_i(lane_q), .in_part_i(part_q),
    .tile_n_i(tile_n_q), .rows_last_i(rows_last_q), .edge_tile_i(edge_tile_q), .ky_edge_i(ky_edge_q),
    .run_valid_o(valid), .run_ready_i, .run_addr_o(addr), .run_x_o(x), .run_y_o(y), .run_n_o(n), .run_row_o(row), .run_last_tap_o(last_tap),
    .run_last_o(last), .run_phase_o(phase));

endmodule

`default_nettype wire
