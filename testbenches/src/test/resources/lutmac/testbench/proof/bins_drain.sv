// The drain units of the bins array, for every schedule and every content of the bins: the sum that leaves is that of
// Horner's rule, a = (halve ? a/2 : a) +- bin, with the bits that a loses below it. No accumulator that is halved
// overflows: that the compiler's segments see to.
`default_nettype none

module in_mac_array;
  // How the entries follow each other on their way: a schedule without gaps, its last entry does not subtract.
  always @* begin
    if (rst_ni) begin
      assert ((!neg_q1 || valid_q1) && (!neg_q2 || valid_q2));
      assert (!(valid_q1 && last_q1 && neg_q1) && !(valid_q2 && last_q2 && neg_q2));
      if (state_q == Run) assert (first_q ? !valid_q1 || last_q1 : valid_q1 && !last_q1);
      if (state_q != Run) assert (!valid_q1 || last_q1);
      if (valid_q1) assert (first_q1 ? !valid_q2 || last_q2 : valid_q2 && !last_q2);
      if (!valid_q1) assert (!valid_q2 || last_q2);
      assert (invert_q2 == (neg_q2 ^ comp_q2) || !valid_q2);
      assert (!(valid_q2 && first_q2 && comp_q2));
      assert (!(done_q3 && comp_q2));
    end
  end

  for (genvar g = 0; g < Groups; g++) begin : gen_proof_group
    for (genvar c = 0; c < Cols; c++) begin : gen_proof_col
      // The sum so far, 2^7 times a, the bits that left it included; without a limit to its width.
      logic signed [63:0] sum_q, old, bin, done_q;
      logic               started_q, handed_q;
      logic [DrainW-1:0]  acc;
      logic signed [63:0] exact;
      assign exact = gen_group[g].gen_col[c].exact_q;
      assign bin = 64'($signed(gen_group[g].gen_col[c].bin_q2)) <<< Halvings;
      assign old = first_q2 ? 64'sd0 : halve_q2 ? sum_q >>> 1 : sum_q;
      assign acc = comp_q2 ? ~gen_group[g].gen_col[c].acc_q : gen_group[g].gen_col[c].acc_q;
      always_ff @(posedge clk_i) begin
        if (!rst_ni) {started_q, handed_q} <= '0;
        else begin
          if (drain_add && first_q2) started_q <= 1'b1;
          if (hand_over && started_q) handed_q <= 1'b1;
        end
        if (drain_add) sum_q <= neg_q2 ? old - bin : old + bin;
        if (hand_over) done_q <= sum_q;
      end
      always @* begin
        if (rst_ni && started_q) begin
          assert (sum_q == ((exact <<< Halvings) | 64'(gen_group[g].gen_col[c].low_q)));
          assert (acc == exact[DrainW-1:0]);
          if (drain_add && halve_q2 && !first_q2) assume (exact == 64'($signed(exact[DrainW-1:0])));
        end
        // Results.
        if (rst_ni && handed_q) assert (gen_group[g].gen_col[c].result_q == done_q[ResultW-1:0]);
        if (rst_ni) assert (started_q || (!done_q3 && !(valid_q2 && !first_q2)));
      end
    end
  end
endmodule

module proof #(
  parameter int Rows      = 2,
  parameter int BinW      = 16,
  parameter int GroupRows = 2
) (
  input wire                clk_i,
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

  logic bank_q, signed_q;
  logic out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {bank_q, signed_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  mac_array #(.Rows(Rows), .Cols(2), .AccW(32), .ActW(9), .Planes(1), .Depthwise(0), .BinW(BinW), .GroupRows(GroupRows)) u_array (
    .clk_i, .rst_ni(out_of_reset_q), .table_we_i, .table_bank_i, .table_addr_i, .table_data_i, .layer_bank_i(bank_q),
    .act_signed_i(signed_q), .depthwise_i(1'b0), .step_valid_i, .step_ready_o(), .step_first_i, .step_last_i,
    .step_plane_i(2'd0), .x_rows_i, .x_i, .xw_i('0), .code_i, .row_valid_o(), .row_ready_i, .row_acc_o());

endmodule

`default_nettype wire
