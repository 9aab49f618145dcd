// Self-checking testbench of the sequencer: random programs from a memory that stalls, against the words of that memory.
//
//   +seed=N       of everything random
//   +programs=N   to run; then it prints PASS, or FAIL and why
//   +cycles=N     after which it gives up
//   +fault=NAME   what the surroundings do wrong, once in the first program:
//     answer_unasked answer_gone answer_changed answer_unknown   the program's memory
//     written_early written_twice                                the engines
//   +damage=NAME  what is wrong with a random layer of every program: the sequencer has to stop there, until a reset
//     one_flip two_flips burst zeros ones   its words, a burst lies within 32 neighbouring bits
//     out_of_range                          a field, under check words that are right
`default_nettype none

module sequencer_tb;
  localparam int ProgAw = 10;
  localparam int Words  = lutmac_pkg::DescriptorWords;
  localparam int Rows   = 14;
  localparam int Taps   = 5;
  localparam int Planes = 3;
  localparam int CountW = 14;

  logic                           clk = 1'b0, rst_n = 1'b0;
  logic                           start_valid = 1'b0, start_ready, done;
  logic [ProgAw-1:0]              start_pc;
  logic [lutmac_pkg::ErrorW-1:0]  error;
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
    .error_o          (error),
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
  reg [255:0] fault = "none", damage = "none";
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

  // With all check words.
  function automatic integer length(input integer at);
    length = Words + words_of_tables(at) + (words_of_tables(at) != 0 ? 1 : 0);
  endfunction

  function automatic integer words_of_tables(input integer at);
    words_of_tables = entries(at)
        + (memory[at][lutmac_pkg::ActivationTableLsb] ? 1 << lutmac_pkg::ActivationTableAw : 0);
  endfunction

  // The check word of n words, bit by bit.
  function automatic logic [31:0] check(input integer at, input integer n);
    logic [31:0] sum;
    begin
      sum = '1;
      for (integer word = 0; word <= n; word++) begin
        for (integer step = 0; step < 32; step++) sum = {sum[30:0], 1'b0} ^ (sum[31] ? 32'b1100_0101 : 32'd0);
        if (word < n) sum = sum ^ memory[at + word];
      end
      check = ~sum;
    end
  endfunction

  task automatic set_checks(input integer at);
    begin
      memory[at + Words - 1] = check(at, Words - 1);
      if (words_of_tables(at) != 0) memory[at + length(at) - 1] = check(at + Words, words_of_tables(at));
    end
  endtask

  task automatic set(input integer at, input integer lsb, input integer width, input integer value);
    for (integer bit_of = 0; bit_of < width; bit_of++) begin
      memory[at + lsb / 32][lsb % 32 + bit_of] = value[bit_of];
    end
  endtask

  // Counts and sizes of 16 bits, which may have CountW.
  localparam int Limited = 17;
  function automatic integer limited(input integer n);
    case (n)
      0: limited = lutmac_pkg::PxNLsb;
      1: limited = lutmac_pkg::PyNLsb;
      2: limited = lutmac_pkg::WxNLsb;
      3: limited = lutmac_pkg::WyNLsb;
      4: limited = lutmac_pkg::ObNLsb;
      5: limited = lutmac_pkg::WindowNLsb;
      6: limited = lutmac_pkg::CbNLsb;
      7: limited = lutmac_pkg::KxNLsb;
      8: limited = lutmac_pkg::KyNLsb;
      9: limited = lutmac_pkg::TileNLsb;
      10: limited = lutmac_pkg::LanesFullLsb;
      11: limited = lutmac_pkg::LanesLastLsb;
      12: limited = lutmac_pkg::SegTapsLsb;
      13: limited = lutmac_pkg::SegNLsb;
      14: limited = lutmac_pkg::InWLsb;
      15: limited = lutmac_pkg::InHLsb;
      default: limited = lutmac_pkg::EdgeTileLsb;
    endcase
  endfunction

  // One field that is out of range.
  task automatic set_out_of_range(input integer at);
    integer lsb;
    begin
      // So that all fields count.
      memory[at][lutmac_pkg::PoolLsb] = 1'b0;
      case (any(0, 31))
        0: set(at, lutmac_pkg::PxNLsb, lutmac_pkg::PxNW, 0);
        1: set(at, lutmac_pkg::PyNLsb, lutmac_pkg::PyNW, 0);
        2: set(at, lutmac_pkg::WxNLsb, lutmac_pkg::WxNW, 0);
        3: set(at, lutmac_pkg::WyNLsb, lutmac_pkg::WyNW, 0);
        4: set(at, lutmac_pkg::StrideLsb, lutmac_pkg::StrideW, 0);
        5: set(at, lutmac_pkg::ObNLsb, lutmac_pkg::ObNW, 0);
        6: set(at, lutmac_pkg::WindowNLsb, lutmac_pkg::WindowNW, 0);
        7: set(at, lutmac_pkg::CbNLsb, lutmac_pkg::CbNW, 0);
        8: set(at, lutmac_pkg::KxNLsb, lutmac_pkg::KxNW, 0);
        9: set(at, lutmac_pkg::KyNLsb, lutmac_pkg::KyNW, 0);
        10: set(at, lutmac_pkg::TileNLsb, lutmac_pkg::TileNW, 0);
        11: set(at, lutmac_pkg::LanesFullLsb, lutmac_pkg::LanesFullW, 0);
        12: set(at, lutmac_pkg::LanesLastLsb, lutmac_pkg::LanesLastW, 0);
        13: set(at, lutmac_pkg::WWordsLsb, lutmac_pkg::WWordsW, 0);
        14: set(at, lutmac_pkg::SegTapsLsb, lutmac_pkg::SegTapsW, 0);
        15: set(at, lutmac_pkg::SegNLsb, lutmac_pkg::SegNW, 0);
        16: set(at, lutmac_pkg::TapsFullLsb, lutmac_pkg::TapsFullW, any(0, 1) == 0 ? 0 : any(Taps + 1, 15));
        17: set(at, lutmac_pkg::TapsLastLsb, lutmac_pkg::TapsLastW, any(0, 1) == 0 ? 0 : any(Taps + 1, 15));
        18: set(at, lutmac_pkg::RowsLastLsb, lutmac_pkg::RowsLastW, any(0, 1) == 0 ? 0 : any(Rows + 1, 255));
        19: begin
          // Two bits hold no more than 4 planes less 1.
          if (Planes == 4) set(at, lutmac_pkg::KyNLsb, lutmac_pkg::KyNW, 0);
          else set(at, lutmac_pkg::WalkPlanesLsb, lutmac_pkg::WalkPlanesW, Planes);
        end
        20: begin
          // Two bits hold no more than 4 planes less 1.
          if (Planes == 4) set(at, lutmac_pkg::KyNLsb, lutmac_pkg::KyNW, 0);
          else set(at, lutmac_pkg::PhasePlanesLsb, lutmac_pkg::PhasePlanesW, Planes);
        end
        21: set(at, lutmac_pkg::InLaneLsb, lutmac_pkg::InLaneW, 3);
        22: set(at, lutmac_pkg::SkipLaneLsb, lutmac_pkg::SkipLaneW, 3);
        23: set(at, lutmac_pkg::OutLaneLsb, lutmac_pkg::OutLaneW, 3);
        25: begin
          set(at, lutmac_pkg::EdgeTileLsb, lutmac_pkg::EdgeTileW, any(1, (1 << CountW) - 1));
          set(at, lutmac_pkg::WEdgeLsb, lutmac_pkg::WEdgeW, 0);
        end
        26: begin
          set(at, lutmac_pkg::EdgeTileLsb, lutmac_pkg::EdgeTileW, any(1, (1 << CountW) - 1));
          set(at, lutmac_pkg::KyEdgeLsb, lutmac_pkg::KyEdgeW, 0);
        end
        27: begin
          set(at, lutmac_pkg::EdgeTileLsb, lutmac_pkg::EdgeTileW, any(1, (1 << CountW) - 1));
          set(at, lutmac_pkg::SegEdgeLsb, lutmac_pkg::SegEdgeW, 0);
        end
        28, 29, 30: begin
          lsb = limited(any(0, Limited - 1));
          // Where counts have all 16 bits, the largest of them is none too many, but 0 is.
          if (CountW == 16) set(at, lutmac_pkg::PxNLsb, lutmac_pkg::PxNW, 0);
          else memory[at + lsb / 32][lsb % 32 + any(CountW, 15)] = 1'b1;
        end
        24: set(at, lutmac_pkg::CodePackLsb, lutmac_pkg::CodePackW, 3);
        default: set(at, lutmac_pkg::TableNLsb, lutmac_pkg::TableNW, any(65, 65535));
      endcase
      memory[at + Words - 1] = check(at, Words - 1);
    end
  endtask

  integer wrong_layer;
  logic   wrong_table;  // it is its tables that are wrong

  task automatic flip(input integer bit_of);
    memory[bit_of / 32][bit_of % 32] = !memory[bit_of / 32][bit_of % 32];
  endtask

  task automatic do_damage(input integer at, input integer words);
    integer first, second, low, count;
    begin
      wrong_table = words != Words && any(0, 1) == 0;
      low   = 32 * (wrong_table ? at + Words : at);
      count = 32 * (wrong_table ? words - Words : Words);
      first = any(0, count - 1);
      if (damage == "one_flip" || damage == "two_flips") flip(low + first);
      if (damage == "two_flips") begin
        second = (first + any(1, count - 1)) % count;
        flip(low + second);
      end
      if (damage == "burst") begin
        if (first > count - 32) first = count - 32;
        flip(low + first);
        for (integer bit_of = 1; bit_of < 32; bit_of++) if (any(0, 1) == 0) flip(low + first + bit_of);
      end
      if (damage == "zeros" || damage == "ones") begin
        for (integer word = low / 32; word < (low + count) / 32; word++) memory[word] = damage == "ones" ? '1 : '0;
      end
      if (damage == "out_of_range") begin
        wrong_table = 1'b0;
        set_out_of_range(at);
      end
    end
  endtask

  // Of the array's table.
  function automatic integer entries(input integer at);
    entries = memory[at][lutmac_pkg::TableNLsb +: lutmac_pkg::TableNW];
  endfunction

  task automatic make_program;
    integer at, table_n, act_words, wrong_at, wrong_words;
    begin
      pc       = any(0, 100);
      start_pc = pc;
      layers   = any(1, 4);
      layer    = 0;
      table_pc = pc;
      entry    = 0;
      arrived  = 0;
      at       = pc;
      wrong_layer = damage == "none" ? -1 : any(0, layers - 1);
      for (integer n = 0; n < layers; n++) begin
        table_n = any(0, 3) == 0 ? 0 : any(0, 40);
        act_words = any(0, 1) << lutmac_pkg::ActivationTableAw;
        for (integer word = 0; word < Words + table_n + act_words; word++) begin
          // No count of a descriptor is 0.
          memory[at + word] = $random(seed) | (word < Words ? 32'h03010101 : 32'd0);
        end
        memory[at][lutmac_pkg::LastLayerLsb] = n == layers - 1;
        memory[at][lutmac_pkg::TableNLsb +: lutmac_pkg::TableNW] = table_n;
        memory[at][lutmac_pkg::ActivationTableLsb] = act_words != 0;
        // Nor does it ask for anything that the core does not have.
        set(at, lutmac_pkg::TapsFullLsb, lutmac_pkg::TapsFullW, any(1, Taps));
        set(at, lutmac_pkg::TapsLastLsb, lutmac_pkg::TapsLastW, any(1, Taps));
        set(at, lutmac_pkg::RowsLastLsb, lutmac_pkg::RowsLastW, any(1, Rows));
        set(at, lutmac_pkg::WalkPlanesLsb, lutmac_pkg::WalkPlanesW, any(0, Planes - 1));
        set(at, lutmac_pkg::PhasePlanesLsb, lutmac_pkg::PhasePlanesW, any(0, Planes - 1));
        set(at, lutmac_pkg::InLaneLsb, lutmac_pkg::InLaneW, any(0, 2));
        set(at, lutmac_pkg::SkipLaneLsb, lutmac_pkg::SkipLaneW, any(0, 2));
        set(at, lutmac_pkg::OutLaneLsb, lutmac_pkg::OutLaneW, any(0, 2));
        set(at, lutmac_pkg::CodePackLsb, lutmac_pkg::CodePackW, any(0, 2));
        for (integer field = 0; field < Limited; field++) set(at, limited(field) + CountW, 16 - CountW, 0);
        set_checks(at);
        if (n == wrong_layer) begin
          wrong_at    = at;
          wrong_words = length(at);
        end
        at = at + length(at);
      end
      if (wrong_layer >= 0) do_damage(wrong_at, wrong_words);
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
    if (!rst_n) begin
      rsp_valid <= 1'b0;
      head = tail;
    end else if (rsp_ready || !rsp_valid) begin
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
      follows    <= layer != layers && layer != wrong_layer && arrived >= pc - start_pc + Words;
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
    if (!rst_n) begin
      running     = 1'b0;
      was_written = 1'b0;
      written    <= 1'b0;
      rows_taken <= 1'b1;
    end
  end

  // ---------------------------------------------------------------- what must come out

  logic [31:0] tables [0:127];  // two banks
  logic [31:0] act_tables [0:127];

  always @(posedge clk) begin
    if (follows && !layer_start) fail("a layer waits though its descriptor is in place");
    if (rsp_valid && rsp_ready) arrived <= arrived + 1;
    while ((table_we || act_table_we) && wrong_layer < 0 && entry == words_of_tables(table_pc)) begin
      table_pc = table_pc + length(table_pc);
      entry    = 0;
    end
    if (table_we && wrong_layer < 0) begin
      if (table_data !== memory[table_pc + Words + entry]) fail("a wrong table entry");
      if (table_addr !== entry[lutmac_pkg::TableAw-1:0]) fail("a wrong table address");
      if (entry >= entries(table_pc)) fail("a word of the activation table among the entries");
      tables[{table_bank, table_addr}] = table_data;
      entry = entry + 1;
    end
    if (act_table_we && wrong_layer < 0) begin
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
      if (wrong_layer >= 0 && layer >= wrong_layer + (wrong_table ? 1 : 0)) fail("a layer of a wrong descriptor starts");
    end
    if (done && (layer != layers || wrong_layer >= 0)) fail("done too early");
    if (ready && running && wrong_layer >= 0 && layer >= wrong_layer) fail("a wrong table is used");
  end

  always @(negedge clk) begin
    if (ready && running && wrong_layer < 0) begin
      for (integer n = 0; n < entries(pc); n++) begin
        if (tables[{layer_bank, n[lutmac_pkg::TableAw-1:0]}] !== memory[pc + Words + n]) begin
          fail("a wrong table while a layer runs");
        end
      end
      for (integer n = 0; n < words_of_tables(pc) - entries(pc); n++) begin
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
    if ($value$plusargs("damage=%s", damage)) begin end
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
      if (wrong_layer < 0) begin
        while (!done) @(posedge clk);
        if (error !== lutmac_pkg::ErrorNone) fail("an error without a cause");
        @(posedge clk);
        if (done) fail("done for two cycles");
      end else begin
        while (error === lutmac_pkg::ErrorNone) @(posedge clk);
        if (error !== (damage == "out_of_range" ? lutmac_pkg::ErrorDescriptor : lutmac_pkg::ErrorChecksum)) begin
          fail("a wrong cause");
        end
        if (mon_layer !== wrong_layer) fail("another layer than the wrong one");
        repeat (any(0, 3)) @(posedge clk);
        if (error === lutmac_pkg::ErrorNone) fail("an error that does not stay");
        rst_n <= 1'b0;
        repeat (2) @(posedge clk);
        rst_n <= 1'b1;
        @(posedge clk);
      end
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
