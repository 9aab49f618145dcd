// Behavioural array of docs/hardware.md §5 with the csd table, for the core's test: products instead of shifts, and
// random stalls on both streams. +array_stall=N stalls N cycles of 16, and if not 0 the rows now and then for longer.
`default_nettype none

module mac_array #(
  parameter int Rows = 2,
  parameter int Cols = 2,
  parameter int AccW = 24,
  parameter int ActW = 9,
  parameter int Planes = 1,
  parameter int Depthwise = 0
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   table_we_i,
  input  wire                   table_bank_i,
  input  wire  [5:0]            table_addr_i,
  input  wire  [31:0]           table_data_i,
  input  wire                   layer_bank_i,
  input  wire                   act_signed_i,
  input  wire                   depthwise_i,
  input  wire                   step_valid_i,
  output logic                  step_ready_o,
  input  wire                   step_first_i,
  input  wire                   step_last_i,
  input  wire  [1:0]            step_plane_i,
  input  wire  [7:0]            x_rows_i,
  input  wire  [Rows*ActW-1:0]  x_i,
  input  wire  [Rows*Cols*8-1:0] xw_i,
  input  wire  [Cols*4-1:0]     code_i,
  output logic                  row_valid_o,
  input  wire                   row_ready_i,
  output logic [Cols*AccW-1:0]  row_acc_o
);

  int unsigned stall;
  initial if (!$value$plusargs("array_stall=%d", stall)) stall = 0;

  function automatic int digit(input logic [4:0] d);
    digit = d[4] ? (d[3] ? -(1 << d[2:0]) : (1 << d[2:0])) : 0;
  endfunction

  int weight_q [0:127];
  int row_q;                  // its next row
  logic rows_q;               // it still has rows
  logic open_q;               // it is in a segment
  logic step_open_q, row_open_q, row_offered_q;
  int pause_q;                // cycles until the next row, as a drain unit may need

  assign row_valid_o  = rows_q && (row_open_q || row_offered_q);
  assign step_ready_o = step_open_q && !(step_last_i && rows_q);

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    int sum_q [0:Rows-1];  // of the finished segment
    assign row_acc_o[AccW*c +: AccW] = AccW'(sum_q[row_q]);

    for (genvar r = 0; r < Rows; r++) begin : gen_row
      int x, xw, acc, acc_q;
      assign x   = 32'(signed'(x_i[ActW*r +: ActW]));
      assign xw  = act_signed_i ? 32'(signed'(xw_i[8*(Cols*r + c) +: 8])) : 32'(xw_i[8*(Cols*r + c) +: 8]);
      assign acc = (step_first_i ? 0 : acc_q)
          + (depthwise_i ? xw : x) * weight_q[{layer_bank_i, step_plane_i, code_i[4*c +: 4]}];
      always_ff @(posedge clk_i) begin
        if (step_valid_i && step_ready_o) begin
          acc_q <= acc;
          if (step_last_i) sum_q[r] <= acc;
          if (!depthwise_i && !act_signed_i && x < 0) $fatal(1, "activation out of range");
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_q         <= 0;
      rows_q        <= 1'b0;
      open_q        <= 1'b0;
      step_open_q   <= 1'b0;
      row_open_q    <= 1'b0;
      row_offered_q <= 1'b0;
      pause_q       <= 0;
    end else begin
      step_open_q   <= $urandom_range(15) >= stall;
      row_open_q    <= $urandom_range(15) >= stall && pause_q == 0;
      if (pause_q != 0) pause_q <= pause_q - 1;
      else if (stall != 0 && $urandom_range(127) == 0) pause_q <= $urandom_range(127);
      row_offered_q <= row_valid_o && !row_ready_i;
      if (table_we_i) begin
        weight_q[{table_bank_i, table_addr_i}] <= digit(table_data_i[4:0]) + digit(table_data_i[9:5]);
        if (table_bank_i == layer_bank_i && (step_valid_i || rows_q)) $fatal(1, "table written while its layer runs");
      end
      if (row_valid_o && row_ready_i) begin
        row_q <= row_q + 1;
        if (row_q == Rows - 1) begin
          row_q  <= 0;
          rows_q <= 1'b0;
        end
      end
      if (step_valid_i && step_ready_o) begin
        open_q <= !step_last_i;
        if (step_first_i == open_q) $fatal(1, "segments nest, or a step lies outside one");
        if (32'(step_plane_i) >= Planes) $fatal(1, "a plane that the array has not");
        if (step_last_i) rows_q <= 1'b1;
      end
    end
  end

endmodule

`default_nettype wire
