// What the bits of a weight that an element of "csd" or "serial" gets stand for: its digits, {neg, nz, shift} each, and whether they are
// legal bits. By the contracts of the elements.
`default_nettype none

module weight_meaning_1 (
  input  wire  [4:0]  weight_i,
  output logic [5:0] digits_o,
  output logic        legal_o
);
  // {high, neg, sel}: (-1)^neg * 2^(3*high + sel - 1).
  assign digits_o = {weight_i[2], |weight_i[1:0], 4'(3 * weight_i[4:3] + weight_i[1:0] - 1)};
  assign legal_o  = weight_i[4:3] != 2'd3 && (weight_i[1:0] == 2'd0 ? !weight_i[2] : digits_o[3:0] <= 4'd7);
endmodule

module weight_meaning_2 (
  input  wire  [11:0]  weight_i,
  output logic [11:0] digits_o,
  output logic        legal_o
);
  // {b, k, v_neg, v_nz, v_two, v_one, u_neg, u_nz, u_two, u_one}: 4^b * (v + u * 4^k).
  logic signed [13:0] u, v, weight;
  logic               u_ok, v_ok;
  assign digits_o = {weight_i[3], weight_i[2], 4'(2 * weight_i[11:10] + 2 * weight_i[9:8] + weight_i[1]),
                     weight_i[7], weight_i[6], 4'(2 * weight_i[11:10] + weight_i[5])};
  assign u        = weight_i[3] ? -(2 * weight_i[1] + weight_i[0]) : 2 * weight_i[1] + weight_i[0];
  assign v        = weight_i[7] ? -(2 * weight_i[5] + weight_i[4]) : 2 * weight_i[5] + weight_i[4];
  assign u_ok     = weight_i[1:0] != 2'd3 && weight_i[2] == |weight_i[1:0] && (!weight_i[3] || weight_i[2]);
  assign v_ok     = weight_i[5:4] != 2'd3 && weight_i[6] == |weight_i[5:4] && (!weight_i[7] || weight_i[6]);
  assign weight   = (v + (u << 2 * weight_i[9:8])) << 2 * weight_i[11:10];
  assign legal_o  = u_ok && v_ok && weight_i[11:10] != 2'd3 && (weight_i[9:8] != 2'd0 || u == 0) &&
                    weight >= -128 && weight <= 128;
endmodule

module weight_meaning_4 (
  input  wire  [15:0]  weight_i,
  output logic [23:0] digits_o,
  output logic        legal_o
);
  // {neg, nz, two, one} of four digits, the n-th 4^n times what it says.
  logic signed [10:0] digit [4];
  logic [3:0]         digit_ok;
  logic signed [10:0] weight;
  for (genvar n = 0; n < 4; n++) begin : gen_digit
    logic signed [10:0] size;
    assign size        = 2 * weight_i[4*n + 1] + weight_i[4*n];
    assign digit[n]    = weight_i[4*n + 3] ? -size : size;
    assign digit_ok[n] = weight_i[4*n +: 2] != 2'd3 && weight_i[4*n + 2] == |weight_i[4*n +: 2] &&
                         (!weight_i[4*n + 3] || weight_i[4*n + 2]);
    assign digits_o[6*n +: 6] = {weight_i[4*n + 3], weight_i[4*n + 2], 4'(2 * n + weight_i[4*n + 1])};
  end
  assign weight   = digit[0] + (digit[1] << 2) + (digit[2] << 4) + (digit[3] << 6);
  assign legal_o  = &digit_ok && weight >= -128 && weight <= 128;
endmodule

`default_nettype wire
