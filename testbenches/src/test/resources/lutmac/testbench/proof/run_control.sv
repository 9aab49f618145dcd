// Control of runs: one starts when it is asked for and nothing runs, and ends with the core's done or error, an abort or its limit of
// cycles, whichever is first; the core is reset in the next cycle. What the outcome says of a run is what happened in it.
`default_nettype none

module in_lutmac_run_control;
  localparam logic [3:0] ProofLimit = 4'd6, ProofAborted = 4'd7;

  logic        proof_awake_q, proof_runs_q, proof_flushes_q, proof_waits_q;
  logic [31:0] proof_left_q;                                       // cycles that the run may still take, 0 for 2^32
  logic [31:0] proof_cycles_q, proof_steps_q, proof_stalls_q;
  logic [3:0]  proof_cause_q;
  logic [$bits(layer)-1:0]          proof_layer_q;
  logic [$bits(run_bits_start)-1:0] proof_start_q;
  logic [31:0] proof_limit_q;
  logic        proof_starts, proof_ends;
  assign proof_starts = start_valid && start_ready;
  assign proof_ends   = proof_runs_q && (core_done || core_error != 4'd0 || abort || proof_left_q == 32'd1);
  always_ff @(posedge clk_i) begin
    proof_awake_q   <= rst_ni;
    proof_waits_q   <= rst_ni && run_valid && !run_ready;
    proof_start_q   <= run_bits_start;
    proof_limit_q   <= run_bits_limit;
    proof_flushes_q <= rst_ni && proof_ends;
    if (!rst_ni || proof_ends) proof_runs_q <= 1'b0;
    else if (proof_starts) proof_runs_q <= 1'b1;

    if (proof_starts) proof_left_q <= run_bits_limit;
    else if (proof_runs_q) proof_left_q <= proof_left_q - 32'd1;
    if (proof_starts || !proof_awake_q) {proof_cycles_q, proof_steps_q, proof_stalls_q} <= '0;
    else if (proof_runs_q) begin
      proof_cycles_q <= proof_cycles_q + 32'd1;
      proof_steps_q  <= proof_steps_q + 32'(core_step);
      proof_stalls_q <= proof_stalls_q + 32'(core_stall);
    end

    if (!rst_ni) {proof_cause_q, proof_layer_q} <= '0;
    else if (proof_ends) begin
      proof_layer_q <= core_layer;
      proof_cause_q <= ProofLimit;
      if (abort) proof_cause_q <= ProofAborted;
      if (core_error != 4'd0) proof_cause_q <= core_error;
      if (core_done) proof_cause_q <= 4'd0;
    end
  end
  always @* begin
    if (rst_ni) begin
      if (proof_waits_q) assume (run_valid && run_bits_start == proof_start_q && run_bits_limit == proof_limit_q);
      assert (start_valid == (run_valid && !proof_runs_q && !proof_flushes_q) && run_ready == (start_ready && !proof_runs_q && !proof_flushes_q));
      assert (start_bits == run_bits_start && busy == proof_runs_q && flush == proof_flushes_q);
      assert (outcome_cause == proof_cause_q && outcome_layer == 16'(proof_layer_q));
      // In the cycle after a reset they hold anything.
      if (proof_awake_q) assert ({outcome_cycles, outcome_steps, outcome_stalls} == {proof_cycles_q, proof_steps_q, proof_stalls_q});
      assert (awake == proof_awake_q && (!proof_runs_q || (proof_awake_q && limit == proof_cycles_q + proof_left_q)));
    end
  end
endmodule

module proof (
  input wire        clk_i,
  input wire        run_valid,
  input wire [13:0] run_bits_start,
  input wire [31:0] run_bits_limit,
  input wire        abort, start_ready, core_done, core_step, core_stall,
  input wire [3:0]  core_error,
  input wire [13:0] core_layer
);

  logic rst_ni = 1'b0;
  always_ff @(posedge clk_i) begin
    rst_ni <= 1'b1;
  end
  logic        run_ready, start_valid, flush, busy;
  logic [13:0] start_bits;
  logic [3:0]  outcome_cause;
  logic [15:0] outcome_layer;
  logic [31:0] outcome_cycles, outcome_steps, outcome_stalls;
  lutmac_run_control u_control (.*);

endmodule

`default_nettype wire
