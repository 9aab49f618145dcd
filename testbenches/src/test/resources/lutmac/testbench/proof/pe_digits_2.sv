// The processing element of two signed digits: its sum grows by x times the weight that its bits stand for.
`default_nettype none

module in_processing_element;
  logic [11:0]                 proof_digits;
  logic                       proof_legal, proof_sum_valid, proof_result_valid;
  logic signed [ActW+11:0]    proof_product, proof_product_q;
  logic [AccW-1:0]            proof_sum, proof_result;
  weight_meaning_2 u_proof_meaning (.weight_i(weight_i), .digits_o(proof_digits), .legal_o(proof_legal));
  product_reference #(.XW(ActW), .Digits(2), .ProductW(ActW + 12)) u_proof_product (
    .x_i(x_i), .digits_i(proof_digits), .product_o(proof_product));
  sum_reference #(.ProductW(ActW + 12), .AccW(AccW), .Bias(1 << (ActW + 6))) u_proof_sum (
    .clk_i, .product_i(proof_product_q), .clear_i, .load_i, .sum_o(proof_sum), .sum_valid_o(proof_sum_valid),
    .result_o(proof_result), .result_valid_o(proof_result_valid));

  logic proof_filled_q = 1'b0;
  always_ff @(posedge clk_i) begin
    proof_filled_q  <= 1'b1;
    proof_product_q <= proof_product;
  end
  always @* begin
    assume (proof_legal);
    assume (x_i != {1'b1, {(ActW-1){1'b0}}});
    assert (!proof_sum_valid || proof_filled_q);
    if (proof_filled_q) assert (products_o == proof_product_q);
    if (proof_sum_valid) assert (acc_q == proof_sum);
    if (proof_result_valid) assert (results_o == proof_result);
  end
endmodule

module proof #(
  parameter int ActW = 9,
  parameter int AccW = 24
) (
  input wire             clk_i,
  input wire [ActW-1:0]  x_i,
  input wire [11:0]       weight_i,
  input wire             clear_i,
  input wire             load_i
);

  logic [11:0] carried_q;
  always_ff @(posedge clk_i) begin
    carried_q <= weight_i;
  end

  processing_element #(.ActW(ActW), .AccW(AccW), .PeRows(1)) u_element (
    .clk_i, .x_i, .weight_i, .carried_i(carried_q), .clear_i, .load_i, .products_o(), .results_o());

endmodule

`default_nettype wire
