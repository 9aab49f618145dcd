// A bin holds the sum of the activations of its code, and what the drain reads is that of the segment: for a code, any but 0, whose
// bin the schedule clears. With no more steps of the code in a segment than the compiler allows, (2^BinW - 1) / 255 of unsigned
// activations and (2^(BinW-1) - 1) / 128 of signed ones, the bin does not overflow.
`default_nettype none

module in_mac_array;
  localparam int ProofUnsigned = ((1 << BinW) - 1) / 255;
  localparam int ProofSigned   = ((1 << (BinW - 1)) - 1) / 128;
  // Of both banks: whether a step of the code has passed the first stage, the second; how many did, their sum.
  logic               proof_seen_q [0:1];
  logic               proof_written_q [0:1];
  logic [15:0]        proof_count_q [0:1];
  logic signed [31:0] proof_sum_q [0:1];
  logic               proof_cleared_q, proof_drains;
  logic               proof_at_1, proof_at_2;
  logic signed [31:0] proof_x, proof_read;
  assign proof_at_1 = step_q1 && code_q1[3:0] == proof_code_i;
  assign proof_at_2 = step_q2 && code_q2[3:0] == proof_code_i;
  assign proof_x    = 32'($signed(x_q2[ActW-1:0]));
  assign proof_read = act_signed_i ? 32'($signed(gen_group[0].gen_col[0].word[BinW-1:0])) : 32'(gen_group[0].gen_col[0].word[BinW-1:0]);
  assign proof_drains = bin_q1 == proof_code_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {proof_seen_q[0], proof_seen_q[1], proof_written_q[0], proof_written_q[1], proof_cleared_q} <= '0;
      {proof_count_q[0], proof_count_q[1], proof_sum_q[0], proof_sum_q[1]} <= '0;
    end else begin
      if (proof_at_1) proof_seen_q[fill_bank_q] <= 1'b1;
      if (proof_at_2) begin
        proof_written_q[fill_bank_q2] <= 1'b1;
        proof_count_q[fill_bank_q2]   <= proof_count_q[fill_bank_q2] + 16'd1;
        proof_sum_q[fill_bank_q2]     <= proof_sum_q[fill_bank_q2] + proof_x;
      end
      if (clear_q1 && !stall && proof_drains) proof_cleared_q <= 1'b1;
      if (swap) begin
        {proof_seen_q[!fill_bank_q], proof_written_q[!fill_bank_q], proof_count_q[!fill_bank_q], proof_sum_q[!fill_bank_q]} <= '0;
        proof_cleared_q <= 1'b0;
      end
    end
  end

  logic [1:0] proof_live;
  assign proof_live = {gen_col[0].mark_q[{1'b1, proof_code_i}] ^ gen_col[0].base_q[{1'b1, proof_code_i}],
                       gen_col[0].mark_q[{1'b0, proof_code_i}] ^ gen_col[0].base_q[{1'b0, proof_code_i}]};
  // The second bank is cleared after reset while the first one fills.
  logic proof_second_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) proof_second_q <= 1'b0;
    else if (swap) proof_second_q <= boot_q;
  end

  for (genvar b = 0; b < 2; b++) begin : gen_proof_bank
    logic [BinW-1:0]    bin;
    logic signed [31:0] held;
    assign bin  = gen_group[0].gen_col[0].bins_q[{1'(b), proof_code_i}][BinW-1:0];
    assign held = act_signed_i ? 32'($signed(bin)) : 32'(bin);
    always @* begin
      if (rst_ni) begin
        assume (proof_count_q[b] + 16'(proof_at_2 && fill_bank_q2 == 1'(b)) <= (act_signed_i ? ProofSigned : ProofUnsigned));
        if (act_signed_i) assert (proof_sum_q[b] >= -128 * $signed({16'd0, proof_count_q[b]}) && proof_sum_q[b] <= 128 * $signed({16'd0, proof_count_q[b]}));
        else assert (proof_sum_q[b] >= 0 && proof_sum_q[b] <= 255 * $signed({16'd0, proof_count_q[b]}));
        assert (proof_written_q[b] == (proof_count_q[b] != 16'd0));
        assert (proof_seen_q[b] == (proof_written_q[b] || (proof_at_2 && fill_bank_q2 == 1'(b))));
        if (proof_written_q[b] && proof_live[b]) assert (held == proof_sum_q[b]);
      end
    end
  end

  always @* begin
    if (rst_ni) begin
      assert (!proof_at_2 || (act_signed_i ? x_q2[8] == x_q2[7] : !x_q2[8]));
      assert (!step_q1 || (act_signed_i ? x_q1[8] == x_q1[7] : !x_q1[8]));
      assume (proof_code_i != 4'd0 && weighed[proof_code_i] && !depthwise_i);
      // A bin is not read behind the entry that clears it.
      if (valid_q1 && proof_drains) assume (!proof_cleared_q);
      // What the drain reads.
      if (valid_q1 && proof_drains && !proof_second_q) begin
        assert (proof_live[!fill_bank_q] == proof_seen_q[!fill_bank_q]);
        if (proof_live[!fill_bank_q]) assert (proof_read == proof_sum_q[!fill_bank_q]);
        else assert (proof_sum_q[!fill_bank_q] == 0);
      end
      // How it comes to that.
      if (!boot_q) assert (proof_live[fill_bank_q] == proof_seen_q[fill_bank_q]);
      if (!boot_q && !proof_second_q)
        assert (proof_live[!fill_bank_q] == (proof_seen_q[!fill_bank_q] && !proof_cleared_q));
      if (proof_at_2) assert (keep_q2[0] == proof_written_q[fill_bank_q2]);
      if (proof_at_2) assert (fill_bank_q2 == fill_bank_q || (!proof_cleared_q && !(valid_q1 && !stall)));
      if (boot_q) begin
        assert (!fill_bank_q && !step_q1 && !step_q2 && !valid_q1 && !valid_q2 && !done_q3 && !emit_q && state_q != Run);
        assert (!proof_seen_q[0] && !proof_seen_q[1] && full_q);
        if (proof_cleared_q) assert (!proof_live[1]);
        else assert ((clear_q1 && proof_drains) || (state_q == Clear && pc_q[3:0] <= proof_code_i));
        assert (pc_q[5:4] == 2'd0 || state_q != Clear);
      end
    end
  end
endmodule

module proof #(
  parameter int Rows      = 2,
  parameter int BinW      = 12,
  parameter int GroupRows = 2
) (
  input wire                clk_i,
  input wire [3:0]          code_watched_i,
  input wire                table_we_i,
  input wire                table_bank_i,
  input wire [5:0]          table_addr_i,
  input wire [31:0]         table_data_i,
  input wire [1:0]          fields_i,
  input wire                step_valid_i,
  input wire                step_first_i,
  input wire                step_last_i,
  input wire [7:0]          x_rows_i,
  input wire [Rows*9-1:0]   x_i,
  input wire [7:0]          code_i,
  input wire                row_ready_i
);

  logic       bank_q, signed_q;
  logic [3:0] code_q;
  logic       out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {bank_q, signed_q, code_q} <= {fields_i, code_watched_i};
    out_of_reset_q <= 1'b1;
  end
  // Activations of 8 bits.
  always @* begin
    assume (signed_q ? x_i[8] == x_i[7] : !x_i[8]);
  end

  mac_array #(.Rows(Rows), .Cols(2), .AccW(32), .ActW(9), .Planes(1), .Depthwise(0), .BinW(BinW), .GroupRows(GroupRows)) u_array (
    .clk_i, .rst_ni(out_of_reset_q), .table_we_i, .table_bank_i, .table_addr_i, .table_data_i, .layer_bank_i(bank_q),
    .act_signed_i(signed_q), .depthwise_i(1'b0), .step_valid_i, .step_ready_o(), .step_first_i, .step_last_i,
    .step_plane_i(2'd0), .x_rows_i, .x_i, .xw_i('0), .proof_code_i(code_q), .code_i, .row_valid_o(), .row_ready_i, .row_acc_o());

endmodule

`default_nettype wire
