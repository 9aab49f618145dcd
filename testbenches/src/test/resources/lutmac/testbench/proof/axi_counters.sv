// Counters of a run on a bus: each counts the cycles in which what it counts holds, from a clear or a reset on, while something is under
// way; and of every layer, modulo 64, the count of cycles at which it was last over: a layer's index of 64, any, is read.
`default_nettype none

module in_lutmac_axi_counters;
  logic [31:0] proof_counts_q [0:5];
  logic        proof_awake_q, proof_ran_q, proof_stamped_q;
  logic [$bits(layer)-1:0] proof_shown_q;
  logic [31:0] proof_stamp_q;
  logic [5:0]  proof_holds;
  assign proof_holds = {writeWait, readWait, step, running, loading, 1'b1};
  // The layer that ran in the cycle before runs no more.
  logic        proof_over;
  assign proof_over = proof_ran_q && (!running || layer != proof_shown_q);
  for (genvar i = 0; i < 6; i++) begin : gen_proof_count
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear || !proof_awake_q) proof_counts_q[i] <= '0;
      else proof_counts_q[i] <= proof_counts_q[i] + 32'(busy && proof_holds[i]);
    end
  end
  always_ff @(posedge clk_i) begin
    proof_awake_q <= rst_ni;
    proof_ran_q   <= rst_ni && running;
    if (running) proof_shown_q <= layer;
    if (!rst_ni) proof_stamped_q <= 1'b0;
    else if (proof_over && proof_shown_q[5:0] == layerIndex) proof_stamped_q <= 1'b1;
    if (proof_over && proof_shown_q[5:0] == layerIndex) proof_stamp_q <= proof_counts_q[0];
  end
  always @* begin
    if (rst_ni) begin
      // In the cycle after a reset they hold anything.
      if (proof_awake_q) assert ({counts_writeWaits, counts_readWaits, counts_steps, counts_running, counts_loading, counts_all} ==
          {proof_counts_q[5], proof_counts_q[4], proof_counts_q[3], proof_counts_q[2], proof_counts_q[1], proof_counts_q[0]});
      if (proof_stamped_q) assert (layerCycles == proof_stamp_q);
      assert (awake == proof_awake_q && ran == proof_ran_q && (!ran || (shown == proof_shown_q && proof_awake_q)));
    end
  end
endmodule

module proof (
  input wire        clk_i,
  input wire [5:0]  watch_i,
  input wire        clear, busy, loading, running, step, readWait, writeWait,
  input wire [10:0] layer
);

  logic       rst_ni = 1'b0;
  logic [5:0] layerIndex;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) layerIndex <= watch_i;
    rst_ni <= 1'b1;
  end
  logic [31:0] counts_all, counts_loading, counts_running, counts_steps, counts_readWaits, counts_writeWaits, layerCycles;
  lutmac_axi_counters u_counters (.*);

endmodule

`default_nettype wire
