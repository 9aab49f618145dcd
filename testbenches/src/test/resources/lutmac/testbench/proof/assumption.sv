// What the environment of a proven module keeps, in place of the assertions contract and stream_contract.
`default_nettype none

module assumption #(
  parameter Text = ""
) (
  input wire clk_i,
  input wire rst_ni,
  input wire holds_i
);

  always @* begin
    if (rst_ni) assume (holds_i);
  end

endmodule

module stream_assumption #(
  parameter     Name  = "",
  parameter int Width = 1
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             valid_i,
  input wire             ready_i,
  input wire [Width-1:0] payload_i,
  input wire [Width-1:0] defined_i
);

  logic             waiting_q;
  logic [Width-1:0] payload_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waiting_q <= 1'b0;
    else waiting_q <= valid_i && !ready_i;
  end
  always_ff @(posedge clk_i) begin
    payload_q <= payload_i;
  end

  always @* begin
    if (rst_ni && waiting_q) assume (valid_i && payload_i == payload_q);
  end

endmodule

`default_nettype wire
