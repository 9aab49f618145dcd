// Self-checking testbench of the sequencer: random programs from a memory that stalls, against the words of that memory.
//
//   +seed=N       of everything random
//   +programs=N   to run; then it prints PASS, or FAIL and why
//   +cycles=N     after which it gives up
//   +fault=NAME   what the surroundings do wrong, once in the first program:
//     answer_unasked answer_gone answer_changed answer_unknown   the program's memory
//     long_table zero_count                                      the program
//     written_early written_twice                                the engines
`default_nettype none

module sequencer_tb;
  localparam int ProgAw = 10;
  localparam int Words  = lutmac_pkg::DescriptorWords;

  logic                           clk = 1'b0, rst_n = 1'b0;
  logic                           start_valid = 1'b0, start_ready, done;
  logic [ProgAw-1:0]              start_pc;
  logic [15:0]                    mon_layer;
  logic                           req_valid, req_ready = 1'b0, rsp_valid = 1'b0, rsp_ready;
  logic [ProgAw-1:0]              req_addr;
  logic [31:0]                    rsp_data;
  logic                           table_we, table_bank, layer_bank;
  logic [lutmac_pkg::TableAw-1:0] table_addr;
  logic [31:0]                    table_data;
  logic                           act_table_we;
  logic [lutmac_pkg::ActivationTableAw-1:0] act_table_addr;
  logic                           layer_start, ready, written = 1'b0, rows_taken = 1'b1;
  logic [lutmac_pkg::DescriptorW-1:0] desc;

  sequencer #(
    .ProgAw (ProgAw)
  ) u_sequencer (
    .clk_i            (clk),
    .rst_ni           (rst_n),
    .start_valid_i    (start_valid),
    .start_ready_o    (start_ready),
    .start_pc_i       (start_pc),
    .done_o           (done),
    .mon_layer_o      (mon_layer),
    .prog_req_valid_o (req_valid),
    .prog_req_ready_i (req_ready),
    .prog_req_addr_o  (req_addr),
    .prog_rsp_valid_i (rsp_valid),
    .prog_rsp_ready_o (rsp_ready),
    .prog_rsp_data_i  (rsp_data),
    .table_we_o       (table_we),
    .table_bank_o     (table_bank),
    .table_addr_o     (table_addr),
    .table_data_o     (table_data),
    .act_table_we_o   (act_table_we),
    .act_table_addr_o (act_table_addr),
    .layer_start_o    (layer_start),
    .layer_bank_o     (layer_bank),
    .ready_o          (ready),
    .layer_written_i  (written),
    .rows_taken_i     (rows_taken),
    .desc_o           (desc)
  );

  integer     seed = 1, programs = 1, cycles = 100000, run = 0;
  reg [255:0] fault = "none";
  logic       faulty = 1'b1;  // the fault is still to come

  function automatic integer any(input integer lo, input integer hi);
    any = lo + $unsigned($random(seed)) % (hi - lo + 1);
  endfunction

  task automatic fail(input [511:0] why);
    begin
      $display("FAIL: %0s in program %0d, layer %0d", why, run, layer);
      $finish;
    end
  endtask

  // ---------------------------------------------------------------- a program

  logic [31:0] memory [0:(1 << ProgAw) - 1];
  integer      layers, layer, pc;
  integer      table_pc, entry;  // the descriptor whose table is loaded, and its entry that comes next
  integer      arrived;          // words of the program

  function automatic integer length(input integer at);
    length = Words + entries(at)
        + (memory[at][lutmac_pkg::ActivationTableLsb] ? 1 << lutmac_pkg::ActivationTableAw : 0);
  endfunction

  // Of the array's table.
  function automatic integer entries(input integer at);
    entries = memory[at][lutmac_pkg::TableNLsb +: lutmac_pkg::TableNW];
  endfunction

  task automatic make_program;
    integer at, table_n, act_words;
    begin
      pc       = any(0, 100);
      start_pc = pc;
      layers   = any(1, 4);
      layer    = 0;
      table_pc = pc;
      entry    = 0;
      arrived  = 0;
      at       = pc;
      for (integer n = 0; n < layers; n++) begin
        table_n = fault == "long_table" && n == 0 ? 65 : any(0, 40);
        act_words = any(0, 1) << lutmac_pkg::ActivationTableAw;
        for (integer word = 0; word < Words + table_n + act_words; word++) begin
          // No count of a descriptor is 0.
          memory[at + word] = $random(seed) | (word < Words ? 32'h03010101 : 32'd0);
        end
        memory[at][lutmac_pkg::LastLayerLsb] = n == layers - 1;
        memory[at][lutmac_pkg::TableNLsb +: lutmac_pkg::TableNW] = table_n;
        memory[at][lutmac_pkg::ActivationTableLsb] = act_words != 0;
        if (fault == "zero_count" && n == 0) begin
          memory[at + lutmac_pkg::WxNLsb / 32][lutmac_pkg::WxNLsb % 32 +: lutmac_pkg::WxNW] = '0;
        end
        at = at + Words + table_n + act_words;
      end
    end
  endtask

  // ---------------------------------------------------------------- its memory

  logic [ProgAw-1:0] asked [0:255];
  integer            head = 0, tail = 0;

  always @(posedge clk) begin
    req_ready <= any(0, 3) != 0;
    if (req_valid && req_ready) begin
      asked[tail % 256] = req_addr;
      tail = tail + 1;
    end
    if (rsp_ready || !rsp_valid) begin
      rsp_valid <= 1'b0;
      if (head != tail && any(0, 3) != 0) begin
        rsp_valid <= 1'b1;
        rsp_data  <= memory[asked[head % 256]];
        head = head + 1;
        if (faulty && fault == "answer_unknown" && head == 6) begin
          rsp_data <= 'x;
          faulty = 1'b0;
        end
      end else if (faulty && fault == "answer_unasked" && ready
          || faulty && rst_n && start_ready && (fault == "answer_gone" || fault == "answer_changed")) begin
        rsp_valid <= 1'b1;
        rsp_data  <= 32'd1;
        if (fault == "answer_unasked") faulty = 1'b0;
      end
    end else if (faulty && fault == "answer_gone") begin
      rsp_valid <= 1'b0;
      faulty = 1'b0;
    end else if (faulty && fault == "answer_changed") begin
      rsp_data <= 32'd2;
      faulty = 1'b0;
    end
  end

  // ---------------------------------------------------------------- the engines

  logic   running = 1'b0, was_written = 1'b0;
  integer until_written, until_taken;
  logic   follows = 1'b0;  // a layer has ended and the next one's descriptor is in place

  always @(posedge clk) begin
    written <= 1'b0;
    follows <= 1'b0;
    if (written) was_written = 1'b1;
    if (running && was_written && rows_taken) begin
      running     = 1'b0;
      was_written = 1'b0;
      pc          = pc + length(pc);
      layer       = layer + 1;
      follows    <= layer != layers && arrived >= pc - start_pc + Words;
    end else if (running) begin
      if (until_taken == 0) rows_taken <= 1'b1;
      until_taken = until_taken - 1;
      if (ready && until_written == 0) written <= 1'b1;
      if (ready) until_written = until_written - 1;
      if (faulty && fault == "written_twice" && was_written) begin
        written <= 1'b1;
        faulty = 1'b0;
      end
    end
    if (layer_start) begin
      running       = 1'b1;
      until_written = any(0, 2) == 0 ? any(150, 300) : any(0, 20);  // some layers outlast the next one's fetch
      until_taken   = any(0, 60) + (fault == "written_twice" ? 400 : 0);
      rows_taken   <= 1'b0;
    end
    if (faulty && fault == "written_early" && req_valid) begin
      written <= 1'b1;
      faulty = 1'b0;
    end
  end

  // ---------------------------------------------------------------- what must come out

  logic [31:0] tables [0:127];  // two banks
  logic [31:0] act_tables [0:127];

  always @(posedge clk) begin
    if (follows && !layer_start) fail("a layer waits though its descriptor is in place");
    if (rsp_valid && rsp_ready) arrived <= arrived + 1;
    while ((table_we || act_table_we) && entry == length(table_pc) - Words) begin
      table_pc = table_pc + length(table_pc);
      entry    = 0;
    end
    if (table_we) begin
      if (table_data !== memory[table_pc + Words + entry]) fail("a wrong table entry");
      if (table_addr !== entry[lutmac_pkg::TableAw-1:0]) fail("a wrong table address");
      if (entry >= entries(table_pc)) fail("a word of the activation table among the entries");
      tables[{table_bank, table_addr}] = table_data;
      entry = entry + 1;
    end
    if (act_table_we) begin
      if (table_we) fail("one word for both tables");
      if (table_data !== memory[table_pc + Words + entry]) fail("a wrong word of the activation table");
      if (act_table_addr != entry - entries(table_pc)) fail("a wrong address of the activation table");
      act_tables[{table_bank, act_table_addr}] = table_data;
      entry = entry + 1;
    end
    if (layer_start) begin
      for (integer word = 0; word < Words; word++) begin
        if (desc[32*word +: 32] !== memory[pc + word]) fail("a wrong descriptor");
      end
      if (mon_layer !== layer) fail("a wrong number");
    end
    if (done && layer != layers) fail("done too early");
  end

  always @(negedge clk) begin
    if (ready && running) begin
      for (integer n = 0; n < entries(pc); n++) begin
        if (tables[{layer_bank, n[lutmac_pkg::TableAw-1:0]}] !== memory[pc + Words + n]) begin
          fail("a wrong table while a layer runs");
        end
      end
      for (integer n = 0; n < length(pc) - Words - entries(pc); n++) begin
        if (act_tables[{layer_bank, n[lutmac_pkg::ActivationTableAw-1:0]}] !== memory[pc + Words + entries(pc) + n])
        begin
          fail("a wrong activation table while a layer runs");
        end
      end
    end
  end

  always #5 clk = !clk;

  initial begin
    if ($value$plusargs("seed=%d", seed)) begin end
    if ($value$plusargs("programs=%d", programs)) begin end
    if ($value$plusargs("fault=%s", fault)) begin end
    repeat (3) @(posedge clk);
    rst_n <= 1'b1;
    for (run = 0; run < programs; run = run + 1) begin
      make_program;
      repeat (any(1, 5)) @(posedge clk);
      start_valid <= 1'b1;
      @(posedge clk);
      while (!start_ready) @(posedge clk);
      start_valid <= 1'b0;
      @(posedge clk);
      while (!done) @(posedge clk);
      @(posedge clk);
      if (done) fail("done for two cycles");
    end
    $display("PASS");
    $finish;
  end

  initial begin
    if ($value$plusargs("cycles=%d", cycles)) begin end
    repeat (cycles) @(posedge clk);
    fail("the sequencer hangs");
  end
endmodule

`default_nettype wire
