// The processing element with a multiplier: its sums grow by x times the weight, exactly, also where two rows share it.
`default_nettype none

module in_processing_element;
  // Two stages are filled.
  logic proof_filled_q = 1'b0, proof_filled_q2 = 1'b0;
  always_ff @(posedge clk_i) begin
    proof_filled_q  <= 1'b1;
    proof_filled_q2 <= proof_filled_q;
  end
  always @* begin
    assume (proof_filled_q || !clear_i);
    assert (!proof_filled_q2 || proof_filled_q);
  end

  for (genvar i = 0; i < PeRows; i++) begin : gen_proof
    logic signed [ActW+11:0] product, product_q, product_q2;
    logic signed [FactorW+7:0] multiple;
    logic [AccW-1:0]         sum, result;
    logic                    sum_valid, result_valid;
    logic [ActW-1:0]         x;
    assign x = x_i[ActW*i +: ActW];
    multiple_reference #(.XW(ActW), .ProductW(FactorW + 8)) u_product (
      .x_i(x), .weight_i(weight_i), .product_o(multiple));
    assign product = multiple;
    sum_reference #(.ProductW(ActW + 12), .AccW(AccW)) u_sum (
      .clk_i, .product_i(product_q2), .clear_i, .load_i, .sum_o(sum), .sum_valid_o(sum_valid),
      .result_o(result), .result_valid_o(result_valid));
    always_ff @(posedge clk_i) begin
      product_q  <= product;
      product_q2 <= product_q;
    end
    always @* begin
      assume (x != {1'b1, {(ActW-1){1'b0}}});
      assert (!sum_valid || proof_filled_q2);
      if (proof_filled_q2) assert (products_o[(ActW+12)*i +: ActW+12] == product_q2);
      if (result_valid) assert (results_o[AccW*i +: AccW] == result);
    end
    // The block's sum has this cycle's product already.
    if (PeRows == 1) begin : gen_in_block
      always @* if (sum_valid) assert (gen_sum[i].acc_q == AccW'(sum + AccW'(product_q2)));
    end else begin : gen_beside_block
      always @* if (sum_valid) assert (gen_sum[i].acc_q == sum);
    end
  end

  // The multiplier's register: x1 * w * 2^(ActW + 7) + x0 * w.
  logic signed [FactorW+7:0] proof_both;
  if (PeRows == 1) begin : gen_proof_one
    assign proof_both = gen_proof[0].product_q;
  end else begin : gen_proof_two
    assign proof_both = (gen_proof[1].product_q << ProductW) + gen_proof[0].product_q;
  end
  always @* if (proof_filled_q) assert (product_q == proof_both);
endmodule

module proof #(
  parameter int ActW   = 9,
  parameter int AccW   = 24,
  parameter int PeRows = 1
) (
  input wire                    clk_i,
  input wire [PeRows*ActW-1:0]  x_i,
  input wire [7:0]              weight_i,
  input wire                    clear_i,
  input wire                    load_i
);

  logic [15:0] carried_q;
  always_ff @(posedge clk_i) begin
    carried_q <= {carried_q[7:0], weight_i};
  end

  processing_element #(.ActW(ActW), .AccW(AccW), .PeRows(PeRows)) u_element (
    .clk_i, .x_i, .weight_i, .carried_i(carried_q), .clear_i, .load_i, .products_o(), .results_o());

endmodule

`default_nettype wire
