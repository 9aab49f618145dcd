// A product in plain arithmetic: x_i times a sum of signed powers of two, {negative, not zero, shift} each. Solvers find
// products of two unknowns hard, sums of shifts easy if they are added in
// the same order: one by one, or pair by pair.
`default_nettype none

module product_reference #(
  parameter int XW       = 9,
  parameter int Digits   = 1,
  parameter int ProductW = 21,
  parameter int Pairs    = 1
) (
  input  wire  signed [XW-1:0]       x_i,
  input  wire  [6*Digits-1:0]        digits_i,
  output logic signed [ProductW-1:0] product_o
);

  logic signed [ProductW-1:0] x, pair, term;
  assign x = x_i;
  always_comb begin
    product_o = '0;
    pair      = '0;
    term      = '0;
    for (int i = 0; i < Digits; i++) begin
      term = digits_i[6*i + 4] ? x << digits_i[6*i +: 4] : '0;
      pair = digits_i[6*i + 5] ? pair - term : pair + term;
      if (Pairs == 0 || i % 2 == 1 || i == Digits - 1) begin
        product_o = product_o + pair;
        pair      = '0;
      end
    end
  end

endmodule

// What is summed up since clear_i, which comes in the cycle before the first product_i; load_i takes the sum with its
// product_i. Every cycle adds Bias, too. Valid counts from the first of each.
module sum_reference #(
  parameter int ProductW = 21,
  parameter int AccW     = 24,
  parameter int Bias     = 0
) (
  input  wire                        clk_i,
  input  wire  signed [ProductW-1:0] product_i,
  input  wire                        clear_i,
  input  wire                        load_i,
  output logic [AccW-1:0]            sum_o,  // of the products before
  output logic                       sum_valid_o,
  output logic [AccW-1:0]            result_o,
  output logic                       result_valid_o
);

  logic [AccW-1:0] sum_q, result_q, sum;
  logic            cleared_q = 1'b0, loaded_q = 1'b0;
  assign sum            = sum_q + AccW'(product_i) + AccW'(Bias);
  assign sum_o          = sum_q;
  assign sum_valid_o    = cleared_q;
  assign result_o       = result_q;
  assign result_valid_o = loaded_q;

  always_ff @(posedge clk_i) begin
    sum_q <= clear_i ? '0 : sum;
    if (load_i) result_q <= sum;
    if (clear_i) cleared_q <= 1'b1;
    if (load_i && cleared_q) loaded_q <= 1'b1;
  end

  always @* assert (!loaded_q || cleared_q);

endmodule

`default_nettype wire
