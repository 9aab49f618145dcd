// Every phase of words that comes becomes its steps, once, in order, under any stalls: for each plane, tap and lane the lane of the
// words that the rows got for that tap, code 0 where a row got none or one outside the map, with the next weights. And it does not
// stop: what has come waits for nothing but the environment. A row and a tap, any, are watched. Words of one lane a byte. With a rate
// of 2 a word goes the ways of its rows, in two parts; a word of a spread run, which is for one row and its only tap, goes one way.
`default_nettype none

module in_row_feeder;
  // The phases in the feeder, the oldest first: which bank of the two, how many.
  logic [1:0]        proof_full_q;               // phases that are whole and not over
  logic              proof_take, proof_step_end, proof_phase_end;
  // The words on their ways, not yet with their rows; the bank of each; its lower part is with them. The word that the watched row's way has.
  localparam int     ProofSpread = Rate == 1 ? 0 : 1;
  logic [Rate-1:0]   proof_to, proof_fill, proof_end;
  logic [Rate-1:0]   proof_word_valid_q, proof_word_last_q, proof_bank_q, proof_upper_q;
  logic              proof_way;
  logic              proof_serves_q;
  logic [Cols*8-1:0] proof_word_q;
  logic              proof_last_waits;           // a phase's last word is on its way
  logic [3:0]        proof_taps_q;
  logic [7:0]        proof_lanes_q;
  logic              proof_tile_last_q, proof_plane_last_q, proof_short_q;
  logic [1:0]        proof_plane_q;
  // Of the phase that fills and the two that are whole: the watched row's word of the watched tap; the phase's size and marks.
  logic              proof_present_q [0:1];
  logic [Cols*8-1:0] proof_held_q [0:1];
  logic [3:0]        proof_phase_taps_q [0:1];
  logic [7:0]        proof_phase_lanes_q [0:1];
  logic              proof_phase_tile_last_q [0:1], proof_phase_plane_last_q [0:1], proof_phase_short_q [0:1];
  logic [1:0]        proof_phase_plane_q [0:1];
  logic              proof_in_q, proof_out_q;    // banks in turn

  // Marks of a word: {tile_last, plane_last, chunk_last, cb_last, short, plane, part}.
  logic [3:0] proof_taps;
  logic [7:0] proof_lanes, proof_tap_of_row;
  assign proof_taps  = act_phase_i[6] ? taps_last_i : taps_full_i;
  assign proof_lanes = 8'(act_phase_i[5] ? lanes_last_i : lanes_full_i);
  // The tap that the word is for the watched row: one stride more for each row before the youngest.
  assign proof_tap_of_row = 8'(act_slot_i) + 8'(stride_i) * (8'(act_row_i) - 8'(proof_row_i));
  assign proof_take = act_valid_i && act_ready_o;

  // Banks of whole phases.
  logic [1:0] proof_live;
  assign proof_live[0] = proof_full_q == 2'd2 || (proof_full_q == 2'd1 && !proof_out_q);
  assign proof_live[1] = proof_full_q == 2'd2 || (proof_full_q == 2'd1 && proof_out_q);
  logic proof_fill_end, proof_own_fill;
  for (genvar w = 0; w < Rate; w++) begin : gen_proof_way
    assign proof_to[w]   = Rate == 1 || contiguous_i || act_row_i[0] == 1'(w);
    assign proof_fill[w] = proof_word_valid_q[w] && !proof_live[proof_bank_q[w]];
    assign proof_end[w]  = proof_fill[w] && (Rate == 1 || proof_upper_q[w]);
  end
  assign proof_way        = Rate == 1 ? 1'b0 : proof_row_i[0];
  assign proof_fill_end   = |(proof_end & proof_word_last_q);
  assign proof_own_fill   = proof_fill[proof_way] && proof_serves_q;
  assign proof_last_waits = |(proof_word_valid_q & proof_word_last_q);

  // The step that leaves the banks.
  logic [7:0]        proof_lane_q;
  logic [3:0]        proof_tap_q;
  logic [1:0]        proof_step_plane_q;
  logic [CountW-1:0] proof_seg_q;                // taps of the segment that are over
  logic              proof_first_q, proof_lane_end, proof_tap_end, proof_seg_end;
  assign proof_lane_end  = proof_lane_q == proof_phase_lanes_q[proof_out_q] - 8'd1;
  assign proof_tap_end   = proof_tap_q == proof_phase_taps_q[proof_out_q] - 4'd1;
  assign proof_step_end  = wgt_valid_i && wgt_ready_o;
  assign proof_phase_end = proof_step_end && proof_lane_end && proof_tap_end && proof_step_plane_q == phase_planes_i;
  assign proof_seg_end   = proof_lane_end && (proof_seg_q == seg_taps_i - CountW'(1) || (proof_tap_end
      && proof_step_plane_q == phase_planes_i && (proof_phase_tile_last_q[proof_out_q]
      || (seg_plane_i && proof_phase_plane_last_q[proof_out_q]))));

  // The step that left last.
  logic              proof_step_valid_q, proof_step_first_q, proof_step_last_q, proof_step_short_q;
  logic [1:0]        proof_step_of_plane_q;
  logic [Cols*4-1:0] proof_code_q;
  logic [7:0]        proof_x_q;
  logic              proof_watched_q;            // it is of the watched tap

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {proof_full_q, proof_word_valid_q, proof_in_q, proof_out_q, proof_step_valid_q} <= '0;
      {proof_present_q[0], proof_present_q[1]} <= '0;
      {proof_lane_q, proof_tap_q, proof_step_plane_q, proof_seg_q} <= '0;
      proof_first_q <= 1'b1;
    end else begin
      proof_word_valid_q <= (proof_word_valid_q & ~proof_end) | (proof_take ? proof_to : '0);
      proof_full_q <= proof_full_q + 2'(proof_fill_end) - 2'(proof_phase_end);
      if (proof_own_fill) proof_present_q[proof_bank_q[proof_way]] <= 1'b1;
      if (proof_fill_end) proof_in_q <= !proof_in_q;
      if (proof_phase_end) begin
        proof_present_q[proof_out_q] <= 1'b0;
        proof_out_q <= !proof_out_q;
      end
      if (step_ready_i) proof_step_valid_q <= 1'b0;
      if (proof_step_end) begin
        proof_step_valid_q <= 1'b1;
        proof_first_q      <= proof_seg_end;
        proof_lane_q       <= proof_lane_end ? 8'd0 : proof_lane_q + 8'd1;
        if (proof_lane_end) begin
          proof_seg_q <= proof_seg_end ? '0 : proof_seg_q + CountW'(1);
          proof_tap_q <= proof_tap_end ? 4'd0 : proof_tap_q + 4'd1;
          if (proof_tap_end) proof_step_plane_q <= proof_step_plane_q == phase_planes_i ? 2'd0 : proof_step_plane_q + 2'd1;
        end
      end
    end
    proof_upper_q <= proof_fill & ~proof_end;
    for (int w = 0; w < Rate; w++) begin
      if (proof_take && proof_to[w]) begin
        proof_word_last_q[w] <= act_last_i;
        proof_bank_q[w]      <= proof_in_q ^ proof_last_waits;
        // The bank of the last word that is stored in this cycle is left.
      end
    end
    if (proof_take && proof_to[proof_way]) begin
      proof_word_q   <= act_data_i;
      proof_serves_q <= !act_outside_i && proof_row_i >= act_row0_i && proof_row_i <= act_row_i
                        && proof_tap_of_row == 8'(proof_tap_i) && 4'(proof_tap_i) < proof_taps;
    end
    if (proof_take && (Rate == 1 || act_last_i)) begin
      {proof_taps_q, proof_lanes_q} <= {proof_taps, proof_lanes};
      {proof_tile_last_q, proof_plane_last_q, proof_short_q, proof_plane_q} <=
        {act_phase_i[8], act_phase_i[7], act_phase_i[4], act_phase_i[3:2]};
    end
    if (proof_own_fill) proof_held_q[proof_bank_q[proof_way]] <= proof_word_q;
    if (proof_fill_end) begin
      proof_phase_taps_q[proof_in_q]       <= proof_taps_q;
      proof_phase_lanes_q[proof_in_q]      <= proof_lanes_q;
      proof_phase_tile_last_q[proof_in_q]  <= proof_tile_last_q;
      proof_phase_plane_last_q[proof_in_q] <= proof_plane_last_q;
      proof_phase_short_q[proof_in_q]      <= proof_short_q;
      proof_phase_plane_q[proof_in_q]      <= proof_plane_q;
    end
    if (proof_step_end) begin
      {proof_step_first_q, proof_step_last_q} <= {proof_first_q, proof_seg_end};
      proof_step_short_q    <= proof_phase_short_q[proof_out_q];
      proof_step_of_plane_q <= proof_phase_plane_q[proof_out_q] + proof_step_plane_q;
      proof_code_q          <= wgt_data_i;
      proof_watched_q       <= proof_tap_q == 4'(proof_tap_i);
      proof_x_q             <= proof_present_q[proof_out_q] ? proof_held_q[proof_out_q] >> (8 * proof_lane_q) : 8'd0;
    end
  end

  // The watched row's registers: what the rows have, one of them selected.
  logic [Rows-1:0]           proof_serves_rows;
  logic [Rows*SlotW-1:0]     proof_slots;
  logic [Rows*ActW-1:0]      proof_x_rows;
  logic [Rows*2-1:0]         proof_present_rows;
  localparam int PW = Rate*PartW;                // bits of a word's parts
  logic [Rows*2*PW-1:0]      proof_words_rows;
  for (genvar r = 0; r < Rows; r++) begin : gen_proof_row
    logic [SlotAw-1:0] even, odd;
    assign even = SlotAw'({proof_tap_i, 1'b0});
    assign odd  = SlotAw'({proof_tap_i, 1'b1});
    assign proof_serves_rows[r]                = gen_row[r].write;
    assign proof_slots[SlotW*r +: SlotW]       = gen_row[r].write_slot;
    assign proof_x_rows[ActW*r +: ActW]        = gen_row[r].x_q;
    assign proof_present_rows[2*r +: 2]        = {gen_row[r].present_q[odd], gen_row[r].present_q[even]};
    if (Rate == 1) begin : gen_proof_words
      assign proof_words_rows[2*PW*r +: 2*PW] = {gen_row[r].words_q[odd], gen_row[r].words_q[even]};
    end else begin : gen_proof_parts
      assign proof_words_rows[2*PW*r +: 2*PW] = {gen_row[r].words_q[{odd, 1'b1}], gen_row[r].words_q[{odd, 1'b0}],
                                                 gen_row[r].words_q[{even, 1'b1}], gen_row[r].words_q[{even, 1'b0}]};
    end
  end
  logic [1:0]          proof_present;
  logic [2*PW-1:0]     proof_words;
  logic [ActW-1:0]     proof_x_of_row;
  logic                proof_serves;
  logic [SlotW-1:0]    proof_slot;
  assign proof_serves   = proof_serves_rows >> proof_row_i;
  assign proof_slot     = proof_slots >> (SlotW * proof_row_i);
  assign proof_x_of_row = proof_x_rows >> (ActW * proof_row_i);
  assign proof_present  = proof_present_rows >> (2 * proof_row_i);
  assign proof_words    = proof_words_rows >> (2 * PW * proof_row_i);
  logic [Cols*8-1:0]   proof_on_way;             // of the watched way's register
  assign proof_on_way   = word_q >> (WordW * proof_way);

  for (genvar b = 0; b < 2; b++) begin : gen_proof_bank
    logic live, fills;
    // Whole phases, and the one that fills, or the one behind it, whose first words may be there before its last.
    assign live  = proof_live[b];
    assign fills = !live && (1'(b) == proof_in_q || (Rate == 2 && proof_last_waits));
    // The upper part of the watched word is not with its row.
    logic partly;
    assign partly = Rate == 2 && proof_word_valid_q[proof_way] && proof_upper_q[proof_way] && proof_serves_q
                    && proof_bank_q[proof_way] == 1'(b);
    always @* begin
      if (rst_ni) begin
        assert (full_q[b] == live);
        assert (live || fills || !proof_present_q[b]);
        assert (!(clear_q[b] && full_q[b]));
        assert ((proof_present & ~clear_q) == (proof_present_q[1] ? 2'b10 : 2'b00) + (proof_present_q[0] ? 2'b01 : 2'b00));
        if (proof_present_q[b]) assert (proof_words[PW*b +: PartW] == proof_held_q[b][PartW-1:0]);
        if (Rate == 2 && proof_present_q[b] && !partly) assert (proof_words[PW*b + PartW +: 8*Cols - PartW*(Rate-1)] ==
                                                               proof_held_q[b][Cols*8-1:PartW*(Rate-1)]);
        if (partly) assert (proof_present_q[b] && !live && proof_held_q[b] == proof_word_q);
        if (live) begin
          assert (8'(last_byte_q[b]) == proof_phase_lanes_q[b] - 8'd1 && 4'(last_tap_q[b]) == proof_phase_taps_q[b] - 4'd1);
          assert (proof_phase_taps_q[b] != 4'd0 && proof_phase_taps_q[b] <= 4'(Taps));
          assert (proof_phase_lanes_q[b] != 8'd0 && proof_phase_lanes_q[b] <= 8'(Cols));
          assert ({tile_last_q[b], plane_last_q[b], short_q[b], walk_plane_q[b]} ==
                  {proof_phase_tile_last_q[b], proof_phase_plane_last_q[b], proof_phase_short_q[b], proof_phase_plane_q[b]});
        end
      end
    end
  end

  always @* begin
    if (rst_ni) begin
      assume (!pool_i && !depthwise_i && in_lane_i == 2'd0 && proof_row_i < 6'(Rows) && 4'(proof_tap_i) < 4'(Taps));
      assume (stride_i != 4'd0 && taps_full_i != 4'd0 && taps_full_i <= 4'(Taps) && taps_last_i != 4'd0 && taps_last_i <= 4'(Taps));
      if (Rate == 2 && !contiguous_i) assume (taps_full_i == 4'd1 && taps_last_i == 4'd1);
      assume (seg_taps_i != '0 && lanes_full_i != '0 && lanes_full_i <= CountW'(Cols) && lanes_last_i != '0 && lanes_last_i <= CountW'(Cols));
      if (act_valid_i) assume (act_row_i < 6'(Rows) && act_row0_i <= act_row_i);
      assume (rows_last_i <= 8'(Rows));

      // What leaves.
      assert (step_valid_o == proof_step_valid_q);
      if (step_valid_o) begin
        assert ({step_first_o, step_last_o, step_plane_o, code_o} ==
                {proof_step_first_q, proof_step_last_q, proof_step_of_plane_q, proof_code_q});
        assert (x_rows_o == (proof_step_short_q ? rows_last_i : 8'(Rows)));
        if (proof_watched_q) assert (proof_x_of_row == {{(ActW-8){in_signed_i && proof_x_q[7]}}, proof_x_q});
      end
      assert (!pool_valid_o && !pool_q);
      if (wgt_ready_o) assert (wgt_last_o == (proof_lane_end && proof_tap_end && proof_step_plane_q == phase_planes_i
                                               && proof_phase_tile_last_q[proof_out_q]));
      // It stops for nothing else: a word for two phases that are whole, a step for its weights and the step before it.
      if (!ProofSpread) assert (act_ready_o == (!proof_word_valid_q[0] || proof_full_q != 2'd2));
      // With two ways: for those that it goes, and of two last words the second one for the first.
      assert (act_ready_o == ((proof_to & proof_word_valid_q & ~proof_end) == '0 && (!ProofSpread || !act_last_i
                              || (proof_word_valid_q & proof_word_last_q & ~proof_end) == '0)));
      if (wgt_valid_i) assert (wgt_ready_o == (enable_i && proof_full_q != 2'd0 && (!step_valid_o || step_ready_i)));

      // How the module's registers go with these.
      assert (proof_full_q != 2'd3 && (proof_full_q == 2'd1) == (proof_in_q != proof_out_q));
      assert (word_valid_q == proof_word_valid_q && drain_bank_q == proof_out_q);
      assert (take_bank_q == (proof_in_q ^ proof_last_waits));
      for (int w = 0; w < Rate; w++) begin
        if (proof_word_valid_q[w]) begin
          assert (word_last_q[w] == proof_word_last_q[w] && word_bank_q[w] == proof_bank_q[w]);
          assert (Rate == 1 || word_upper_q[w] == proof_upper_q[w]);
          // A word is of the phase that fills, or of the next one behind its last word.
          assert (proof_bank_q[w] == proof_in_q || (proof_last_waits && !proof_word_last_q[w]));
          assert (!proof_upper_q[w] || !proof_live[proof_bank_q[w]]);
        end else begin
          assert (!word_upper_q[w] && !proof_upper_q[w]);
        end
      end
      if (Rate == 2 && contiguous_i) begin
        assert (&proof_word_valid_q == |proof_word_valid_q && &proof_upper_q == |proof_upper_q);
        if (proof_word_valid_q[0]) assert (&proof_word_last_q == |proof_word_last_q && &proof_bank_q == |proof_bank_q);
      end
      if (Rate == 2 && !contiguous_i) begin
        assert (!(&(proof_word_valid_q & proof_word_last_q)));
        for (int w = 0; w < Rate; w++) begin
          // The last word is not ahead of another one of its phase.
          if (&proof_word_valid_q && proof_word_last_q[w] && &proof_bank_q == |proof_bank_q)
            assert (proof_upper_q[Rate-1-w] || !proof_upper_q[w]);
          if (proof_word_valid_q[w]) begin
            for (int back = 1; back < Backs; back++) assert (!serves_q[Backs*w + back] && slots_q[SlotW*(Backs*w + back) +: SlotW] == '0);
          end
        end
      end
      if (Rate == 1 ? proof_word_valid_q[0] : proof_last_waits) begin
        assert ({word_taps_q, 8'(word_lanes_q)} == {proof_taps_q, proof_lanes_q});
        assert ({word_tile_last_q, word_plane_last_q, word_short_q, word_plane_q} ==
                {proof_tile_last_q, proof_plane_last_q, proof_short_q, proof_plane_q});
        assert (proof_taps_q != 4'd0 && proof_taps_q <= 4'(Taps) && proof_lanes_q != 8'd0 && proof_lanes_q <= 8'(Cols));
      end
      if (proof_word_valid_q[proof_way]) begin
        if (!proof_upper_q[proof_way]) assert (proof_on_way == proof_word_q || !proof_serves_q);
        if (Rate == 2 && proof_upper_q[proof_way]) assert (!proof_serves_q || proof_on_way[0 +: 8*Cols - PartW*(Rate-1)]
                                                           == proof_word_q[Cols*8-1:PartW*(Rate-1)]);
        assert ((proof_serves && 3'(proof_slot) == proof_tap_i) == proof_serves_q);
      end
      assert (8'(byte_q) == proof_lane_q && 4'(tap_q) == proof_tap_q && plane_q == proof_step_plane_q && sub_q == 2'd0);
      assert (seg_tap_q == proof_seg_q + CountW'(1) && proof_seg_q < seg_taps_i && seg_first_q == proof_first_q);
      assert (proof_step_plane_q <= phase_planes_i);
      if (proof_full_q != 2'd0) assert (proof_lane_q < proof_phase_lanes_q[proof_out_q] && proof_tap_q < proof_phase_taps_q[proof_out_q]);
      else assert (proof_lane_q == 8'd0 && proof_tap_q == 4'd0 && proof_step_plane_q == 2'd0);
    end
  end
endmodule

module proof #(
  parameter int Rows   = 2,
  parameter int Cols   = 2,
  parameter int ActW   = 9,
  parameter int Taps   = 2,
  parameter int CountW = 8,
  parameter int Rate   = 1
) (
  input wire                 clk_i,
  input wire [8:0]           watch_i,
  input wire [24+3*CountW:0] fields_i,
  input wire                 enable_i,
  input wire                 act_valid_i,
  input wire [Cols*8-1:0]    act_data_i,
  input wire                 act_outside_i,
  input wire                 act_last_i,
  input wire [5:0]           act_row_i,
  input wire [5:0]           act_row0_i,
  input wire [2:0]           act_slot_i,
  input wire [lutmac_pkg::ActPhaseW-1:0] act_phase_i,
  input wire                 wgt_valid_i,
  input wire [Cols*4-1:0]    wgt_data_i,
  input wire                 step_ready_i
);

  logic [5:0]        row_q;
  logic [2:0]        tap_q;
  logic              signed_q, seg_plane_q, contiguous_q;
  logic [3:0]        stride_q, taps_full_q, taps_last_q;
  logic [CountW-1:0] lanes_full_q, lanes_last_q, seg_taps_q;
  logic [1:0]        planes_q;
  logic [7:0]        rows_last_q;
  logic              out_of_reset_q = 1'b0;
  logic              settled_q = 1'b0;   // registers of the stride's multiples hold them
  always_ff @(posedge clk_i) begin
    if (!settled_q) begin
      {row_q, tap_q} <= watch_i;
      {contiguous_q, signed_q, seg_plane_q, stride_q, taps_full_q, taps_last_q, lanes_full_q, lanes_last_q, seg_taps_q, planes_q, rows_last_q} <= fields_i;
    end
    settled_q      <= 1'b1;
    out_of_reset_q <= settled_q;
  end

  row_feeder #(.Rows(Rows), .Cols(Cols), .ActW(ActW), .Taps(Taps), .Planes(4), .Depthwise(0), .PackedMaps(0), .LogW(0), .CountW(CountW), .Rate(Rate)) u_feeder (
    .clk_i, .rst_ni(out_of_reset_q), .enable_i, .pool_i(1'b0), .contiguous_i(contiguous_q), .depthwise_i(1'b0), .in_signed_i(signed_q), .in_log_i(1'b0),
    .in_log_step_i(2'd0), .in_lane_i(2'd0), .out_signed_i(1'b0), .stride_i(stride_q), .taps_full_i(taps_full_q),
    .taps_last_i(taps_last_q), .lanes_full_i(lanes_full_q), .lanes_last_i(lanes_last_q), .phase_planes_i(planes_q),
    .seg_taps_i(seg_taps_q), .seg_plane_i(seg_plane_q), .rows_last_i(rows_last_q), .act_valid_i, .act_ready_o(), .act_data_i,
    .act_outside_i, .act_last_i, .act_row_i, .act_row0_i, .act_slot_i, .act_phase_i, .wgt_valid_i, .wgt_ready_o(),
    .wgt_last_o(), .wgt_data_i, .proof_row_i(row_q), .proof_tap_i(tap_q), .step_valid_o(), .step_ready_i, .step_first_o(),
    .step_last_o(), .step_plane_o(), .x_rows_o(), .x_o(), .xw_o(), .code_o(), .pool_valid_o(), .pool_ready_i(1'b0),
    .pool_data_o(), .pool_last_o());

endmodule

`default_nettype wire
