// Activations and skips at the feature maps: an activation goes first where both want the same bank, but a skip's read waits for four of
// them at most of which no answer is taken: the port of activations has no more credits. So skips get through while the feeder is full.
`default_nettype none

module proof (
  input wire        clk_i,
  input wire        act_valid, act_taken,
  input wire [13:0] act_addr,
  input wire [25:0] act_tag,
  input wire        skip_asks,
  input wire [13:0] skip_addr
);

  logic        rst_ni = 1'b0;
  logic        act_ready, answer_valid, read_valid, skip_ready;
  logic [13:0] read_bits;
  logic [23:0] answer_data, act_word, skip_word;
  logic [25:0] answer_tag;
  logic [2:0]  credits;
  lutmac_read_port u_activations (
    .clk_i, .rst_ni, .client_request_ready(act_ready), .client_request_valid(act_valid), .client_request_bits_addr(act_addr),
    .client_request_bits_tag(act_tag), .client_response_ready(act_taken), .client_response_valid(answer_valid),
    .client_response_bits_data(answer_data), .client_response_bits_tag(answer_tag), .read_valid, .read_bits, .readData(act_word),
    .proof_credits_o(credits));
  lutmac_feature_map_banks u_banks (
    .clk_i, .rst_ni, .write_valid(1'b0), .write_bits_addr('0), .write_bits_data('0), .write_bits_strobes('0),
    .reads_0_valid(read_valid), .reads_0_bits(read_bits), .reads_1_ready(skip_ready), .reads_1_valid(skip_asks), .reads_1_bits(skip_addr),
    .readData_0(act_word), .readData_1(skip_word));

  // Reads of activations that were asked for and whose answers were not taken, and how many cycles a skip's read has waited since an
  // answer was taken, both as counters.
  logic [3:0]  proof_open_q, proof_waited_q;
  logic        proof_waits_q;
  logic [13:0] proof_addr_q;
  logic        proof_waits;
  assign proof_waits = skip_asks && !skip_ready;
  always_ff @(posedge clk_i) begin
    rst_ni        <= 1'b1;
    proof_waits_q <= rst_ni && proof_waits;
    proof_addr_q  <= skip_addr;
    if (!rst_ni) proof_open_q <= '0;
    else proof_open_q <= proof_open_q + 4'(act_valid && act_ready) - 4'(answer_valid && act_taken);
    if (!rst_ni || !proof_waits || (answer_valid && act_taken)) proof_waited_q <= '0;
    else proof_waited_q <= proof_waited_q + 4'd1;
  end
  always @* begin
    if (rst_ni) begin
      // Proven of the port itself: an answer has been asked for.
      if (answer_valid) assume (proof_open_q != '0);
      if (proof_waits_q) assume (skip_asks && skip_addr == proof_addr_q);
      assert (proof_open_q + 4'(credits) == 4'd4 && credits <= 3'd4);
      assert (proof_waited_q <= proof_open_q);
      if (proof_waited_q == 4'd4) assert (skip_ready || (answer_valid && act_taken));
    end
  end
endmodule

// In the place of the buffers: what is read does not matter.
module lutmac_feature_map_buffer (
  input  wire         clk_i, write_valid, read_valid,
  input  wire  [12:0] write_bits_addr, read_bits,
  input  wire  [23:0] write_bits_data,
  input  wire  [3:0]  write_bits_strobes,
  output logic [23:0] readData
);
  assign readData = '0;
endmodule

`default_nettype wire
