// A read port of the shell and the queue in it: every request that is taken is answered once, in order, with the word that the buffer
// holds out in the cycle after it and the request's tag, and no answer waits for a place, whenever the client and the buffer are ready.
`default_nettype none

module in_lutmac_queue;
  // The beats in the queue, the oldest first.
  localparam int ProofPlaceW = $bits(readAt);
  localparam int ProofPlaces = 1 << ProofPlaceW;
  localparam int ProofWidth  = $bits(enq_bits);
  reg [ProofWidth-1:0] proof_beats_q [0:ProofPlaces-1];
  reg [2:0]  proof_count_q;
  integer    proof_i;
  wire       proof_in  = enq_valid && enq_ready;
  wire       proof_out = deq_valid && deq_ready;
  wire [2:0] proof_left = proof_count_q - {2'd0, proof_out};
  assign proof_count_o = proof_count_q;
  always @(posedge clk_i) begin
    proof_count_q <= !rst_ni ? 3'd0 : proof_left + {2'd0, proof_in};
    for (proof_i = 0; proof_i < ProofPlaces; proof_i = proof_i + 1) begin
      if (proof_out && proof_i != ProofPlaces - 1) proof_beats_q[proof_i] <= proof_beats_q[(proof_i + 1) % ProofPlaces];
      if (proof_in && proof_left == proof_i) proof_beats_q[proof_i] <= enq_bits;
    end
  end
  genvar proof_n;
  generate
    for (proof_n = 0; proof_n < ProofPlaces; proof_n = proof_n + 1) begin : gen_proof
      wire [ProofPlaceW-1:0] place = readAt + proof_n;
      always @* if (rst_ni && proof_count_q > proof_n) assert (proof_words[ProofWidth*place +: ProofWidth] == proof_beats_q[proof_n]);
    end
  endgenerate
  wire [ProofPlaceW-1:0] proof_used = writeAt - readAt;
  always @* begin
    if (rst_ni) begin
      assert (proof_count_q <= ProofPlaces);
      assert (enq_ready == (proof_count_q != ProofPlaces) && deq_valid == (proof_count_q != 3'd0));
      if (deq_valid) assert (deq_bits == proof_beats_q[0]);
      assert (proof_used == proof_count_q[ProofPlaceW-1:0] && (!meet || filled == (proof_count_q == ProofPlaces)));
    end
  end
endmodule

// Of a port with tags, whose buffer is always ready.
module in_lutmac_read_port_tagged;
  wire                                        read_ready = 1'b1;
  reg [$bits(client_request_bits_tag)-1:0]    proof_tag_q;
  always @(posedge clk_i) begin
    if (client_request_valid && client_request_ready) proof_tag_q <= client_request_bits_tag;
  end
  always @* begin
    if (rst_ni && arriving) assert (word == {readData, proof_tag_q});
    assert ({client_response_bits_data, client_response_bits_tag} == queue_deq_bits);
  end
endmodule

module in_lutmac_read_port;
  // Requests that were taken and not answered.
  localparam int ProofPlaces = proof_places;
  reg  [2:0] proof_open_q;
  reg        proof_asked_q;
  wire       proof_asked    = client_request_valid && client_request_ready;
  wire       proof_answered = client_response_valid && client_response_ready;
  always @(posedge clk_i) begin
    proof_asked_q <= rst_ni && proof_asked;
    proof_open_q  <= !rst_ni ? 3'd0 : proof_open_q + {2'd0, proof_asked} - {2'd0, proof_answered};
  end
  stream_assumption #(.Width($bits(client_request_bits_addr))) u_proof_client (
    .clk_i, .rst_ni, .valid_i(client_request_valid), .ready_i(client_request_ready), .payload_i(client_request_bits_addr),
    .defined_i('0));
  always @* begin
    if (rst_ni) begin
      // A request reaches the buffer where the client sees it taken, and its word the queue in the next cycle.
      assert ((read_valid && read_ready) == proof_asked && read_bits == client_request_bits_addr);
      assert (arriving == proof_asked_q && (!arriving || queue_enq_ready));
      assert (word[$bits(word)-1 -: $bits(readData)] == readData && client_response_valid == queue_deq_valid);
      assert (proof_open_q == proof_count + {2'd0, arriving});
      assert (credits == ProofPlaces - proof_open_q && proof_open_q <= ProofPlaces);
      // With a credit the client waits for the buffer alone.
      if (proof_open_q != ProofPlaces) assert (client_request_ready == read_ready);
    end
  end
endmodule

module proof #(
  parameter int AddrW = 14,
  parameter int DataW = 24,
  parameter int TagW  = 1
) (
  input wire             clk_i,
  input wire             client_request_valid,
  input wire [AddrW-1:0] client_request_bits_addr,
  input wire [TagW-1:0]  client_request_bits_tag,
  input wire             client_response_ready,
  input wire             read_ready,
  input wire [DataW-1:0] readData
);

  logic             rst_ni = 1'b0;
  logic             client_request_ready, client_response_valid, read_valid;
  logic [AddrW-1:0] read_bits;
  logic [DataW-1:0] client_response_bits_data;
  logic [TagW-1:0]  client_response_bits_tag;
  always_ff @(posedge clk_i) begin
    rst_ni <= 1'b1;
  end
  // Ports that a kind of port has not are nobody's.
  lutmac_read_port u_port (.*);

endmodule

`default_nettype wire
