// A read port of the shell without a place: every request is taken and answered two cycles later, once, with the word that the buffer
// holds out in the cycle between them.
`default_nettype none

module in_lutmac_read_port;
  reg                       proof_asked_q, proof_answers_q;
  reg [$bits(readData)-1:0] proof_word_q;
  always @(posedge clk_i) begin
    proof_asked_q   <= rst_ni && client_request_valid;
    proof_answers_q <= rst_ni && proof_asked_q;
    proof_word_q    <= readData;
  end
  always @* begin
    if (rst_ni) begin
      assert (read_valid == client_request_valid && read_bits == client_request_bits_addr);
      assert (arriving == proof_asked_q && client_response_valid == proof_answers_q);
      if (client_response_valid) assert (client_response_bits_data == proof_word_q);
    end
  end
endmodule

module proof #(
  parameter int AddrW = 14,
  parameter int DataW = 32
) (
  input wire             clk_i,
  input wire             client_request_valid,
  input wire [AddrW-1:0] client_request_bits_addr,
  input wire [DataW-1:0] readData
);

  logic             rst_ni = 1'b0;
  logic             client_response_valid, read_valid;
  logic [AddrW-1:0] read_bits;
  logic [DataW-1:0] client_response_bits_data;
  // The sequencer takes every word at once.
  wire              client_response_ready = 1'b1;
  always_ff @(posedge clk_i) begin
    rst_ni <= 1'b1;
  end
  lutmac_read_port u_port (.*);

endmodule

`default_nettype wire
