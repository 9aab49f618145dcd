// Skip words to values: every word is decoded once, in order, as the part of its block, under any stalls.
`default_nettype none

module in_skip_decoder;
  skip_decoder_check #(.Cols(Cols), .ValueW(ValueW)) u_check (
    .clk_i, .rst_ni, .start_i, .signed_i(skip_signed_i), .lane_i(skip_lane_i), .first_part_i(skip_part_i), .word_valid_i,
    .word_ready_i(word_ready_o), .word_i, .value_valid_i(value_valid_o), .value_ready_i, .last_i, .value_i(value_o),
    .part_i(gen_parts.part_q));
endmodule

module skip_decoder_check #(
  parameter int Cols   = 2,
  parameter int ValueW = 9
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    start_i,
  input wire                    signed_i,
  input wire [1:0]              lane_i,
  input wire [1:0]              first_part_i,
  input wire                    word_valid_i,
  input wire                    word_ready_i,
  input wire [Cols*8-1:0]       word_i,
  input wire                    value_valid_i,
  input wire                    value_ready_i,
  input wire                    last_i,
  input wire [Cols*ValueW-1:0]  value_i,
  input wire [1:0]              part_i
);
  logic take, give;
  assign take = word_valid_i && word_ready_i;
  assign give = value_valid_i && value_ready_i;

  // The word inside, and its part: that of the layer's block, counted here.
  logic              inside_q;
  logic [Cols*8-1:0] word_q;
  logic [1:0]        block_part_q, own_part_q, next_part;
  assign next_part = !(give && last_i) ? block_part_q :
                     3'(block_part_q) + 3'd1 == (3'd1 << lane_i) ? 2'd0 : block_part_q + 2'd1;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) {inside_q, block_part_q} <= 3'd0;
    else begin
      inside_q     <= take || (inside_q && !give);
      block_part_q <= start_i ? first_part_i : next_part;
      if (take) {word_q, own_part_q} <= {word_i, next_part};
    end
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_lane
    logic [Cols*8-1:0] rest;
    logic [7:0]        code;
    assign rest = word_q >> ((8 >> lane_i) * (own_part_q * Cols + c));
    assign code = lane_i == 2'd0 ? rest[7:0] : lane_i == 2'd1 ? {{4{signed_i && rest[3]}}, rest[3:0]}
                                             : {{6{signed_i && rest[1]}}, rest[1:0]};
    always @* begin
      if (rst_ni && value_valid_i) assert (value_i[ValueW*c +: ValueW] == {{(ValueW-8){signed_i && code[7]}}, code});
    end
  end
  always @* begin
    if (rst_ni) begin
      assume (lane_i != 2'd3 && (first_part_i >> lane_i) == 2'd0);
      assume (!(start_i && (take || inside_q)));
      assert (block_part_q >> lane_i == 2'd0);
      assert (part_i == block_part_q);
      assert (value_valid_i == inside_q);
      assert (!(take && inside_q) || give);
    end
  end

endmodule

module proof #(
  parameter int Cols   = 2,
  parameter int ValueW = 9
) (
  input wire               clk_i,
  input wire [4:0]         fields_i,
  input wire               start_i,
  input wire               word_valid_i,
  input wire [Cols*8-1:0]  word_i,
  input wire               value_ready_i,
  input wire               last_i
);

  logic       signed_q;
  logic [1:0] lane_q, part_q;
  logic       out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {signed_q, lane_q, part_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  logic                   valid;
  logic [Cols*ValueW-1:0] value;
  skip_decoder #(.Cols(Cols), .ValueW(ValueW), .PackedMaps(1), .LogW(0)) u_decoder (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .skip_signed_i(signed_q), .skip_log_i(1'b0), .skip_log_step_i(2'd0),
    .skip_lane_i(lane_q), .skip_part_i(part_q), .raw_out_i(1'b0), .word_valid_i, .word_ready_o(), .word_i, .value_valid_o(valid),
    .value_ready_i, .last_i, .value_o(value));
  stream_contract #(.Name("proof.value"), .Width(Cols*ValueW)) u_value (
    .clk_i, .rst_ni(out_of_reset_q), .valid_i(valid), .ready_i(value_ready_i), .payload_i(value), .defined_i('0));

endmodule

`default_nettype wire
