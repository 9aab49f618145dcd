// A program: its words are asked for one after the other, from its address on; every descriptor that proves right starts its layer
// once, with the words that it came with, in order, when the layer before is over; entries of its tables go to their places, once;
// after one that does not prove right nothing starts and nothing is written. And it ends: until done_o or an error, in every cycle
// the environment owes a word or the end of a layer, or a descriptor starts, or ends, or makes room for the next one.
`default_nettype none

module in_sequencer;
  logic [8:0]        proof_n_q;            // words of the descriptor that have come
  logic [8:0]        proof_entries, proof_length;
  logic [15:0]       proof_table_n_q;
  logic              proof_act_q;          // it has an activation table
  logic              proof_loading_q;      // a descriptor is fetched
  logic              proof_started_q;      // its layer has started
  logic              proof_right_q;        // it has proven right so far
  logic              proof_last_q;         // the layer that runs is the last
  logic              proof_was_bad_q;      // in the cycle before
  logic              proof_runs_q, proof_launch_q, proof_ended_q, proof_busy_q;
  logic [31:0]       proof_word_q, proof_layer_word_q;  // word proof_k_i of both
  logic [ProgAw-1:0] proof_pc_q;

  // The check word's polynomial, a bit at a time.
  logic [31:0] proof_sum_q, proof_times, proof_sum;
  always @* begin
    proof_times = proof_sum_q;
    for (int i = 0; i < 32; i++) proof_times = {proof_times[30:0], 1'b0} ^ (proof_times[31] ? 32'h000000c5 : 32'd0);
    proof_sum = proof_times ^ prog_rsp_data_i;
  end

  logic proof_req, proof_rsp, proof_start, proof_begins, proof_end;
  assign proof_req     = prog_req_valid_o && prog_req_ready_i;
  assign proof_rsp     = prog_rsp_valid_i && prog_rsp_ready_o;
  assign proof_start   = start_valid_i && start_ready_o;
  assign proof_entries = 9'(proof_table_n_q[6:0]) + (proof_act_q ? 9'd64 : 9'd0);
  assign proof_length  = 9'd34 + proof_entries + 9'(proof_table_n_q != 16'd0 || proof_act_q);
  assign proof_begins  = proof_loading_q && proof_started_q && proof_n_q == proof_length && !bad_q;
  assign proof_end     = layer_end;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {proof_n_q, proof_loading_q, proof_started_q, proof_runs_q, proof_launch_q, proof_ended_q, proof_busy_q} <= '0;
      proof_right_q <= 1'b1;
      proof_was_bad_q <= 1'b0;
      proof_sum_q   <= 32'hffffffff;
    end else begin
      proof_launch_q <= launch;
      proof_was_bad_q <= bad_q;
      proof_ended_q  <= proof_end && proof_last_q;
      if (proof_start) {proof_busy_q, proof_pc_q} <= {1'b1, start_pc_i};
      else begin
        if (proof_end && proof_last_q) proof_busy_q <= 1'b0;
        if (proof_req) proof_pc_q <= proof_pc_q + ProgAw'(1);
      end
      if (proof_rsp) begin
        proof_n_q   <= proof_n_q + 9'd1;
        proof_sum_q <= proof_sum;
        if (proof_n_q == 9'd0) begin
          proof_table_n_q <= prog_rsp_data_i[31:16];
          proof_act_q     <= prog_rsp_data_i[15];
        end
        if (proof_n_q == 9'(proof_k_i)) proof_word_q <= prog_rsp_data_i;
        if (proof_n_q == 9'd33 && (proof_sum != 32'hffffffff || wrong_q)) proof_right_q <= 1'b0;
        if (proof_n_q >= 9'd34 && proof_n_q == proof_length - 9'd1 && proof_sum != 32'hffffffff) proof_right_q <= 1'b0;
      end
      if (proof_end) proof_runs_q <= 1'b0;
      if (launch) begin
        {proof_started_q, proof_runs_q, proof_layer_word_q} <= {1'b1, 1'b1, proof_word_q};
        proof_last_q <= next_q[lutmac_pkg::LastLayerLsb];
      end
      if (proof_begins) begin
        {proof_n_q, proof_started_q} <= '0;
        proof_loading_q <= !proof_last_q;
      end
      if (proof_start) begin
        {proof_n_q, proof_started_q} <= '0;
        proof_loading_q <= 1'b1;
      end
    end
  end

  always @* begin
    if (rst_ni) begin
      assume (proof_k_i < 6'd34);
      // What the environment sees.
      if (proof_busy_q) assert (prog_req_addr_o == proof_pc_q);
      assert (layer_start_o == proof_launch_q && done_o == proof_ended_q && start_ready_o == !proof_busy_q);
      if (launch) begin
        assert (proof_loading_q && proof_n_q >= 9'd34 && !proof_started_q && proof_right_q && (!proof_runs_q || proof_end));
        assert (next_q[32*proof_k_i +: 32] == proof_word_q);
      end
      if (proof_runs_q) assert (desc_o[32*proof_k_i +: 32] == proof_layer_word_q);
      assert (!(table_we_o && act_table_we_o));
      if (table_we_o || act_table_we_o) begin
        assert (proof_rsp && proof_right_q && table_data_o == prog_rsp_data_i);
        assert (!proof_runs_q || (table_bank_o == layer_bank_o) == proof_started_q);
      end
      if (proof_rsp && proof_loading_q && proof_n_q >= 9'd34 && !bad_q) begin
        assert (table_we_o == (proof_n_q < 9'd34 + proof_table_n_q));
        assert (act_table_we_o == (!table_we_o && proof_n_q < 9'd34 + proof_entries));
        if (table_we_o) assert (9'(table_addr_o) == proof_n_q - 9'd34);
        if (act_table_we_o) assert (9'(act_table_addr_o) == proof_n_q - 9'd34 - proof_table_n_q);
      end
      assert (bad_q == !proof_right_q && (error_o != '0) == proof_was_bad_q);
      if (proof_was_bad_q) assert (bad_q);
      if (bad_q) assert (!done_o && !launch);
      // The environment owes a word or the end of a layer, or one of the steps of a descriptor's life is taken.
      if (proof_busy_q && !bad_q)
        assert (prog_req_valid_o || asked_q != got_q || (proof_runs_q && !proof_end) || launch || proof_end || proof_begins);

      // How the module's registers go with these.
      assert (running_q == proof_runs_q && busy_q == proof_busy_q && launched_q == proof_started_q);
      assert (times_q == proof_times && fetch_q == proof_loading_q);
      assert (ends_q == (got_q == total_q - 1'b1) && checks_q == (got_q == 8'd33) && in_table_q == (got_q >= 8'd34));
      assert (9'(got_q) == proof_n_q);
      assert (loaded_q == (got_q == total_q && !bad_q));
      assert (ready_q == (running_q && (!launched_q || loaded_q)));
      if (proof_runs_q) assert (desc_o[lutmac_pkg::LastLayerLsb] == proof_last_q);
      assert (proof_busy_q || (!proof_runs_q && !proof_loading_q));
      assert (!proof_busy_q || !proof_right_q || proof_loading_q || (proof_runs_q && proof_last_q));
      assert (!written_q || ready_o);
      assert (proof_loading_q || proof_right_q);
      if (proof_loading_q && proof_runs_q) assert ((table_bank_q == layer_bank_q) == proof_started_q);
      if (proof_loading_q && proof_started_q) assert (proof_runs_q && proof_n_q >= 9'd34);
      if (proof_loading_q && !proof_started_q) assert (!proof_runs_q || !proof_last_q);
      if (proof_loading_q) begin
        assert (proof_n_q <= proof_length || proof_n_q == 9'd0);
        assert (proof_n_q == 9'd0 ? total_q == 8'd34 : 9'(total_q) == proof_length);
        if (proof_n_q >= 9'd34 && !bad_q) assert (proof_table_n_q <= 16'd64);
        if (proof_n_q > 9'(proof_k_i) && proof_n_q >= 9'd34) assert (next_q[32*proof_k_i +: 32] == proof_word_q);
        if (proof_n_q > 9'(proof_k_i) && proof_n_q < 9'd34)
          assert (next_q[32*(6'd34 - proof_n_q[5:0] + proof_k_i) +: 32] == proof_word_q);
        if (proof_n_q != 9'd0) assert (gen_activation_table.activation_q == proof_act_q);
        if (proof_n_q != 9'd0 && proof_n_q <= 9'd34 && !bad_q) assert (wrong_q || proof_table_n_q <= 16'd64);
      end
    end
  end
endmodule

module proof #(
  parameter int ProgAw = 8
) (
  input wire              clk_i,
  input wire [5:0]        k_i,
  input wire              start_valid_i,
  input wire [ProgAw-1:0] start_pc_i,
  input wire              prog_req_ready_i,
  input wire              prog_rsp_valid_i,
  input wire [31:0]       prog_rsp_data_i,
  input wire              layer_written_i,
  input wire              rows_taken_i
);

  // A word of the descriptor, any.
  logic [5:0] k_q;
  logic       out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) k_q <= k_i;
    out_of_reset_q <= 1'b1;
  end

  sequencer #(.Rows(4), .Taps(3), .Planes(2), .Depthwise(1), .PackedMaps(1), .PackedCodes(1), .LogW(6), .ActivationTables(1),
              .CountW(16), .ProgAw(ProgAw)) u_sequencer (
    .clk_i, .rst_ni(out_of_reset_q), .start_valid_i, .start_ready_o(), .start_pc_i, .done_o(), .error_o(), .mon_layer_o(),
    .prog_req_valid_o(), .prog_req_ready_i, .prog_req_addr_o(), .prog_rsp_valid_i, .prog_rsp_ready_o(), .prog_rsp_data_i,
    .table_we_o(), .table_bank_o(), .table_addr_o(), .table_data_o(), .act_table_we_o(), .act_table_addr_o(),
    .layer_start_o(), .layer_bank_o(), .ready_o(), .layer_written_i, .rows_taken_i, .proof_k_i(k_q), .desc_o());

endmodule

`default_nettype wire
