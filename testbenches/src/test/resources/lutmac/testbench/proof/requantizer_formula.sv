// The output unit's formula, stage by stage, for every total, skip word, alignment and shift of 32 bits: beside each stage
// goes what it stands for, in plain arithmetic, and the codes are the formula's.
`default_nettype none

module in_requantizer;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_proof
    // The lane of the row that the slice holds here.
    logic [2:0] row_lane;
    assign row_lane = 3'(slice) * 3'(Lanes) + 3'(lane);
    logic signed [SumW-1:0] total_q, skip_q, skip, sum_q, v_q, quotient, rounded, y_q;
    logic signed [SumW-1:0] low, high;
    logic [4:0]             align_q, align_shift_q, add_shift_q, shift_q;
    logic [SumW-1:0]        rest, half;
    logic                   up;
    logic [7:0]             byte_q;
    assign skip = skip_en_i ? SumW'($signed(skip_values[ActW*lane +: ActW])) : '0;

    always_ff @(posedge clk_i) begin
      if (align_ready) begin
        total_q       <= SumW'(total_i >> (SumW*row_lane));
        skip_q        <= skip;
        align_q       <= 5'(total_align_i >> (5*row_lane));
        align_shift_q <= raw_out_i ? {raw_byte, 3'd0} : 5'(total_shift_i >> (5*row_lane));
      end
      if (add_ready) begin
        sum_q       <= total_q + (skip_q << align_q);
        add_shift_q <= align_shift_q;
      end
      if (shift_ready) begin
        v_q     <= sum_q;
        shift_q <= add_shift_q;
      end
    end

    // The formula, of the row in the third stage; of a raw row its next byte.
    assign quotient = v_q >>> shift_q;
    assign rest     = v_q & ((SumW'(1) << shift_q) - SumW'(1));
    assign half     = (SumW'(1) << shift_q) >> 1;
    assign up       = shift_q != 5'd0 && (rest > half || (rest == half && (half_up_i || quotient[0])));
    assign rounded  = quotient + SumW'(up);
    assign low      = SumW'($signed(clamp_lo_i));
    assign high     = SumW'($signed(clamp_hi_i));
    always_ff @(posedge clk_i) begin
      if (code_ready) begin
        y_q    <= rounded > high ? high : rounded < low ? low : rounded;
        byte_q <= quotient[7:0];
      end
    end

    always @* begin
      if (rst_ni && raw_out_i && total_valid_i) assume (total_shift_i == '0);
      if (rst_ni && raw_out_i && align_valid_q) assert (align_shift_q[2:0] == 3'd0);
      if (rst_ni && raw_out_i && add_valid_q) assert (add_shift_q[2:0] == 3'd0);
      if (rst_ni && raw_out_i && shift_valid_q) assert (shift_q[2:0] == 3'd0);
      if (rst_ni && align_valid_q) begin
        assert (gen_lane[lane].total_q == total_q);
        assert (gen_lane[lane].aligned == SumW'(skip_q << align_q));
        assert (gen_lane[lane].align_shift_q == align_shift_q);
      end
      if (rst_ni && add_valid_q) begin
        assert (gen_lane[lane].sum_q == sum_q);
        assert (gen_lane[lane].add_shift_q == add_shift_q);
      end
      if (rst_ni && shift_valid_q) begin
        assert (gen_lane[lane].quotient_q == quotient[QuotW-1:0]);
        assert (gen_lane[lane].beyond_q == (quotient != SumW'($signed(quotient[QuotW-1:0]))));
        assert (gen_lane[lane].negative_q == (v_q < 0));
        if (!raw_out_i) assert (gen_lane[lane].up == up);
      end
      if (rst_ni && code_valid_q) begin
        if (raw_out_i) assert (gen_lane[lane].value_q[7:0] == byte_q);
        if (!raw_out_i) assert (gen_lane[lane].value_q == y_q[ValueW-1:0]);
      end
    end
  end
endmodule

module proof #(
  parameter int Cols       = 2,
  parameter int Rate       = 1,
  parameter int ActW       = 9,
  parameter int PackedMaps = 0,
  parameter int LogW       = 0,
  parameter int ActivationTables = 0
) (
  input wire                clk_i,
  input wire [48:0]         fields_i,
  input wire                total_valid_i,
  input wire                total_last_i,
  input wire [Cols*32-1:0]  total_i,
  input wire [Cols*5-1:0]   total_align_i,
  input wire [Cols*5-1:0]   total_shift_i,
  input wire                skip_valid_i,
  input wire [Cols*8-1:0]   skip_data_i,
  input wire                word_ready_i
);

  // Any fields, of any layer.
  logic        skip_en_q, skip_signed_q, skip_log_q, raw_out_q, out_log_q, half_up_q;
  logic [1:0]  skip_step_q, skip_lane_q, skip_part_q, out_step_q;
  logic [2:0]  out_bits_q;
  logic [15:0] lo_q, hi_q;
  logic        out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {skip_en_q, skip_signed_q, skip_log_q, raw_out_q, out_log_q, half_up_q, skip_step_q,
                          skip_lane_q, skip_part_q, out_step_q, out_bits_q, lo_q, hi_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  requantizer #(.Cols(Cols), .Rate(Rate), .ActW(ActW), .PackedMaps(PackedMaps), .LogW(LogW), .SumW(32), .AlignW(5),
                .ActivationTables(ActivationTables)) u_requantizer (
    .clk_i, .rst_ni(out_of_reset_q), .start_i(1'b0),
    .skip_en_i(skip_en_q), .skip_signed_i(skip_signed_q), .skip_log_i(skip_log_q), .skip_log_step_i(skip_step_q),
    .skip_lane_i(skip_lane_q), .skip_part_i(skip_part_q), .raw_out_i(raw_out_q), .out_log_i(out_log_q),
    .out_log_step_i(out_step_q), .out_log_bits_i(out_bits_q), .half_up_i(half_up_q), .clamp_lo_i(lo_q),
    .clamp_hi_i(hi_q), .total_valid_i, .total_ready_o(), .total_last_i, .total_i, .total_align_i, .total_shift_i,
    .skip_valid_i, .skip_ready_o(), .skip_data_i, .word_valid_o(), .word_ready_i, .word_o(), .word_last_o());

endmodule

`default_nettype wire
