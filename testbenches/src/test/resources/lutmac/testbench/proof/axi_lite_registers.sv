// The registers behind AXI4-Lite: every write and read is taken when nothing of its kind is under way, done once, in order of the
// bus's handshakes, and answered until the answer is taken; a write changes the bytes that its strobes name of the bits that the
// register at its address has, and nothing else; a read gets what is there, or what the accelerator reports. What is the same in every
// read of an accelerator (offsets 0 to 16) is left out.
`default_nettype none

module in_lutmac_axi_lite_registers;
  // Which bits of the register at an offset of at most 0x7c hold what is written.
  localparam int ProofAddressW = $bits(settings_image);
  function automatic [31:0] proof_bits(input [4:0] at);
    case (at)
      5'd7: proof_bits = 32'd3;
      5'd12, 5'd14, 5'd16, 5'd18, 5'd19, 5'd26: proof_bits = 32'hffffffff;
      5'd13, 5'd15, 5'd17, 5'd27: proof_bits = (ProofAddressW > 32) ? (64'd1 << (ProofAddressW - 32)) - 64'd1 : 32'd0;
      default: proof_bits = 32'd0;
    endcase
  endfunction

  logic        proof_awake_q, proof_address_q, proof_data_q, proof_written_q, proof_asked_q, proof_answered_q;
  logic [11:0] proof_waddr_q, proof_raddr_q;
  logic [31:0] proof_wdata_q, proof_rdata_q;
  logic [3:0]  proof_wstrb_q;
  logic [31:0] proof_held_q [0:31];
  logic [1:0]  proof_pending_q;
  logic        proof_write, proof_read, proof_low;
  assign proof_write = proof_address_q && proof_data_q && !proof_written_q;
  assign proof_read  = proof_asked_q && !proof_answered_q;
  assign proof_low   = proof_waddr_q[11:7] == '0 && proof_waddr_q[1:0] == '0;   // an offset that proof_bits knows
  logic [1:0]  proof_clears;
  assign proof_clears = proof_write && proof_waddr_q == 12'h20 && proof_wstrb_q[0] ? proof_wdata_q[1:0] : 2'd0;

  // The address of the read that is answered.
  logic [11:0] proof_raddr_now_q;
  always_ff @(posedge clk_i) begin
    if (proof_read) proof_raddr_now_q <= proof_raddr_q;
  end

  logic [31:0] proof_found;
  always_comb begin
    proof_found = proof_raddr_q[11:7] == '0 && proof_raddr_q[1:0] == '0 ? proof_held_q[proof_raddr_q[6:2]] : '0;
    case (proof_raddr_q)
      12'h18: proof_found = {16'(report_layer), 11'd0, report_stopping, report_loaded, report_running, report_loading, report_busy};
      12'h20: proof_found = {30'd0, proof_pending_q};
      12'h24: proof_found = {22'd0, report_response, 4'd0, report_cause};
      12'h28: proof_found = report_address[31:0];
      12'h2c: proof_found = 32'(report_address >> 32);
      12'h50: proof_found = counts_all;
      12'h54: proof_found = counts_loading;
      12'h58: proof_found = counts_running;
      12'h5c: proof_found = counts_steps;
      12'h60: proof_found = counts_readWaits;
      12'h64: proof_found = counts_writeWaits;
      default: if (proof_raddr_q[11:8] == 4'd4 && proof_raddr_q[1:0] == 2'd0) proof_found = layerCycles;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {proof_awake_q, proof_address_q, proof_data_q, proof_written_q, proof_asked_q, proof_answered_q, proof_pending_q} <= '0;
    end else begin
      proof_awake_q    <= 1'b1;
      proof_address_q  <= !proof_write && (proof_address_q || (axil_awvalid_i && axil_awready_o));
      proof_data_q     <= !proof_write && (proof_data_q || (axil_wvalid_i && axil_wready_o));
      proof_written_q  <= proof_write || (proof_written_q && !axil_bready_i);
      proof_asked_q    <= !proof_read && (proof_asked_q || (axil_arvalid_i && axil_arready_o));
      proof_answered_q <= proof_read || (proof_answered_q && !axil_rready_i);
      proof_pending_q  <= {report_failed, report_done} | (proof_pending_q & ~proof_clears);
    end
    if (axil_awvalid_i && axil_awready_o) proof_waddr_q <= axil_awaddr_i;
    if (axil_wvalid_i && axil_wready_o) {proof_wdata_q, proof_wstrb_q} <= {axil_wdata_i, axil_wstrb_i};
    if (axil_arvalid_i && axil_arready_o) proof_raddr_q <= axil_araddr_i;
    if (proof_read) proof_rdata_q <= proof_found;
  end
  for (genvar i = 0; i < 32; i++) begin : gen_proof_held
    for (genvar b = 0; b < 4; b++) begin : gen_proof_byte
      always_ff @(posedge clk_i) begin
        if (!rst_ni) proof_held_q[i][8*b +: 8] <= i == 18 && b == 2 ? 8'h10 : 8'd0;
        else if (proof_write && proof_low && proof_waddr_q[6:2] == 5'(i) && proof_wstrb_q[b]) begin
          proof_held_q[i][8*b +: 8] <= proof_wdata_q[8*b +: 8] & proof_bits(5'(i)) >> 8*b;
        end
      end
    end
    always @* if (rst_ni) assert ((proof_held_q[i] & ~proof_bits(5'(i))) == '0);
  end

  always @* begin
    if (rst_ni) begin
      assume (!report_failed || report_cause != '0);
      assert (axil_awready_o == (proof_awake_q && !proof_address_q) && axil_wready_o == (proof_awake_q && !proof_data_q));
      assert (axil_bvalid_o == proof_written_q && axil_rvalid_o == proof_answered_q && axil_arready_o == (proof_awake_q && !proof_asked_q));
      if (axil_rvalid_o && proof_raddr_now_q > 12'h10) assert (axil_rdata_o == proof_rdata_q);
      assert ({settings_image, settings_input, settings_output, settings_scratch} ==
              {ProofAddressW'({proof_held_q[13], proof_held_q[12]}), ProofAddressW'({proof_held_q[15], proof_held_q[14]}),
               ProofAddressW'({proof_held_q[17], proof_held_q[16]}), ProofAddressW'({proof_held_q[27], proof_held_q[26]})});
      assert (settings_watchdog == proof_held_q[18] && settings_runLimit == proof_held_q[19]);
      assert (requests_start == (proof_write && proof_waddr_q == 12'h14 && proof_wdata_q[0] && proof_wstrb_q[0]));
      assert (requests_abort == (proof_write && proof_waddr_q == 12'h14 && proof_wdata_q[2] && proof_wstrb_q[0]));
      if (requests_start) assert (requests_load == proof_wdata_q[1]);
      assert (requests_newImage == (proof_write && (proof_waddr_q == 12'h30 || proof_waddr_q == 12'h34)));
      assert (irq == |(proof_pending_q & proof_held_q[7][1:0]));
      // How the module's registers go with these.
      assert ({awake, addressHeld, dataHeld, written, asked, answered} ==
              {proof_awake_q, proof_address_q, proof_data_q, proof_written_q, proof_asked_q, proof_answered_q});
      assert ({pending_error, pending_done} == proof_pending_q && interrupt_enable_0 == proof_held_q[7][1:0]);
      if (addressHeld) assert (writeAddress == proof_waddr_q);
      if (dataHeld) assert (writeData == proof_wdata_q && writeStrobes == proof_wstrb_q);
      if (asked) assert (readAddress == proof_raddr_q && (answered || layerIndex == proof_raddr_q[7:2]));
    end
  end
endmodule

module proof (
  input wire         clk_i,
  input wire         axil_awvalid_i,
  input wire [11:0]  axil_awaddr_i,
  input wire         axil_wvalid_i,
  input wire [31:0]  axil_wdata_i,
  input wire [3:0]   axil_wstrb_i,
  input wire         axil_bready_i,
  input wire         axil_arvalid_i,
  input wire [11:0]  axil_araddr_i,
  input wire         axil_rready_i,
  input wire         report_busy, report_loading, report_running, report_loaded, report_stopping, report_done, report_failed,
  input wire [10:0]  report_layer,
  input wire [3:0]   report_cause,
  input wire [1:0]   report_response,
  input wire [39:0]  report_address,
  input wire [31:0]  counts_all, counts_loading, counts_running, counts_steps, counts_readWaits, counts_writeWaits, layerCycles
);

  logic rst_ni = 1'b0;
  always_ff @(posedge clk_i) begin
    rst_ni <= 1'b1;
  end
  logic        axil_awready_o, axil_wready_o, axil_bvalid_o, axil_arready_o, axil_rvalid_o, irq;
  logic        requests_start, requests_load, requests_abort, requests_newImage;
  logic [31:0] axil_rdata_o, settings_watchdog, settings_runLimit;
  logic [39:0] settings_image, settings_input, settings_output, settings_scratch;
  logic [5:0]  layerIndex;
  lutmac_axi_lite_registers u_registers (.*);

endmodule

`default_nettype wire
