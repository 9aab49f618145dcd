// The array's table of weights: an entry stands for the digits that were written to it last, in the bits that the elements take, and a
// step's weight is the entry of its code, of its plane and of the layer's bank; a bubble's is zero. Any entry is watched.
`default_nettype none

module in_mac_array;
  // What was written: {nz, neg, shift} a digit.
  logic [6*Digits-1:0] proof_digits;
  logic signed [10:0]  proof_written;
  for (genvar n = 0; n < Digits; n++) begin : gen_proof_digit
    assign proof_digits[6*n +: 6] = {table_data_i[5*n + 3], table_data_i[5*n + 4], 1'b0, table_data_i[5*n +: 3]};
  end
  product_reference #(.XW(2), .Digits(Digits), .ProductW(11)) u_proof_written (
    .x_i(2'sd1), .digits_i(proof_digits), .product_o(proof_written));

  // The watched entry.
  logic               proof_known_q = 1'b0;
  logic signed [10:0] proof_weight_q;
  always_ff @(posedge clk_i) begin
    if (rst_ni && table_we_i && {table_addr_i[4 +: PlaneW], table_bank_i, table_addr_i[3:0]} == proof_at_i) begin
      proof_known_q  <= 1'b1;
      proof_weight_q <= proof_written;
    end
  end

  // The step before, and the one before that.
  logic                  proof_step_q1, proof_step_q2;
  logic                  proof_ran_q;  // out of reset, in which a weight may be anything
  logic [Cols*7-1:0]     proof_at_q1;
  logic [Cols-1:0]       proof_watched_q2;
  logic signed [10:0]    proof_weight_q2;
  always_ff @(posedge clk_i) begin
    proof_step_q1 <= rst_ni && step_valid_i && step_ready_o;
    proof_step_q2 <= rst_ni && proof_step_q1;
    proof_ran_q   <= rst_ni;
    proof_weight_q2 <= proof_weight_q;
  end
  logic [Cols-1:0] proof_holds, proof_legal, proof_drives, proof_empty;
  for (genvar c = 0; c < Cols; c++) begin : gen_proof_column
    always_ff @(posedge clk_i) begin
      proof_at_q1[7*c +: 7] <= 7'({step_plane_i[PlaneW-1:0], layer_bank_i, code_i[4*c +: 4]});
      proof_watched_q2[c]   <= proof_step_q1 && proof_known_q && proof_at_q1[7*c +: 7] == 7'(proof_at_i);
    end
    logic signed [10:0] holds, drives;
    logic               drives_legal;
    csd_entry #(.EntryW(EntryW), .Digits(Digits)) u_holds (
      .weight_i(gen_weight[c].table_q[proof_at_i]), .value_o(holds), .legal_o(proof_legal[c]));
    csd_entry #(.EntryW(EntryW), .Digits(Digits)) u_drives (
      .weight_i(weights_q2[EntryW*c +: EntryW]), .value_o(drives), .legal_o(drives_legal));
    assign proof_holds[c]  = proof_legal[c] && holds == proof_weight_q;
    assign proof_drives[c] = drives_legal && drives == proof_weight_q2;
    assign proof_empty[c]  = drives_legal && drives == '0;
  end
  always @* begin
    if (rst_ni) begin
      if (proof_known_q) assert (&proof_holds);
      assert ((proof_drives | ~proof_watched_q2) == '1);
      if (proof_ran_q && !proof_step_q2) assert (&proof_empty && proof_watched_q2 == '0);
      // How the module's registers go with it.
      assert (valid_q[2:1] == {proof_step_q2, proof_step_q1});
      for (int c = 0; c < Cols; c++)
        if (proof_step_q1) assert (proof_at_q1[7*c +: 7] == 7'({page_q1, code_q1[4*c +: 4]}));
    end
  end
endmodule

// The weight that an entry stands for.
module csd_entry #(
  parameter int EntryW = 12,
  parameter int Digits = 2
) (
  input  wire  [EntryW-1:0]   weight_i,
  output logic signed [10:0]  value_o,
  output logic                legal_o
);
  logic [6*Digits-1:0] digits;
  if (Digits == 1) begin : gen_1
    weight_meaning_1 u_meaning (.weight_i, .digits_o(digits), .legal_o);
  end else if (Digits == 2) begin : gen_2
    weight_meaning_2 u_meaning (.weight_i, .digits_o(digits), .legal_o);
  end else begin : gen_4
    weight_meaning_4 u_meaning (.weight_i, .digits_o(digits), .legal_o);
  end
  product_reference #(.XW(2), .Digits(Digits), .ProductW(11)) u_value (.x_i(2'sd1), .digits_i(digits), .product_o(value_o));
endmodule

// In the place of the elements, which take any time.
module mac_grid #(
  parameter int Rows = 2, parameter int Cols = 2, parameter int AccW = 24, parameter int ActW = 9, parameter int Depthwise = 0,
  parameter int PeRows = 1, parameter int WeightW = 12, parameter int Stages = 1, parameter int Biased = 1
) (
  input  wire                    clk_i, rst_ni, act_signed_i, depthwise_i,
  input  wire  [Rows*ActW-1:0]   x1_i,
  input  wire  [Rows*Cols*8-1:0] own1_i,
  input  wire  [Cols*WeightW-1:0] weights_i,
  input  wire  [7:0]             rows_i,
  input  wire                    clear_i, load_i, row_ready_i,
  output logic                   left_o, row_valid_o,
  output logic [Cols*AccW-1:0]   row_acc_o
);
  assign left_o      = row_ready_i;
  assign row_valid_o = 1'b0;
  assign row_acc_o   = '0;
endmodule

module proof #(
  parameter int Rows   = 1,
  parameter int Cols   = 2,
  parameter int Planes = 2
) (
  input wire               clk_i,
  input wire [6:0]         watch_i,
  input wire               table_we_i, table_bank_i, layer_bank_i, act_signed_i, step_valid_i, step_first_i, step_last_i, row_ready_i,
  input wire [5:0]         table_addr_i,
  input wire [31:0]        table_data_i,
  input wire [1:0]         step_plane_i,
  input wire [7:0]         x_rows_i,
  input wire [Rows*9-1:0]  x_i,
  input wire [Cols*4-1:0]  code_i
);

  logic       rst_ni = 1'b0;
  logic [6:0] watch_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) watch_q <= watch_i & 7'(32*Planes - 1);
    rst_ni <= 1'b1;
  end
  mac_array #(.Rows(Rows), .Cols(Cols), .AccW(24), .ActW(9), .Planes(Planes), .Depthwise(0)) u_array (
    .clk_i, .rst_ni, .proof_at_i(watch_q), .table_we_i, .table_bank_i, .table_addr_i, .table_data_i, .layer_bank_i, .act_signed_i,
    .depthwise_i(1'b0), .step_valid_i, .step_ready_o(), .step_first_i, .step_last_i, .step_plane_i, .x_rows_i, .x_i, .xw_i('0),
    .code_i, .row_valid_o(), .row_ready_i, .row_acc_o());

endmodule

`default_nettype wire
