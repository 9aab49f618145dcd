// Logarithmic codes there and back: the encoder's code stands for the nearest value, of two equally near ones the
// larger; for every value up to that of the largest code.
`default_nettype none

module proof #(
  parameter int LogW   = 6,
  parameter int ValueW = 13
) (
  input wire              clk_i,
  input wire [1:0]        step_i,
  input wire              value_valid_i,
  input wire [ValueW-1:0] value_i,
  input wire              code_ready_i
);

  logic [1:0]        step_q;
  logic              out_of_reset_q = 1'b0;
  logic              ready, valid, last;
  logic [2*LogW-1:0] code;
  log_encoder #(.Cols(2), .LogW(LogW), .ValueW(ValueW)) u_encoder (
    .clk_i, .rst_ni(out_of_reset_q), .step_i(step_q), .bits_i(3'(LogW)), .value_valid_i, .value_ready_o(ready),
    .value_last_i(value_i[0]), .value_i({value_i, value_i}), .code_valid_o(valid), .code_ready_i, .code_last_o(last),
    .code_o(code));

  // The two rows inside, as they came in.
  logic              first_valid_q, second_valid_q;
  logic [ValueW-1:0] first_q, second_q;
  logic              move;
  assign move = !second_valid_q || code_ready_i;
  always_ff @(posedge clk_i) begin
    out_of_reset_q <= 1'b1;
    if (!out_of_reset_q) step_q <= step_i;
    if (!out_of_reset_q) {first_valid_q, second_valid_q} <= '0;
    else begin
      if (ready) {first_valid_q, first_q} <= {value_valid_i, value_i};
      if (move) {second_valid_q, second_q} <= {first_valid_q, first_q};
    end
  end

  logic [12:0] below, here, above, most;
  log_decoder #(.LogW(LogW)) u_below (.code_i(code[LogW-1:0] - LogW'(1)), .step_i(step_q), .value_o(below));
  log_decoder #(.LogW(LogW)) u_here (.code_i(code[LogW-1:0]), .step_i(step_q), .value_o(here));
  log_decoder #(.LogW(LogW)) u_above (.code_i(code[LogW-1:0] + LogW'(1)), .step_i(step_q), .value_o(above));
  log_decoder #(.LogW(LogW)) u_most (.code_i({LogW{1'b1}}), .step_i(step_q), .value_o(most));

  logic [14:0] twice;
  assign twice = {second_q, 1'b0};
  always @* begin
    // A code that stands for 2^13 or more is none.
    if (out_of_reset_q) assume (step_q == 2'd3 || (step_q == 2'd2 && LogW <= 5) || (step_q == 2'd1 && LogW <= 4) || LogW <= 3);
    assume (value_i <= most);
    if (out_of_reset_q) begin
      assert (ready == (!first_valid_q || move));
      assert (valid == second_valid_q);
      if (valid) begin
        assert (code[2*LogW-1:LogW] == code[LogW-1:0]);
        assert (last == second_q[0]);
        if (code[LogW-1:0] != '0) assert (twice >= 15'(below) + 15'(here));
        if (code[LogW-1:0] != '1) assert (twice < 15'(here) + 15'(above));
      end
    end
  end

endmodule

`default_nettype wire
