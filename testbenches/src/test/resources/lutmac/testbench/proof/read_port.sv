// A read port of the shell and the queue in it: every request that is taken is answered once, in order, with the word that the buffer
// holds out in the cycle after it, and no answer waits for a place, whenever the client and the buffer are ready.
`default_nettype none

module in_lutmac_queue_4x24;
  // The beats in the queue, the oldest first.
  reg [23:0] proof_beats_q [0:3];
  reg [2:0]  proof_count_q;
  integer    proof_i;
  wire       proof_in  = enq_valid && enq_ready;
  wire       proof_out = deq_valid && deq_ready;
  wire [2:0] proof_left = proof_count_q - {2'd0, proof_out};
  assign proof_count_o = proof_count_q;
  always @(posedge clk_i) begin
    proof_count_q <= !rst_ni ? 3'd0 : proof_left + {2'd0, proof_in};
    for (proof_i = 0; proof_i < 4; proof_i = proof_i + 1) begin
      if (proof_out && proof_i != 3) proof_beats_q[proof_i] <= proof_beats_q[proof_i + 1];
      if (proof_in && proof_left == proof_i) proof_beats_q[proof_i] <= enq_bits;
    end
  end
  genvar proof_n;
  generate
    for (proof_n = 0; proof_n < 4; proof_n = proof_n + 1) begin : gen_proof
      wire [1:0] place = readAt + proof_n;
      always @* if (rst_ni && proof_count_q > proof_n) assert (proof_words[24*place +: 24] == proof_beats_q[proof_n]);
    end
  endgenerate
  wire [1:0] proof_used = writeAt - readAt;
  always @* begin
    if (rst_ni) begin
      assert (proof_count_q <= 3'd4);
      assert (enq_ready == (proof_count_q != 3'd4) && deq_valid == (proof_count_q != 3'd0));
      if (deq_valid) assert (deq_bits == proof_beats_q[0]);
      assert (proof_used == proof_count_q[1:0] && (!meet || filled == (proof_count_q == 3'd4)));
    end
  end
endmodule

module in_lutmac_read_port_14x24;
  // Requests that were taken and not answered.
  reg  [2:0] proof_open_q;
  reg        proof_asked_q;
  wire       proof_asked    = client_request_valid && client_request_ready;
  wire       proof_answered = client_response_valid && client_response_ready;
  always @(posedge clk_i) begin
    proof_asked_q <= rst_ni && proof_asked;
    proof_open_q  <= !rst_ni ? 3'd0 : proof_open_q + {2'd0, proof_asked} - {2'd0, proof_answered};
  end
  stream_assumption #(.Width(14)) u_proof_client (
    .clk_i, .rst_ni, .valid_i(client_request_valid), .ready_i(client_request_ready), .payload_i(client_request_bits_addr),
    .defined_i(14'd0));
  always @* begin
    if (rst_ni) begin
      // A request reaches the buffer where the client sees it taken, and its word the queue in the next cycle.
      assert ((read_valid && read_ready) == proof_asked && read_bits == client_request_bits_addr);
      assert (arriving == proof_asked_q && (!arriving || queue_enq_ready));
      assert (proof_open_q == proof_count + {2'd0, arriving});
      assert (credits == 3'd4 - proof_open_q && proof_open_q <= 3'd4);
      // With a credit the client waits for the buffer alone.
      if (proof_open_q != 3'd4) assert (client_request_ready == read_ready);
    end
  end
endmodule

module proof (
  input wire        clk_i,
  input wire        request_valid_i,
  input wire [13:0] request_addr_i,
  input wire        response_ready_i,
  input wire        read_ready_i,
  input wire [23:0] read_data_i
);

  logic out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    out_of_reset_q <= 1'b1;
  end
  lutmac_read_port_14x24 u_port (
    .clk_i, .rst_ni(out_of_reset_q), .client_request_ready(), .client_request_valid(request_valid_i),
    .client_request_bits_addr(request_addr_i), .client_response_ready(response_ready_i), .client_response_valid(),
    .client_response_bits_data(), .read_ready(read_ready_i), .read_valid(), .read_bits(), .readData(read_data_i));

endmodule

`default_nettype wire
