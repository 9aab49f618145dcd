// Every run is asked for once, in order, under any stalls.
//   spread      word r is pixel r of its run, stride apart, marked outside the map where it is
//   contiguous  word d of the row, counted from the first pixel's first tap, is asked for where it lies in the map and the
//               run, and no other, in order; it is tap slot of the row that is the youngest to use it: d = stride * row + slot.
//               A run that has no word in the map asks for one, marked outside.
`default_nettype none

module in_run_reader;
  localparam logic [7:0] ProofRows = Pools != 0 ? 8'd64 : 8'(Rows);
  logic                  proof_open_q;
  logic [6:0]            proof_word_q;  // of the run, from 0
  logic [6:0]            proof_n_q;
  logic [5:0]            proof_row_q;
  logic [15:0]           proof_x_q, proof_y_q;
  logic [FmAw-1:0]       proof_addr_q;
  logic                  proof_last_q, proof_take, proof_give;
  // Contiguous: the word's number, that of the run's last word, whether the run has none in the map. 12 bits, two's complement.
  logic [11:0]           proof_d_q, proof_end, proof_end_q, proof_stride;
  logic [15:0]           proof_run_x_q;
  logic                  proof_none, proof_none_q;
  assign proof_stride = 12'(stride_i);
  assign proof_end    = proof_stride * 12'(run_n_i - 7'd1) + 12'(run_last_tap_i);
  assign proof_none   = $signed(run_y_i) < 0 || $signed(run_y_i) >= $signed(in_h_i) || $signed(run_x_i) >= $signed(in_w_i)
      || $signed(run_x_i) + $signed(16'(proof_end)) < 0;
  logic [lutmac_pkg::ActPhaseW-1:0] proof_phase_q;
  assign proof_take = run_valid_i && run_ready_o;
  assign proof_give = req_valid_o && req_ready_i;
  // Position of the word.
  logic [15:0]           proof_word_x_q;
  logic [FmAw-1:0]       proof_word_addr_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) proof_open_q <= 1'b0;
    else proof_open_q <= proof_take || (proof_open_q && !(proof_give && run_ready_o));
    if (proof_take) begin
      {proof_n_q, proof_row_q, proof_y_q} <= {run_n_i, run_row_i, run_y_i};
      {proof_last_q, proof_phase_q, proof_addr_q} <= {run_last_i, run_phase_i, run_addr_i};
      proof_word_q      <= '0;
      proof_run_x_q     <= run_x_i;
      proof_end_q       <= proof_end;
      proof_none_q      <= proof_none;
      proof_d_q         <= run_x_i[15] ? 12'd0 - run_x_i[11:0] : '0;
      proof_word_x_q    <= run_x_i;
      proof_word_addr_q <= run_addr_i;
    end else if (proof_give) begin
      proof_word_q      <= proof_word_q + 7'd1;
      proof_d_q         <= proof_d_q + 12'd1;
      proof_word_x_q    <= proof_word_x_q + stride_i;
      proof_word_addr_q <= proof_word_addr_q + stride_i;
    end
  end
  always @* begin
    if (rst_ni) begin
      assume (stride_i != 4'd0 && !in_w_i[15] && !in_h_i[15] && in_w_i != 16'd0 && in_h_i != 16'd0);
      assume (!contiguous_i || stride_i <= 4'(Taps));
      if (run_valid_i) begin
        assume (4'(run_last_tap_i) < 4'(Taps));
        assume (run_n_i != 7'd0 && 8'(run_row_i) + run_n_i <= ProofRows);
        // No position wraps around.
        assume ($signed(run_x_i) < 16'sd31000 && $signed(run_x_i) > -16'sd31000);
      end
      assert (req_valid_o == proof_open_q);
      if (req_valid_o) begin
        assert (req_phase_o == proof_phase_q && req_row0_o == proof_row_q && last_q == proof_last_q);
        if (req_ready_i) assert (req_last_o == (proof_last_q && run_ready_o));
      end
      if (req_valid_o) assert (pixel_end_q == (row_q == row_end_q));
      if (req_valid_o && !contiguous_i) begin
        assert (proof_word_q < proof_n_q && 8'(proof_row_q) + proof_n_q <= ProofRows);
        assert (req_addr_o == proof_word_addr_q);
        assert (req_row_o == 6'(proof_row_q + proof_word_q) && req_slot_o == 3'd0);
        assert (x_left_q == 16'(in_w_i - proof_word_x_q) && row_end_q == RowW'(proof_row_q + proof_n_q - 7'd1));
        assert (outside_q == (proof_y_q >= in_h_i));
        assert (req_outside_o == (proof_y_q >= in_h_i || proof_word_x_q >= in_w_i));
        if (req_ready_i) assert (run_ready_o == (proof_word_q + 7'd1 == proof_n_q));
      end
      if (req_valid_o && contiguous_i) begin
        assert (x_end_q == (x_left_q == 16'd1));
        assert (4'(last_tap_q) < 4'(Taps) && last_slot_q == SlotW'(stride_i - 4'd1));
        assert (outside_q == proof_none_q && req_outside_o == proof_none_q);
        assert (proof_n_q != 7'd0 && 8'(proof_row_q) + proof_n_q <= ProofRows);
        assert (row_end_q == RowW'(proof_row_q + proof_n_q - 7'd1));
        if (!proof_none_q) begin
          // The word lies in the run and in the map.
          assert (proof_d_q <= proof_end_q && x_left_q == 16'(in_w_i - proof_run_x_q - 16'(proof_d_q)));
          assert (x_left_q != 16'd0 && x_left_q <= in_w_i);
          assert (req_addr_o == FmAw'(proof_addr_q + FmAw'(proof_d_q)));
          // Its tap of its youngest row.
          assert (req_row_o >= proof_row_q && req_row_o <= row_end_q);
          assert (proof_d_q == proof_stride * 12'(req_row_o - proof_row_q) + 12'(req_slot_o));
          assert (4'(req_slot_o) < stride_i || req_row_o == row_end_q);
          assert (proof_end_q == proof_stride * 12'(row_end_q - proof_row_q) + 12'(last_tap_q));
          // It is the last one where the next would not.
          if (req_ready_i) assert (run_ready_o == (proof_d_q == proof_end_q || x_left_q == 16'd1));
        end else if (req_ready_i) begin
          assert (run_ready_o);
        end
      end
    end
  end
endmodule

module proof #(
  parameter int FmAw  = 8,
  parameter int Taps  = 3,
  parameter int Rows  = 2,
  parameter int Pools = 1
) (
  input wire             clk_i,
  input wire [36:0]      fields_i,
  input wire             run_valid_i,
  input wire [FmAw-1:0]  run_addr_i,
  input wire [15:0]      run_x_i,
  input wire [15:0]      run_y_i,
  input wire [6:0]       run_n_i,
  input wire [5:0]       run_row_i,
  input wire [2:0]       run_last_tap_i,
  input wire             run_last_i,
  input wire [lutmac_pkg::ActPhaseW-1:0] run_phase_i,
  input wire             req_ready_i
);

  logic        contiguous_q;
  logic [3:0]  stride_q;
  logic [15:0] in_w_q, in_h_q;
  logic        out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {contiguous_q, stride_q, in_w_q, in_h_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic            run_ready, valid, outside, last;
  logic [FmAw-1:0] addr;
  logic [5:0]      row, row0;
  logic [2:0]      slot;
  logic [lutmac_pkg::ActPhaseW-1:0] phase;
  run_reader #(.Rows(Rows), .FmAw(FmAw), .Taps(Taps), .Pools(Pools)) u_reader (
    .clk_i, .rst_ni(out_of_reset_q), .contiguous_i(contiguous_q), .stride_i(stride_q),
    .in_w_i(in_w_q), .in_h_i(in_h_q), .run_valid_i, .run_ready_o(run_ready), .run_addr_i, .run_x_i, .run_y_i,
    .run_n_i, .run_row_i, .run_last_tap_i, .run_last_i, .run_phase_i, .req_valid_o(valid), .req_ready_i, .req_addr_o(addr),
    .req_outside_o(outside), .req_last_o(last), .req_row_o(row), .req_row0_o(row0), .req_slot_o(slot),
    .req_phase_o(phase));

endmodule

`default_nettype wire
