package lutmac.testbench.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lutmac.testbench.proof.Proof.Breakage;
import lutmac.testbench.proof.Proof.Induction;

/** All proofs of the datapath, the quick ones of a module first. */
final class Proofs {
  /** Variables of the templates; a proof's own parameters say what it is proven for. */
  private static final Map<String, Integer> VARIABLES =
      Map.ofEntries(
          Map.entry("rows", 2),
          Map.entry("cols", 2),
          Map.entry("accBits", 24),
          Map.entry("actBits", 9),
          Map.entry("taps", 3),
          Map.entry("planes", 1),
          Map.entry("depthwise", 0),
          Map.entry("packedMaps", 0),
          Map.entry("spacedRows", 0),
          Map.entry("pools", 1),
          Map.entry("feederRate", 1),
          Map.entry("countBits", 16),
          Map.entry("sumBits", 32),
          Map.entry("segments", 1),
          Map.entry("alignBits", 5),
          Map.entry("outputRate", 1),
          Map.entry("packedCodes", 0),
          Map.entry("logBits", 0),
          Map.entry("activationTables", 0),
          Map.entry("binBits", 16),
          Map.entry("groupRows", 2),
          Map.entry("digits", 2),
          Map.entry("products", 2),
          Map.entry("fmAddrBits", 8),
          Map.entry("weightAddrBits", 8),
          Map.entry("paramAddrBits", 8),
          Map.entry("programAddrBits", 8));

  private Proofs() {}

  static List<Proof> all() {
    List<Proof> proofs = new ArrayList<>();
    proofs.addAll(elements());
    proofs.addAll(outputs());
    proofs.addAll(streams());
    proofs.addAll(walkers());
    proofs.addAll(programs());
    proofs.addAll(shell());
    proofs.addAll(arrays());
    return proofs;
  }

  private static List<Proof> elements() {
    return List.of(
        element(
            "pe_digits_1",
            "csd 1, serial",
            ordered("ActW", 14, "AccW", 32),
            new Breakage("pe_digits_1", "p_q >>> 3", "p_q >>> 4"),
            new Breakage("pe_digits_1", "clear_i ? '0 : acc_d", "acc_d"),
            new Breakage("pe_digits_1", "{~product[ProductW-1]", "{product[ProductW-1]"),
            new Breakage("pe_digits_1", "{6{negative}}", "6'd0")),
        element(
            "pe_digits_2",
            "csd 2",
            ordered("ActW", 14, "AccW", 32),
            new Breakage("pe_digits_2", "k[0] ? wide : wide >>> 2", "k[0] ? wide : wide >>> 1"),
            new Breakage("pe_digits_2", "high_d[HighW:1]", "high_d[HighW-1:0]"),
            new Breakage(
                "pe_digits_2", "assign negative       = carried_i[7]", "assign negative = 1'b0")),
        element(
                "pe_digits_4",
                "csd 4",
                ordered("ActW", 14, "AccW", 32),
                new Breakage("pe_digits_4", "carried_i[19]", "carried_i[18]"),
                new Breakage("pe_digits_4", "s[PairW-1:4], carried_i[11]", "s[PairW-1:4], 1'b0"))
            .slow(),
        product(1, 14),
        product(2, 9),
        proof(
            "pe_pair",
            "pe_product",
            "(x1 * 2^16 + x0) * W = x1 * W * 2^16 + x0 * W, for every x0, x1 and W",
            List.of(),
            ordered(),
            List.of(),
            new Induction(3, 12),
            new Breakage(
                "proof", "(33'(x1_q) <<< 16) + 33'(x0_q)", "(33'(x1_q) <<< 15) + 33'(x0_q)")));
  }

  /** A dsp element of so many rows. */
  private static Proof product(int rows, int actBits) {
    return new Proof(
        "pe_product",
        "pe_product",
        "sums grow by x * W, for every x and W (dsp, %d in a block)".formatted(rows),
        List.of("pe_product"),
        VARIABLES,
        ordered("ActW", actBits, "AccW", 32, "PeRows", rows),
        List.of(),
        true,
        List.of(),
        new Induction(4, 6),
        true,
        rows == 1
            ? List.of(new Breakage("pe_product", "clear_i ? '0 : acc_q", "acc_q"))
            : List.of(
                new Breakage("pe_product", "product_q2[ProductW*i - 1]", "1'b0"),
                new Breakage("pe_product", "clear_i ? '0 : acc_d", "clear_i ? '0 : acc_q")));
  }

  private static List<Proof> outputs() {
    return List.of(
        proof(
                "requantizer_formula",
                "requantizer",
                "y = clamp(round((total + (skip << align)) / 2^shift)), raw: v",
                List.of(
                    "requantizer", "slice_counter", "lane_slice", "skip_decoder", "lane_unpacker"),
                ordered("Cols", 2, "ActW", 9),
                List.of(
                    "requantizer.sum_range",
                    "requantizer.clamp_range",
                    "requantizer.encode_range",
                    "log_encoder.code_range"),
                new Induction(3, 8),
                new Breakage("requantizer", "half_up_i || sticky_q", "sticky_q"),
                new Breakage("requantizer", "quotient >= hi", "quotient > hi"),
                new Breakage(
                    "requantizer",
                    "bits > 3'(n) && by_bytes[n]",
                    "bits > 3'(n + 1) && by_bytes[n]"))
            .slow(),
        proof(
                "requantizer_formula",
                "requantizer",
                "y = clamp(round((total + (skip << align)) / 2^shift)), raw: v",
                List.of(
                    "requantizer",
                    "slice_counter",
                    "lane_slice",
                    "skip_decoder",
                    "lane_unpacker",
                    "log_decoder",
                    "log_encoder"),
                ordered("Cols", 2, "ActW", 14, "PackedMaps", 1, "LogW", 6),
                List.of(
                    "requantizer.sum_range",
                    "requantizer.clamp_range",
                    "requantizer.encode_range",
                    "log_encoder.code_range"),
                new Induction(3, 8),
                new Breakage("requantizer", "up       = half_q && ", "up       = "))
            .slow(),
        proof(
                "activation_table",
                "activation_table",
                "a row's codes are the entries that it names, none lost or repeated",
                List.of("activation_table"),
                ordered("Cols", 2),
                List.of("activation_table.bank"),
                new Induction(3, 6),
                new Breakage(
                    "activation_table", "entries_q[{entry_q, 3'd0} +: 8]", "entries_q[7:0]"),
                new Breakage("activation_table", "!valid_q || code_ready_i", "1'b1"))
            .smaller(new Breakage("lutmac_pkg", "ActivationTableAw = 6", "ActivationTableAw = 2"))
            .slow(),
        proof(
            "log_codes",
            "log_encoder",
            "the code stands for the nearest value, ties to the larger one",
            List.of("log_encoder", "log_decoder"),
            ordered("LogW", 6, "ValueW", 13),
            List.of(),
            new Induction(3, 5),
            new Breakage("log_encoder", "value >= 13'(least)", "value > 13'(least)"),
            new Breakage("log_encoder", "by_4[9:2]", "by_4[8:1]")),
        proof(
            "lane_unpacker",
            "lane_unpacker",
            "every lane of every part, extended",
            List.of("lane_unpacker"),
            ordered("Cols", 4),
            List.of(),
            new Induction(1, 1),
            new Breakage("lane_unpacker", "signed_i && nibble[3]", "signed_i && nibble[2]")),
        proof(
            "code_unpacker",
            "code_unpacker",
            "every step of every word, none lost or repeated",
            List.of("code_unpacker"),
            ordered("Cols", 4),
            List.of(),
            new Induction(4, 6),
            new Breakage("code_unpacker", "code_last_i || step_q", "step_q")));
  }

  private static List<Proof> streams() {
    return List.of(
        rowFeeder(
            ordered("Rows", 3, "Cols", 2, "ActW", 9, "Taps", 8, "CountW", 16, "Rate", 1),
            new Breakage("row_feeder", "!Decode && decode && !present", "1'b0"),
            new Breakage("row_feeder", "full_q[drain_bank_q] && wgt_valid_i", "wgt_valid_i"),
            new Breakage(
                "row_feeder",
                "slot[7*back +: 7] < 7'(act_taps)",
                "slot[7*back +: 7] <= 7'(act_taps)"),
            new Breakage("row_feeder", "seg_first_q <= seg_end", "seg_first_q <= lane_end")),
        rowFeeder(
            ordered("Rows", 3, "Cols", 3, "ActW", 9, "Taps", 3, "CountW", 16, "Rate", 2),
            new Breakage(
                "row_feeder",
                "(word_valid_q & word_last_q & ~leaves) == '0",
                "(word_valid_q & word_last_q & ~leaves) != '1"),
            new Breakage(
                "row_feeder",
                "ends[1] && word_last_q[1] ? word_bank_q[1]",
                "1'b0 ? word_bank_q[1]"),
            new Breakage("row_feeder", "{read_at, byte_q[ByteW-1]}", "{read_at, 1'b0}"),
            new Breakage("row_feeder", "contiguous_i ? 2'b11 : ", "")),
        proof(
                "row_accumulator",
                "row_accumulator",
                "every row in its sum once, every sum out once, with its block's parameters",
                List.of("row_accumulator"),
                ordered("Rows", 4, "Cols", 2, "AccW", 16, "SumW", 24, "CountW", 16),
                List.of(
                    "row_accumulator.start_idle",
                    "row_accumulator.row_expected",
                    "row_accumulator.sum_range"),
                new Induction(3, 12),
                new Breakage("row_accumulator", "first_q ? par_q[0]", "1'b1 ? par_q[0]"),
                new Breakage(
                    "row_accumulator", "(!complete || !total_valid_q || total_ready_i)", "1'b1"),
                new Breakage(
                    "row_accumulator", "if (take && valid) partial_q", "if (take) partial_q"),
                new Breakage("row_accumulator", "!sum_pixels_i || last_pixel", "1'b1"))
            .slow(),
        proof(
            "skip_decoder",
            "skip_decoder",
            "every word decoded once, in order, as its block's part",
            List.of("skip_decoder", "slice_counter", "lane_slice", "lane_unpacker"),
            ordered("Cols", 2, "ValueW", 9),
            List.of(),
            new Induction(3, 6),
            new Breakage("skip_decoder", "!value_valid_q || value_ready_i", "1'b1"),
            new Breakage("skip_decoder", "!block_end ? part_q", "!last_i ? part_q")),
        proof(
                "map_writer",
                "map_writer",
                "every window's maximum written once, to its address and part",
                List.of("map_writer"),
                ordered("Cols", 2, "FmAw", 8),
                List.of(
                    "map_writer.start_idle",
                    "map_writer.window_range",
                    "map_writer.last_ends_window",
                    "map_writer.row_range",
                    "map_writer.block_range"),
                new Induction(3, 6),
                new Breakage("map_writer", "!out_valid_q || out_ready_i", "1'b1"),
                new Breakage("map_writer", "row_end ? out_row_i", "1'b0 ? out_row_i"),
                new Breakage("map_writer", "code[7] ^ out_signed_i", "code[7]"))
            .slow(),
        proof(
                "run_reader",
                "run_reader",
                "a run's words, each once: a pixel each, or side by side with their taps",
                List.of("run_reader"),
                ordered("FmAw", 8, "Taps", 3),
                List.of("run_reader.run_range"),
                new Induction(3, 6),
                new Breakage("run_reader", "row_left == CountW'(1)", "row_left == CountW'(2)"),
                new Breakage("run_reader", "run_row + RowW'(skip_pixels)", "run_row"),
                new Breakage(
                    "run_reader", "!pixel_end_q && slot_q == last_slot_q", "slot_q == last_slot_q"))
            .slow(),
        proof(
                "run_reader",
                "run_reader",
                "a run's words, each once: a pixel each, or side by side with their taps",
                List.of("run_reader"),
                ordered("FmAw", 8, "Taps", 8, "Rows", 12, "Pools", 0),
                List.of("run_reader.run_range"),
                new Induction(3, 6),
                new Breakage("run_reader", "!last_taps[4] && !run_words[4]", "!run_words[4]"),
                new Breakage("run_reader", "beyond ? last_row : skip_row", "skip_row"),
                new Breakage("run_reader", "left ? at_last : run_n", "run_n"))
            .slow());
  }

  private static Proof rowFeeder(Map<String, Integer> parameters, Breakage... breakages) {
    return proof(
            "row_feeder",
            "row_feeder",
            "every phase's words become its steps once; stops for nothing but others",
            List.of("row_feeder", "lane_unpacker"),
            parameters,
            List.of(),
            new Induction(3, 12),
            breakages)
        // The row and tap that are watched, any.
        .smaller(
            new Breakage(
                "row_feeder",
                "  input  wire                pool_ready_i,",
                "  input wire pool_ready_i, input wire [5:0] proof_row_i, input wire [2:0] proof_tap_i,"))
        .slow();
  }

  private static List<Proof> walkers() {
    return List.of(
        proof(
            "weight_walker",
            "weight_walker",
            "words of the loop nest block, tile, word, none lost or repeated",
            List.of("weight_walker"),
            ordered("WgtAw", 16, "CountW", 16),
            List.of("weight_walker.start_idle"),
            new Induction(3, 8),
            new Breakage(
                "weight_walker", "edge_q || edge_tile_i == tile_q", "edge_tile_i == tile_q"),
            new Breakage("weight_walker", "tile_end ? next_block_q : block_q", "block_q")),
        proof(
            "skip_walker",
            "skip_walker",
            "words of the loop nest block, pixel, none lost or repeated",
            List.of("skip_walker"),
            ordered("Rows", 3, "FmAw", 14, "CountW", 16),
            List.of("skip_walker.start_idle"),
            new Induction(3, 8),
            new Breakage(
                "skip_walker",
                "part_last ? block_q + skip_stride_i",
                "1'b1 ? block_q + skip_stride_i"),
            new Breakage(
                "skip_walker",
                "tile_last ? rows_last_i[RowW-1:0]",
                "1'b0 ? rows_last_i[RowW-1:0]")),
        proof(
                "run_walker",
                "run_walker",
                "runs of the loop nest block, tile, plane, ky, kx, cb, pixel, none lost",
                List.of("run_walker"),
                ordered("Rows", 3, "FmAw", 14, "CountW", 16),
                List.of("run_walker.start_idle"),
                new Induction(3, 12),
                new Breakage(
                    "run_walker", "stride_i[3] ? pixels << 3", "stride_i[3] ? pixels << 2"),
                new Breakage(
                    "run_walker", "edge_q || edge_tile_i == tile_q", "edge_tile_i == tile_q"),
                new Breakage("run_walker", "!run_valid_o || run_ready_i", "1'b1"),
                new Breakage("run_walker", "!row_end ? '0 : !py_end", "!py_end"))
            .slow(),
        proof(
                "run_walker",
                "run_walker",
                "runs of the loop nest block, tile, plane, ky, kx, cb, pixel, none lost",
                List.of("run_walker"),
                ordered("Rows", 5, "FmAw", 14, "CountW", 16, "Pools", 0),
                List.of("run_walker.start_idle"),
                new Induction(3, 12),
                new Breakage("run_walker", "next_block_q : returns", "row_addr_q : returns"),
                new Breakage("run_walker", "kx_end ? taps_last_i", "tap_end ? taps_last_i"))
            .slow());
  }

  private static List<Proof> programs() {
    return List.of(
        proof(
                "sequencer",
                "sequencer",
                "each right descriptor starts once, tables in place, ends in done or error",
                List.of("sequencer"),
                ordered("ProgAw", 8),
                List.of(
                    "sequencer.prog_rsp",
                    "sequencer.answer_asked",
                    "sequencer.written_runs",
                    "sequencer.written_once"),
                new Induction(3, 8),
                new Breakage("sequencer", "pc_q <= pc_q + 1'b1", "pc_q <= pc_q + 1'b0"),
                new Breakage("sequencer", "product[WordW-1:0] ^ over", "product[WordW-1:0]"),
                new Breakage(
                    "sequencer",
                    "{prog_rsp_data_i, next_q[Words*WordW-1:WordW]}",
                    "{next_q[(Words-1)*WordW-1:0], prog_rsp_data_i}"))
            // A word of the descriptor, any.
            .smaller(
                new Breakage(
                    "sequencer",
                    "  input  wire                 rows_taken_i,",
                    "  input wire rows_taken_i, input wire [5:0] proof_k_i,"))
            .slow());
  }

  private static List<Proof> shell() {
    return List.of(
        readPort(
            "14x24",
            "skips",
            4,
            24,
            ordered("AddrW", 14, "DataW", 24),
            new Breakage("lutmac_read_port_14x24", "credits <= 3'h4", "credits <= 3'h5"),
            new Breakage("lutmac_queue_4x24", "enters != leaves", "enters"),
            new Breakage("lutmac_queue_4x24", "~(meet & filled)", "1'b1")),
        readPort(
                "14x24_tagged",
                "activations, with tags",
                4,
                50,
                ordered("AddrW", 14, "DataW", 24, "TagW", 26),
                new Breakage(
                    "lutmac_read_port_14x24_tagged",
                    "word_tag <= client_request_bits_tag",
                    "word_tag <= {client_request_bits_tag[24:0], 1'b0}"),
                new Breakage("lutmac_queue_4x50", "writeAt + 2'h1", "writeAt + 2'h2"))
            .slow(),
        readPort(
            "11x72_short",
            "the host's on a bus",
            2,
            72,
            ordered("AddrW", 11, "DataW", 72),
            new Breakage("lutmac_read_port_11x72_short", "credits <= 2'h2", "credits <= 2'h3"),
            new Breakage("lutmac_queue_2x72", "~(meet & filled)", "1'b1")),
        proof(
            "read_port_one",
            "read_port",
            "every request answered once, its word kept until it is taken (one place, parameters)",
            List.of(
                "lutmac_read_port_11x126",
                "lutmac_queue_1x126",
                "lutmac_stream_contract",
                "lutmac_contract"),
            ordered("AddrW", 11, "DataW", 126),
            List.of(),
            new Induction(3, 10),
            new Breakage("lutmac_read_port_11x126", "~asked & answered", "answered & arriving"),
            new Breakage("lutmac_queue_1x126", "enters != leaves", "enters")),
        proof(
            "read_port_prompt",
            "read_port",
            "every request answered two cycles later (no place, the program's)",
            List.of("lutmac_read_port_14x32_prompt", "lutmac_stream_contract", "lutmac_contract"),
            ordered("AddrW", 14, "DataW", 32),
            List.of(),
            new Induction(3, 10),
            new Breakage(
                "lutmac_read_port_14x32_prompt", "answers <= arriving", "answers <= asked"),
            new Breakage("lutmac_read_port_14x32_prompt", "if (arriving)", "if (answers)")),
        proof(
                "read_sharing",
                "feature_map_banks",
                "a skip's read waits for four activations at most, whose answers nobody takes",
                List.of(
                    "lutmac_read_port_14x24_tagged",
                    "lutmac_feature_map_banks",
                    "lutmac_queue_4x50",
                    "lutmac_queue_memory",
                    "lutmac_stream_contract",
                    "lutmac_contract"),
                ordered(),
                // Proven of the port itself.
                List.of("lutmac_read_port.queue_overflow", "lutmac_read_port.response"),
                new Induction(3, 12),
                new Breakage(
                    "lutmac_read_port_14x24_tagged",
                    "assign hasCredit = |credits;",
                    "assign hasCredit = 1'b1;"),
                new Breakage(
                    "lutmac_feature_map_banks",
                    "assign reads_1_ready = ~(waits_0 | waits_1);",
                    "assign reads_1_ready = ~(waits_0 | waits_1 | got_odd_0);"))
            .smaller(
                new Breakage(
                    "lutmac_read_port_14x24_tagged",
                    "  output        client_request_ready,",
                    "  output [2:0] proof_credits_o, output client_request_ready,"),
                new Breakage(
                    "lutmac_read_port_14x24_tagged",
                    "  assign hasCredit = ",
                    "  assign proof_credits_o = credits; assign hasCredit = ")),
        proof(
            "run_control",
            "run_control",
            "a run ends with done, error, abort or at its limit; its counters are exact",
            List.of("lutmac_run_control", "lutmac_stream_contract", "lutmac_contract"),
            ordered(),
            List.of("lutmac_run_control.done_expected", "lutmac_run_control.one_end"),
            new Induction(3, 10),
            new Breakage("lutmac_run_control", "counted == limit", "counted > limit"),
            new Breakage("lutmac_run_control", "~running & ~flushing;", "~running;"),
            new Breakage("lutmac_run_control", "running & core_stall", "core_stall"),
            new Breakage(
                "lutmac_run_control",
                "failed ? core_error : ",
                "abort ? 4'h7 : failed ? core_error : ")),
        proof(
                "axi_lite_registers",
                "axi_lite_registers",
                "writes change their bytes alone, reads get what is there, each done and answered once",
                List.of("lutmac_axi_lite_registers", "lutmac_contract"),
                ordered(),
                List.of(),
                new Induction(3, 8),
                new Breakage(
                    "lutmac_axi_lite_registers", "found_24 | found_25", "found_24 & found_25"),
                new Breakage(
                    "lutmac_axi_lite_registers",
                    "writes_run_limit & writeStrobes[3]",
                    "writes_run_limit & writeStrobes[2]"),
                new Breakage("lutmac_axi_lite_registers", "dataHeld <= ~writes & ", "dataHeld <= "))
            .slow(),
        proof(
                "axi_counters",
                "axi_counters",
                "every counter counts its cycles, every layer's end is noted",
                List.of("lutmac_axi_counters", "lutmac_queue_memory", "lutmac_contract"),
                ordered(),
                List.of(),
                new Induction(3, 8),
                new Breakage("lutmac_axi_counters", "busy & readWait", "busy & ~readWait"),
                new Breakage("lutmac_axi_counters", "clear | ~awake", "clear"),
                new Breakage("lutmac_axi_counters", "~running | layer != shown", "~running"))
            .slow());
  }

  /** A read port with places in a ring, of a client. */
  private static Proof readPort(
      String sizes,
      String client,
      int places,
      int width,
      Map<String, Integer> parameters,
      Breakage... breakages) {
    String port = "lutmac_read_port_" + sizes;
    String queue = "lutmac_queue_%dx%d".formatted(places, width);
    String words =
        IntStream.range(0, places)
            .mapToObj(place -> "words[%d]".formatted(places - 1 - place))
            .collect(Collectors.joining(", "));
    return proof(
            "read_port",
            "read_port",
            "every request answered once, in order; an answer always finds a place (%d places, %s)"
                .formatted(places, client),
            List.of(
                port, queue, "lutmac_queue_memory", "lutmac_stream_contract", "lutmac_contract"),
            parameters,
            List.of(),
            new Induction(3, 10),
            breakages)
        // What the statement looks at in the queue and its memory.
        .smaller(
            new Breakage(
                "lutmac_queue_memory",
                "  output logic [Width-1:0] rd_data_o,",
                "  output logic [Width-1:0] rd_data_o, output logic [%d*Width-1:0] proof_words_o,"
                    .formatted(places)),
            new Breakage(
                "lutmac_queue_memory",
                "  assign rd_data_o =",
                "  assign proof_words_o = {%s}; assign rd_data_o =".formatted(words)),
            new Breakage(
                queue,
                "  output        enq_ready,",
                "  output [2:0] proof_count_o, output enq_ready,"),
            new Breakage(
                queue,
                "  reg         filled;",
                "  wire [%d:0] proof_words; reg filled;".formatted(places * width - 1)),
            new Breakage(
                queue,
                ".wr_data_i (enq_bits)",
                ".proof_words_o (proof_words), .wr_data_i (enq_bits)"),
            new Breakage(
                port,
                "  wire        queue_enq_ready;",
                "  localparam int proof_places = %d; wire [2:0] proof_count; wire queue_enq_ready;"
                    .formatted(places)),
            new Breakage(
                port,
                ".enq_ready (queue_enq_ready)",
                ".proof_count_o (proof_count), .enq_ready (queue_enq_ready)"));
  }

  private static List<Proof> arrays() {
    return List.of(
        csdTable(
            1,
            new Breakage("mac_array_csd", "(low + 2'd1)", "(low + 2'd2)"),
            new Breakage("mac_array_csd", "if (table_we_i) table_q", "table_q")),
        csdTable(
                2,
                new Breakage("mac_array_csd", "table_data_i[2:1] - low_b", "table_data_i[2:1]"),
                new Breakage(
                    "mac_array_csd", "table_data_i[7:6] & {2{low_nz}}", "table_data_i[7:6]"),
                new Breakage(
                    "mac_array_csd", "{page_q1, code_q1[4*c +: 4]}", "{page_q1, code_q1[3:0]}"))
            .slow(),
        csdTable(4, new Breakage("mac_array_csd", "slot[4] & ~slot[0]", "~slot[0]")).slow(),
        proof(
                "bins_sum",
                "mac_array_bins",
                "a bin holds the sum of its code, without overflow under the compiler's bound",
                List.of("mac_array_bins"),
                ordered("Rows", 2, "BinW", 12, "GroupRows", 2),
                List.of(
                    "mac_array.table_idle",
                    "mac_array.layer_static",
                    "mac_array.segment_framing",
                    "mac_array.step_rows",
                    "mac_array.step_plane",
                    "mac_array.activation_range",
                    "mac_array.plane_segment",
                    "mac_array.schedule_end",
                    "mac_array.schedule_last",
                    "mac_array.bins_cleared",
                    "mac_array.drain_range",
                    "mac_array.sum_range"),
                new Induction(3, 24),
                new Breakage(
                    "mac_array_bins",
                    "base_q[drain_addr] <= mark_q[drain_addr]",
                    "base_q[drain_addr] <= ~mark_q[drain_addr]"),
                new Breakage(
                    "mac_array_bins",
                    "old[BinW*s +: BinW] & {BinW{keep_q2[c]}}",
                    "old[BinW*s +: BinW]"))
            // The code whose bins are watched, any; the assertion on overflow is about all codes.
            .smaller(
                new Breakage(
                    "mac_array_bins",
                    "  input  wire  [Cols*4-1:0]      code_i,",
                    "  input wire [3:0] proof_code_i, input wire [Cols*4-1:0] code_i,"),
                new Breakage(
                    "mac_array_bins",
                    "weighed_read[addr[3:0]] && overflow != '0",
                    "addr[3:0] == proof_code_i && c == 0 && g == 0 && overflow[BinW-1]"))
            .slow(),
        proof(
                "bins_drain",
                "mac_array_bins",
                "every schedule: the sum is that of its halvings and additions",
                List.of("mac_array_bins"),
                ordered("Rows", 2, "BinW", 16, "GroupRows", 2),
                List.of(
                    "mac_array.table_idle",
                    "mac_array.layer_static",
                    "mac_array.segment_framing",
                    "mac_array.step_rows",
                    "mac_array.step_plane",
                    "mac_array.activation_range",
                    "mac_array.plane_segment",
                    "mac_array.schedule_end",
                    "mac_array.schedule_last",
                    "mac_array.bins_cleared",
                    "mac_array.bin_overflow",
                    "mac_array.drain_range",
                    "mac_array.sum_range"),
                new Induction(3, 16),
                new Breakage("mac_array_bins", "acc_q[0] ^ comp_q2", "acc_q[0]"),
                new Breakage("mac_array_bins", "neg_q1 ^ neg_q2", "neg_q1"))
            .withAnyMemory()
            // Clearing the bins after reset, which are anything here, takes 2 cycles instead of 32.
            .smaller(new Breakage("mac_array_bins", "pc_q[3:0] == 4'd15", "pc_q[3:0] == 4'd0"))
            .slow());
  }

  /** The table of an array of so many digits. */
  private static Proof csdTable(int digits, Breakage... breakages) {
    return proof(
            "csd_table",
            "mac_array_csd",
            "a step's weight is what was written for its code",
            List.of("mac_array_csd"),
            ordered("Digits", digits, "Rows", 1, "Cols", 2, "Planes", 2),
            List.of(
                "mac_array.table_digits",
                "mac_array.table_idle",
                "mac_array.layer_static",
                "mac_array.segment_framing",
                "mac_array.step_rows",
                "mac_array.step_plane",
                "mac_array.activation_range"),
            new Induction(3, 8),
            breakages)
        // The entry that is watched, any.
        .smaller(
            new Breakage(
                "mac_array_csd",
                "  input  wire  [Cols*4-1:0]     code_i,",
                "  input wire [6:0] proof_at_i, input wire [Cols*4-1:0] code_i,"));
  }

  private static Proof proof(
      String source,
      String module,
      String property,
      List<String> templates,
      Map<String, Integer> parameters,
      List<String> assumed,
      Proof.Method method,
      Breakage... breakages) {
    Map<String, Integer> variables = new LinkedHashMap<>(VARIABLES);
    variables.put("packedMaps", 1);
    if (parameters.containsKey("LogW")) {
      variables.put("logBits", parameters.get("LogW"));
    }
    if (parameters.containsKey("Digits")) {
      variables.put("digits", parameters.get("Digits"));
    }
    return new Proof(
        source,
        module,
        property,
        templates,
        variables,
        parameters,
        assumed,
        true,
        List.of(),
        method,
        true,
        List.of(breakages));
  }

  private static Proof element(
      String template, String style, Map<String, Integer> parameters, Breakage... breakages) {
    return new Proof(
        template,
        template,
        "sum grows by x * W, for every x and W (%s)".formatted(style),
        List.of(template),
        VARIABLES,
        parameters,
        List.of(),
        true,
        List.of(),
        new Induction(3, 6),
        true,
        List.of(breakages));
  }

  /** Parameters in the order in which they are printed. */
  private static Map<String, Integer> ordered(Object... parts) {
    Map<String, Integer> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i += 2) {
      map.put((String) parts[i], (Integer) parts[i + 1]);
    }
    return map;
  }
}
