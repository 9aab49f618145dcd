// A read port of the shell with one place: every request that is taken is answered once with the word that the buffer holds out in
// the cycle after it, which stays until it is taken; the next request is taken when it is.
`default_nettype none

module in_lutmac_read_port;
  // A request that was taken and not answered, the cycle after it, and its word.
  reg                       proof_open_q, proof_asked_q;
  reg [$bits(readData)-1:0] proof_word_q;
  wire                      proof_asked    = client_request_valid && client_request_ready;
  wire                      proof_answered = client_response_valid && client_response_ready;
  always @(posedge clk_i) begin
    proof_asked_q <= rst_ni && proof_asked;
    proof_open_q  <= rst_ni && (proof_asked || (proof_open_q && !proof_answered));
    if (proof_asked_q) proof_word_q <= readData;
  end
  always @* begin
    if (rst_ni) begin
      assert (read_valid == proof_asked && read_bits == client_request_bits_addr);
      assert (client_request_ready == !proof_open_q && credits == !proof_open_q);
      assert (arriving == proof_asked_q && (!proof_asked_q || proof_open_q) && (!arriving || queue_enq_ready));
      assert (client_response_valid == (proof_open_q && !proof_asked_q));
      if (client_response_valid) assert (client_response_bits_data == proof_word_q);
    end
  end
endmodule

module proof #(
  parameter int AddrW = 11,
  parameter int DataW = 126
) (
  input wire             clk_i,
  input wire             client_request_valid,
  input wire [AddrW-1:0] client_request_bits_addr,
  input wire             client_response_ready,
  input wire [DataW-1:0] readData
);

  logic             rst_ni = 1'b0;
  logic             client_request_ready, client_response_valid, read_valid;
  logic [AddrW-1:0] read_bits;
  logic [DataW-1:0] client_response_bits_data;
  always_ff @(posedge clk_i) begin
    rst_ni <= 1'b1;
  end
  lutmac_read_port u_port (.*);

endmodule

`default_nettype wire
