// Self-checking testbench of the logarithmic encoder: every value of every format, under random stalls, against the
// number of thresholds (D(c-1) + D(c) + 1) / 2 that do not exceed it. Prints PASS, or FAIL and why.
`default_nettype none

module log_encoder_tb;
  localparam int Cols   = 4;
  localparam int LogW   = 6;
  localparam int ValueW = 13;

  logic                   clk = 1'b0, rst_n = 1'b0;
  logic [1:0]             step = '0;
  logic [2:0]             bits = 3'd3;
  logic                   value_valid = 1'b0, value_ready, value_last = 1'b0;
  logic [Cols*ValueW-1:0] value = '0;
  logic                   code_valid, code_ready = 1'b0, code_last;
  logic [Cols*LogW-1:0]   code;

  log_encoder #(
    .Cols   (Cols),
    .LogW   (LogW),
    .ValueW (ValueW)
  ) u_log_encoder (
    .clk_i         (clk),
    .rst_ni        (rst_n),
    .step_i        (step),
    .bits_i        (bits),
    .value_valid_i (value_valid),
    .value_ready_o (value_ready),
    .value_last_i  (value_last),
    .value_i       (value),
    .code_valid_o  (code_valid),
    .code_ready_i  (code_ready),
    .code_last_o   (code_last),
    .code_o        (code)
  );

  integer seed = 20, sent, taken, rows, last_code;
  integer octave [0:31];  // values of the lowest octave of step k from 8 * k on
  integer threshold [0:63];

  function automatic integer any(input integer lo, input integer hi);
    any = lo + $unsigned($random(seed)) % (hi - lo + 1);
  endfunction

  function automatic integer decoded(input integer c);
    decoded = c == 0 ? 0 : octave[8 * step + (c - 1) % (1 << step)] << ((c - 1) >> step);
  endfunction

  // Row n holds values Cols * n and following, none beyond the largest code's.
  function automatic integer valued(input integer at);
    valued = at < decoded(last_code) ? at : decoded(last_code);
  endfunction

  task automatic fail(input [511:0] why);
    begin
      $display("FAIL: %0s: %0d bits, step %0d, row %0d", why, bits, step, taken);
      $finish;
    end
  endtask

  task automatic check_row;
    integer expected;
    begin
      for (integer lane = 0; lane < Cols; lane++) begin
        expected = 0;
        for (integer c = 1; c <= last_code; c++) begin
          if (threshold[c] <= valued(Cols * taken + lane)) expected = c;
        end
        if (code[LogW*lane +: LogW] !== expected[LogW-1:0]) fail("a wrong code");
      end
      if (code_last !== taken[0]) fail("a wrong end");
      taken = taken + 1;
    end
  endtask

  task automatic run_format;
    begin
      last_code = (1 << bits) - 1;
      for (integer c = 1; c <= last_code; c++) threshold[c] = (decoded(c - 1) + decoded(c) + 1) / 2;
      rows  = decoded(last_code) / Cols + 2;
      sent  = 0;
      taken = 0;
      while (taken < rows) begin
        @(negedge clk);
        if (!value_valid && sent < rows && any(0, 3) != 0) begin
          value_valid = 1'b1;
          value_last  = sent[0];
          for (integer lane = 0; lane < Cols; lane++) value[ValueW*lane +: ValueW] = valued(Cols * sent + lane);
        end
        code_ready = any(0, 3) != 0;
        #1;
        if (code_valid && code_ready) check_row;
        if (value_valid && value_ready) sent = sent + 1;
        @(posedge clk);
        #1 if (value_taken) value_valid = 1'b0;
      end
    end
  endtask

  logic value_taken = 1'b0;
  always @(posedge clk) value_taken <= value_valid && value_ready;

  always #5 clk = !clk;

  initial begin
    octave[0]  = 1;
    octave[8]  = 5;  octave[9]  = 7;
    octave[16] = 16; octave[17] = 19; octave[18] = 23; octave[19] = 27;
    octave[24] = 32; octave[25] = 35; octave[26] = 38; octave[27] = 41;
    octave[28] = 45; octave[29] = 49; octave[30] = 54; octave[31] = 59;
    repeat (3) @(posedge clk);
    rst_n = 1'b1;
    for (integer k = 0; k < 4; k++) begin
      for (integer b = 3; b <= 6; b++) begin
        // No code is beyond the eighth octave.
        if (((1 << b) - 2) >> k <= 7) begin
          step = k[1:0];
          bits = b[2:0];
          run_format;
        end
      end
    end
    $display("PASS");
    $finish;
  end
endmodule

`default_nettype wire
