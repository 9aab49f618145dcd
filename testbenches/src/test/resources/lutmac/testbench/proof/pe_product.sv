// The sums of a dsp element grow by x * W, for every x and W: what goes round the multiplier, two products in one included. The
// multiplier itself is the tool's: a product here and one in the element are the same cell. That a product of a sum is the sum
// of the products, which makes two of one, is assumed here and proven in pe_pair.
`default_nettype none

module in_processing_element;
  // The weight of this cycle and the one before.
  logic signed [7:0] proof_w;
  logic              proof_started_q;  // a sum has begun with a product that is known
  logic              proof_filled_q;
  assign proof_w = weight_i;
  for (genvar i = 0; i < PeRows; i++) begin : gen_proof
    logic signed [ActW-1:0] x;
    logic signed [ActW+7:0] p, p_q;
    logic [AccW-1:0]        sum_q, result_q, held;
    logic                   loaded_q;
    assign x = x_i[ActW*i +: ActW];
    assign p = x * proof_w;
    always_ff @(posedge clk_i) begin
      p_q   <= p;
      sum_q <= (clear_i ? '0 : sum_q) + {{(AccW-ActW-8){p_q[ActW+7]}}, p_q};
      if (load_i) result_q <= sum_q;
      if (load_i && proof_started_q) loaded_q <= 1'b1;
    end
    initial loaded_q = 1'b0;
    // What the element's sum holds in the cycle of load_i.
    if (PeRows == 1) begin : gen_one
      assign held = gen_sum[i].acc_q;
    end else begin : gen_two
      assign held = gen_sum[i].gen_beside_block.acc_d;
    end
    always @* begin
      assume (x != {1'b1, {(ActW-1){1'b0}}});
      if (proof_started_q) assert (held == sum_q);
      assert ((!proof_started_q || proof_filled_q) && (!loaded_q || proof_started_q));
      // How the element's registers go with these.
      if (PeRows == 1 && proof_filled_q) assert (product_q == p_q);
      if (loaded_q) assert (results_o[AccW*i +: AccW] == result_q);
    end
  end
  if (PeRows == 2) begin : gen_proof_pair
    // The product of the sum, which is the element's own cell.
    logic signed [FactorW+7:0] sum_of_products, product;
    assign sum_of_products = {{(FactorW+8-ProductW-ActW-8){gen_proof[PeRows-1].p[ActW+7]}}, gen_proof[PeRows-1].p, {ProductW{1'b0}}}
                             + {{(FactorW-ActW){gen_proof[0].p[ActW+7]}}, gen_proof[0].p};
    assign product         = factor * $signed(weight_i);
    logic signed [FactorW+7:0] sum_of_products_q, sum_of_registers;
    assign sum_of_registers = {{(FactorW+8-ProductW-ActW-8){gen_proof[PeRows-1].p_q[ActW+7]}}, gen_proof[PeRows-1].p_q, {ProductW{1'b0}}}
                              + {{(FactorW-ActW){gen_proof[0].p_q[ActW+7]}}, gen_proof[0].p_q};
    always_ff @(posedge clk_i) begin
      sum_of_products_q <= sum_of_products;
    end
    always @* begin
      assume (product == sum_of_products);
      assume (gen_proof[0].p >= -(255 * 128) && gen_proof[0].p <= 255 * 128);
      if (proof_filled_q) assert (product_q == sum_of_products_q && sum_of_products_q == sum_of_registers);
      if (proof_filled_q) assert (gen_proof[0].p_q >= -(255 * 128) && gen_proof[0].p_q <= 255 * 128);
    end
  end
  initial {proof_started_q, proof_filled_q} = 2'd0;
  always_ff @(posedge clk_i) begin
    proof_filled_q <= 1'b1;
    if (clear_i && proof_filled_q) proof_started_q <= 1'b1;
  end
endmodule

module proof #(
  parameter int ActW   = 9,
  parameter int AccW   = 24,
  parameter int PeRows = 2
) (
  input wire                     clk_i,
  input wire [PeRows*ActW-1:0]   x_i,
  input wire [7:0]               weight_i,
  input wire                     clear_i,
  input wire                     load_i
);

  logic [PeRows*(ActW+12)-1:0] products;
  logic [PeRows*AccW-1:0]      results;
  processing_element #(.ActW(ActW), .AccW(AccW), .PeRows(PeRows)) u_element (
    .clk_i, .x_i, .weight_i, .carried_i('0), .clear_i, .load_i, .products_o(products), .results_o(results));

endmodule

`default_nettype wire
