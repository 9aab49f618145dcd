// A product of a sum is the sum of the products: (x1 * 2^16 + x0) * w, of which a dsp element of two rows takes the two products, for
// every x0, x1 of 9 bits and w of 8. And x0 * w leaves bit 15 for its sign. A product is here what it means, a sum of shifts; it takes in
// a bit of w a cycle, so that the induction goes over the bits.
`default_nettype none

module proof (
  input wire        clk_i,
  input wire [17:0] x_i,
  input wire [7:0]  weight_i
);

  logic signed [8:0]  x0_q, x1_q;
  logic        [7:0]  w_q;
  logic        [3:0]  bit_q;
  logic signed [32:0] product_q, p0_q, p1_q;  // of the bits of w below bit_q
  logic signed [32:0] factor, x0, x1, most;
  assign x0     = 33'(x0_q) <<< bit_q;
  assign x1     = 33'(x1_q) <<< bit_q;
  assign factor = ((33'(x1_q) <<< 16) + 33'(x0_q)) <<< bit_q;
  assign most   = x0 - 33'(x0_q);             // of bits that are all ones

  initial bit_q = 4'd15;
  always_ff @(posedge clk_i) begin
    if (bit_q == 4'd15) begin
      {x1_q, x0_q} <= x_i;
      w_q          <= weight_i;
      bit_q        <= 4'd0;
      {product_q, p0_q, p1_q} <= '0;
    end else if (bit_q != 4'd8) begin
      bit_q <= bit_q + 4'd1;
      if (w_q[bit_q[2:0]]) begin
        // Bit 7 is the sign.
        product_q <= bit_q == 4'd7 ? product_q - factor : product_q + factor;
        p0_q      <= bit_q == 4'd7 ? p0_q - x0 : p0_q + x0;
        p1_q      <= bit_q == 4'd7 ? p1_q - x1 : p1_q + x1;
      end
    end
  end

  always @* begin
    assume (x_i[8:0] != 9'h100 && x_i[17:9] != 9'h100);
    if (bit_q != 4'd15) begin
      assert (bit_q <= 4'd8);
      assert (x0_q != -9'sd256);
      assert (product_q == (p1_q <<< 16) + p0_q);
      if (bit_q <= 4'd7) assert (x0_q < 0 ? p0_q <= 0 && p0_q >= most : p0_q >= 0 && p0_q <= most);
      else assert (p0_q >= -33'sd32640 && p0_q <= 33'sd32640);
    end
  end

endmodule

`default_nettype wire
