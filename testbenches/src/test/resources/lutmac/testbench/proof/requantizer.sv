// The output unit's formula: the word of every row is that of its total and its skip word, in order, under any stalls.
// One row, any, is followed: n-th total and n-th skip word to n-th word (raw: words 4n to 4n + 3).
`default_nettype none

module proof #(
  parameter int Cols = 2
) (
  input wire                clk_i,
  input wire [38:0]         fields_i,
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
  logic        skip_en_q, skip_signed_q, raw_out_q, half_up_q;
  logic [15:0] lo_q, hi_q;
  logic [2:0]  row_q;
  logic        out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {skip_en_q, skip_signed_q, raw_out_q, half_up_q, lo_q, hi_q, row_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic              total_ready, skip_ready, word_valid, word_last;
  logic [Cols*8-1:0] word;

  requantizer #(.Cols(Cols), .ActW(9), .PackedMaps(0), .LogW(0)) u_requantizer (
    .clk_i, .rst_ni(out_of_reset_q), .start_i(1'b0),
    .skip_en_i(skip_en_q), .skip_signed_i(skip_signed_q), .skip_log_i(1'b0), .skip_log_step_i(2'd0),
    .skip_lane_i(2'd0), .skip_part_i(2'd0), .raw_out_i(raw_out_q), .out_log_i(1'b0), .out_log_step_i(2'd0),
    .out_log_bits_i(3'd0), .half_up_i(half_up_q), .clamp_lo_i(lo_q), .clamp_hi_i(hi_q),
    .total_valid_i, .total_ready_o(total_ready), .total_last_i, .total_i, .total_align_i, .total_shift_i,
    .skip_valid_i, .skip_ready_o(skip_ready), .skip_data_i,
    .word_valid_o(word_valid), .word_ready_i, .word_o(word), .word_last_o(word_last));

  logic [5:0]         totals_q, skips_q, words_q;
  logic               total_fire, skip_fire, word_fire, here;
  logic               last_q;
  logic [Cols*32-1:0] total_q;
  logic [Cols*5-1:0]  align_q, shift_q;
  logic [Cols*8-1:0]  skip_q;
  assign total_fire = out_of_reset_q && total_valid_i && total_ready;
  assign skip_fire  = out_of_reset_q && skip_valid_i && skip_ready;
  assign word_fire  = out_of_reset_q && word_valid && word_ready_i;
  assign here       = word_fire && (raw_out_q ? words_q[5:2] == 4'(row_q) : words_q == 6'(row_q));
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {totals_q, skips_q, words_q} <= '0;
    else begin
      totals_q <= totals_q + 6'(total_fire);
      skips_q  <= skips_q + 6'(skip_fire);
      words_q  <= words_q + 6'(word_fire);
      if (total_fire && totals_q == 6'(row_q)) {last_q, total_q, align_q, shift_q} <= {total_last_i, total_i, total_align_i, total_shift_i};
      if (skip_fire && skips_q == 6'(row_q)) skip_q <= skip_data_i;
    end
  end

  always @* begin
    assume (skip_en_q || !skip_valid_i);
    if (word_fire) assert (totals_q > (raw_out_q ? 6'(words_q[5:2]) : words_q));
    if (word_fire && skip_en_q) assert (skips_q > (raw_out_q ? 6'(words_q[5:2]) : words_q));
    if (here) assert (word_last == (last_q && (!raw_out_q || words_q[1:0] == 2'd3)));
  end

  for (genvar lane = 0; lane < Cols; lane++) begin : gen_lane
    logic signed [31:0] skip, v, quotient, rounded, lo, hi, y;
    logic [31:0]        rest, half;
    logic [4:0]         shift;
    logic               up;
    assign shift    = shift_q[5*lane +: 5];
    assign skip     = skip_en_q ? {{24{skip_signed_q && skip_q[8*lane + 7]}}, skip_q[8*lane +: 8]} : 32'd0;
    assign v        = total_q[32*lane +: 32] + (skip << align_q[5*lane +: 5]);
    assign quotient = v >>> shift;
    assign rest     = v & ((32'd1 << shift) - 32'd1);
    assign half     = (32'd1 << shift) >> 1;
    assign up       = shift != 5'd0 && (rest > half || (rest == half && (half_up_q || quotient[0])));
    assign rounded  = quotient + 32'(up);
    assign lo       = {{16{lo_q[15]}}, lo_q};
    assign hi       = {{16{hi_q[15]}}, hi_q};
    // Rounding up does not wrap: with a shift the quotient has fewer bits.
    assign y        = rounded > hi ? hi : rounded < lo ? lo : rounded;
    always @* begin
      if (here) assert (word[8*lane +: 8] == (raw_out_q ? v[8*words_q[1:0] +: 8] : y[7:0]));
    end
  end

endmodule

`default_nettype wire
