package lutmac.generator.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.generator.pe.PeStyle;
import lutmac.rtl.layout.DescriptorField;

/**
 * A way to break one assertion: stimulus for a bench in which the module's inputs are zero, one
 * cycle after reset. The assertion fails at the clock edge after the stimulus, or at one within it;
 * no other one does.
 *
 * @param module whose bench it is
 * @param label of the assertion, {@code module.promise}
 * @param stimulus statements; {@code tick} lets a clock edge pass
 */
record ContractBreak(String module, String label, String stimulus) {

  /** For signals of any width: a forced one does not extend a number that is narrower. */
  static final String ZEROS = "{2048{1'b0}}";

  private static final String ONES = "{2048{1'b1}}";

  /** All of the design that {@link ContractsTest} emits. */
  static List<ContractBreak> of(PeStyle style) {
    Script script = new Script();
    walkers(script);
    feeder(script);
    switch (style.name()) {
      case "bins" -> {
        array(script, "u_contract.");
        binsArray(script);
      }
      case "csd", "serial" -> {
        array(script, "u_contract.");
        // A low digit in the slot of high ones; a digit in slot 1 of an entry of one.
        String entry = style.name().equals("csd") ? "32'h10" : "32'h200";
        script.promise("table_digits", "table_we_i = 1", "table_data_i = " + entry);
        if (style.name().equals("csd")) {
          // Of -130.
          script.promise("table_digits", "table_we_i = 1", "table_data_i = 32'h33f");
        }
        grid(script);
      }
      case "dsp" -> {
        array(script, "u_contract.");
        script.promise("table_weight", "table_we_i = 1", "table_data_i = 32'h100");
        grid(script);
      }
      default -> throw new IllegalArgumentException("no cases for the array of " + style.name());
    }
    outputUnit(script);
    sequencer(script);
    core(script);
    readPort(script, "lutmac_read_port_12x%d".formatted(8 * LANES));
    promptPort(script, "lutmac_read_port_10x32_prompt");
    beats(script);
    hostPort(script);
    script.stream("read", "read_valid", "read_ready", "addr", "addr = 0");
    script.promise("start_alone", "idle = 0", "starting = 1", "run_ready = 1", "arriving = 1");
    runControl(script);
    shell(script, "lutmac_top");
    return script.breaks;
  }

  /** Those of the modules that a design on a bus does not share with one behind streams. */
  static List<ContractBreak> ofBus() {
    Script script = new Script();
    axi(script);
    wordToBeats(script);
    hostPort(script);
    script.promise(
        "start_alone",
        "idle = 0",
        "starting = 1",
        "run_ready = 1",
        "port_client_response_valid = 1",
        "port_client_response_bits_data = 0");
    runControl(script);
    readPort(script, "lutmac_read_port_12x%d_short".formatted(8 * LANES));
    shell(script, "lutmac_shell");
    return script.breaks;
  }

  /** What the cases of a module share, and its cases. */
  private static final class Script {
    private final List<ContractBreak> breaks = new ArrayList<>();
    private String bench = "";
    private String module = "";

    /** Starts the cases of a module. */
    void module(String name) {
      module(name, name);
    }

    /** Starts the cases of a module that is emitted under a name with its sizes. */
    void module(String name, String benchModule) {
      module = name;
      bench = benchModule;
    }

    void promise(String promise, String... stimulus) {
      breaks.add(new ContractBreak(bench, module + "." + promise, forces(stimulus)));
    }

    /**
     * The three promises of a stream.
     *
     * @param valid signal that makes a beat valid, its ready signal being low
     * @param payload a signal of its payload
     * @param setup what makes a payload known
     */
    void stream(String name, String valid, String ready, String payload, String... setup) {
      String known = forces(setup);
      String offer = known + forces(valid + " = 1", ready + " = 0");
      breaks.add(
          new ContractBreak(
              bench,
              "%s.%s.persistent".formatted(module, name),
              offer + " tick; " + forces(valid + " = 0")));
      breaks.add(
          new ContractBreak(
              bench,
              "%s.%s.stable".formatted(module, name),
              offer + " tick; " + forces(payload + " = " + ONES)));
      breaks.add(
          new ContractBreak(
              bench, "%s.%s.known".formatted(module, name), offer + forces(payload + " = 'bx")));
    }

    private static String forces(String... signals) {
      StringBuilder text = new StringBuilder();
      for (String signal : signals) {
        String wide = signal.endsWith(" = 0") ? signal.replaceAll("0$", ZEROS) : signal;
        text.append(signal.equals("tick") ? "tick; " : "force dut.%s; ".formatted(wide));
      }
      return text.toString();
    }
  }

  private static final int LANES = 17;
  private static final int ROWS = 4;

  /** One assignment for every lane, the first of which is special. */
  private static String[] lanes(String signal, String first, String others) {
    return IntStream.range(0, LANES)
        .mapToObj(lane -> signal.formatted(lane) + " = " + (lane == 0 ? first : others))
        .toArray(String[]::new);
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static void walkers(Script script) {
    script.module("run_walker");
    script.stream(
        "run",
        "run_valid_q",
        "run_ready_i",
        "run_pos_q",
        "run_pos_q = 0",
        "run_n_q = 1",
        "run_row_q = 0",
        "run_last_tap_q = 0",
        "run_last_q = 0",
        "run_phase_q = 0");
    List<String> counters = new ArrayList<>();
    for (String counter : List.of("py", "wx", "wy", "cb", "kx", "ky", "ob", "tile")) {
      counters.addAll(List.of(counter + "_q = 1", counter + "_n_i = 1"));
    }
    counters.addAll(List.of("px_left_q = 1", "px_n_i = 1", "row_q = 0", "rows_last_i = 1"));
    String[] walking =
        with(
            counters.toArray(String[]::new),
            "rows_left_q = 1",
            "plane_q = 0",
            "edge_q = 0",
            "tile_last_q = 1",
            "state_q = 2",
            "hops_q = 1");
    script.promise(
        "start_idle",
        "run_pos_q = 0",
        "run_n_q = 1",
        "run_row_q = 0",
        "run_last_tap_q = 0",
        "run_last_q = 0",
        "run_phase_q = 0",
        "run_valid_q = 1",
        "run_ready_i = 1",
        "start_i = 1");
    script.promise("walk_range", with(walking, "px_left_q = 2"));
    script.promise("tap_range", with(walking, "kx_q = 2"));
    script.promise("row_range", with(walking, "row_q = 1"));
    script.promise("block_range", with(walking, "ob_q = 2"));

    script.module("run_reader");
    script.stream(
        "req",
        "valid_q",
        "req_ready_i",
        "addr_q",
        "addr_q = 0",
        "x_left_q = 1",
        "outside_q = 0",
        "last_q = 0",
        "row_q = 0",
        "row0_q = 0",
        "row_end_q = 0",
        "slot_q = 0",
        "phase_q = 0");
    script.promise("run_range", "run_valid_i = 1", "contiguous_i = 1", "stride_i = 9");

    script.module("weight_walker");
    String[] asking = {
      "addr_q = 0",
      "word_q = 1",
      "edge_q = 0",
      "words_q = 0",
      "tile_q = 1",
      "tile_n_i = 1",
      "ob_q = 1",
      "ob_n_i = 1"
    };
    String[] active = with(asking, "active_q = 1", "req_ready_i = 1");
    script.stream("req", "active_q", "req_ready_i", "addr_q", asking);
    script.promise("start_idle", with(active, "start_i = 1"));
    script.promise("word_range", with(active, "words_q = 1", "word_q = 2"));
    script.promise("block_range", with(active, "tile_q = 2"));

    script.module("skip_walker");
    asking =
        new String[] {
          "addr_q = 0",
          "row_q = 1",
          "rows_last_i = 1",
          "tile_q = 1",
          "tile_n_i = 1",
          "ob_q = 1",
          "ob_n_i = 1"
        };
    active = with(asking, "active_q = 1", "req_ready_i = 1");
    script.stream("req", "active_q", "req_ready_i", "addr_q", asking);
    script.promise("start_idle", with(active, "start_i = 1"));
    script.promise("row_range", with(active, "row_q = 2"));
    script.promise("block_range", with(active, "ob_q = 2"));
  }

  private static void feeder(Script script) {
    script.module("code_unpacker");
    script.promise("step_range", "word_valid_i = 1", "gen_packed.step_q = 1");

    script.module("row_feeder");
    script.stream("step", "step_valid_q", "step_ready_i", "step_q", "step_q = 0", "x_o = 0");
    script.stream(
        "pool",
        "word_valid_q",
        "pool_ready_i",
        "word_q",
        "pool_q = 1",
        "enable_i = 1",
        "word_last_q = 0",
        "word_q = 0");
    // The upper part of a word that is its phase's last.
    String[] word = {
      "word_valid_q = 1", "word_last_q = 1", "word_upper_q = 1", "word_bank_q = 0", "pool_q = 0"
    };
    String[] phase = with(word, "word_lanes_q = 1", "word_taps_q = 1");
    script.promise("row_range", "act_valid_i = 1", "contiguous_i = 1", "act_row_i = " + ROWS);
    script.promise("lanes_range", with(word, "word_lanes_q = 0", "word_taps_q = 1"));
    script.promise("tap_range", with(word, "word_lanes_q = 1", "word_taps_q = 0"));
    script.promise(
        "one_way",
        "act_valid_i = 1",
        "word_taken = 1",
        "pool_q = 0",
        "contiguous_i = 0",
        "act_taps = 2");
    script.promise("bank_overflow", with(phase, "full_q = 1", "fill_end = 1"));
    String[] filled = with(phase, "seg_taps_i = 1", "tick", "word_valid_q = 0");
    script.promise("bank_underflow", with(filled, "full_q = 0", "drain = 1"));
    script.promise("step_range", with(filled, "byte_q = 1", "drain = 1"));
  }

  /**
   * What all styles of the array promise.
   *
   * @param contract where the assertions on what drives it are
   */
  private static void array(Script script, String contract) {
    script.module("mac_array");
    script.promise("table_idle", contract + "open_q = 1", "table_we_i = 1");
    script.promise(
        "layer_static",
        contract + "open_q = 1",
        contract + "known_q = 1",
        contract + "layer_q = 0",
        "layer_bank_i = 1");
    script.promise(
        "step_plane", "step_fire = 1", "step_first_i = 1", "x_rows_i = 1", "step_plane_i = 3");
    script.promise("segment_framing", "step_fire = 1", "x_rows_i = 1");
    script.promise("step_rows", "step_fire = 1", "step_first_i = 1");
    script.promise(
        "activation_range", "step_fire = 1", "step_first_i = 1", "x_rows_i = 1", "x_i = 9'h100");
  }

  private static void arrayRows(Script script) {
    script.stream("row", "row_valid_o", "row_ready_i", "row_acc_o", "row_acc_o = 0");
    // Sums are defined for some rows only: nothing but an unknown valid is wrong for all.
    script.breaks.removeIf(broken -> broken.label().equals("mac_array.row.known"));
    script.promise("row.known", "row_valid_o = 1'bx");
  }

  private static void binsArray(Script script) {
    arrayRows(script);
    script.promise("schedule_end", "state_q = 1", "pc_q = 63", "entry = 0", "done_q3 = 0");
    script.promise("schedule_last", "state_q = 1", "entry = 8'b01100000", "done_q3 = 0");
    script.promise(
        "plane_segment",
        "step_fire = 1",
        "step_first_i = 1",
        "x_rows_i = 1",
        "plane_open_q = 1",
        "plane_first_q = 1");
    script.promise("bins_cleared", "swapped_q = 1", "gen_col[0].left = 1");
    script.promise(
        "bin_overflow",
        "step_q2 = 1",
        "weighed = 16'hffff",
        "rows_q2 = 1",
        "code_q2 = {%d{4'd1}}".formatted(LANES),
        "keep_q2 = 1",
        "x_q2 = 1",
        "gen_group[0].gen_col[0].old = {64{1'b1}}");
    script.promise(
        "drain_range",
        with(
            lanes("gen_group[0].gen_col[%d].exact_q", "64'd1 << 40", "0"),
            "slot_q2 = 0",
            "drain_rows_q = 1",
            "drain_add = 1",
            "halve_q2 = 1",
            "first_q2 = 0"));
    script.promise(
        "sum_range",
        with(
            lanes("gen_group[0].gen_col[%d].exact_q", "64'd1 << 40", "0"),
            "slot_q3 = 0",
            "drain_rows_q = 1",
            "hand_over = 1"));
  }

  /** What the array of every style promises whose elements add products. */
  private static void grid(Script script) {
    script.module("mac_array", "mac_grid");
    arrayRows(script);
    script.promise("result_overwrite", "rows_i = 0", "load_i = 1", "emit_q = 1");
    script.promise(
        "sum_range",
        with(
            lanes("gen_col[%d].gen_pe[0].gen_exact[0].exact_d", "64'd1 << 23", "0"),
            "rows_i = 1",
            "load_i = 1"));
  }

  private static void outputUnit(Script script) {
    script.module("row_accumulator");
    String[] counters = {
      "row_q = 1",
      "seg_q = 1",
      "segs_q = 2",
      "edge_q = 0",
      "tile_last_q = 1",
      "tile_q = 1",
      "tile_n_i = 1",
      "ob_q = 1",
      "ob_n_i = 1",
      "rows_last_i = 1"
    };
    script.stream(
        "par_req",
        "par_active_q",
        "par_req_ready_i",
        "par_addr_q",
        "par_addr_q = 0",
        "par_ob_q = 1",
        "ob_n_i = 1");
    script.stream(
        "total",
        "total_valid_q",
        "total_ready_i",
        "total_o",
        "total_last_q = 0",
        "total_o = 0",
        "total_align_o = 0",
        "total_shift_o = 0");
    script.promise("start_idle", with(counters, "active_q = 1", "start_i = 1"));
    script.promise("counter_range", with(counters, "active_q = 1", "seg_q = 3"));
    script.promise("par_range", "par_active_q = 1", "par_req_ready_i = 1", "par_addr_q = 0");
    script.promise("row_expected", "row_valid_i = 1");
    script.promise(
        "sum_range",
        with(
            with(lanes("gen_lane[%d].par_q", "42'h7fffffff", "0"), counters),
            "segs_q = 1",
            "active_q = 1",
            "par_valid_q = 1",
            "row_acc_i = 1",
            "row_valid_i = 1"));

    script.module("requantizer");
    script.stream(
        "word", "code_valid_q", "word_ready_i", "word_o", "word_o = 0", "code_last_q = 0");
    script.promise("clamp_range", "shift_valid_q = 1", "clamp_lo_i = 5", "clamp_hi_i = 1");
    script.promise(
        "raw_shift", "total_valid_i = 1", "skip_en_i = 0", "raw_out_i = 1", "total_shift_i = 1");
    script.promise("encode_range", "shift_valid_q = 1", "out_log_i = 1", "clamp_hi_i = 16'h7fff");
    script.promise(
        "sum_range",
        with(
            with(
                lanes("gen_lane[%d].total_q", "32'h7fffffff", "0"),
                lanes("gen_lane[%d].exact_skip_q", "1", "0")),
            "align_valid_q = 1"));

    script.module("log_encoder");
    script.stream(
        "code", "code_valid_q", "code_ready_i", "code_o", "code_o = 0", "code_last_q = 0");
    script.promise(
        "code_range",
        with(
            lanes("gen_lane[%d].coded_q", "1", "0"),
            "gen_lane[0].top_q = 15",
            "gen_lane[0].part_q = 0",
            "find_valid_q = 1"));

    script.module("activation_table");
    script.stream(
        "code", "word_valid_i", "code_ready_i", "word_i", "word_i = 0", "word_last_i = 0");
    script.promise("bank", "entry_we_i = 1", "enable_i = 1", "word_valid_i = 1");

    script.module("map_writer");
    script.stream(
        "out", "out_valid_q", "out_ready_i", "out_addr_q", "out_addr_q = 0", "out_data_o = 0");
    script.promise(
        "start_idle",
        "out_addr_q = 0",
        "out_data_o = 0",
        "out_valid_q = 1",
        "out_ready_i = 1",
        "start_i = 1");
    String[] word = {
      "word_valid_i = 1", "window_q = 1", "window_n_i = 2", "ob_q = 1", "ob_n_i = 1"
    };
    script.promise("window_range", with(word, "window_q = 3"));
    script.promise("last_ends_window", with(word, "word_last_i = 1"));
    script.promise(
        "row_range",
        with(
            word,
            "window_n_i = 1",
            "raw_out_i = 0",
            "out_step_i = 2",
            "px_n_i = 3",
            "gen_spaced_rows.px_q = 1",
            "word_last_i = 1"));
    script.promise("slice_range", with(word, "sliced_i = 0", "slice = 1"));
    script.promise("block_range", with(word, "ob_q = 2"));

    script.module("slice_counter");
    script.promise("slice_range", "slice_o = 1");
  }

  private static void sequencer(Script script) {
    script.module("sequencer");
    script.stream("prog_req", "prog_req_valid_o", "prog_req_ready_i", "pc_q", "pc_q = 0");
    script.stream("prog_rsp", "prog_rsp_valid_i", "prog_rsp_ready_o", "prog_rsp_data_i", "req = 1");
    script.promise("known", "layer_q = 'bx");
    script.promise("answer_asked", "prog_rsp_valid_i = 1");
    script.promise("count_range", "asked_q = " + (DescriptorField.WORDS + 1));
    script.promise("table_bank", "table_we_o = 1", "ready_o = 1", "table_addr_o = 0");
    int words = DescriptorField.WORDS * DescriptorField.WORD_BITS;
    script.promise("start_loaded", "start_q = 1", "desc_o = {%d{1'b1}}".formatted(words));
    script.promise("desc_static", "held_q = 1", "desc_o = 0", "tick", "desc_o = 1");
    script.promise("written_runs", "layer_written_i = 1");
    script.promise("written_once", "ready_o = 1", "layer_written_i = 1", "written_q = 1");
    script.promise("error_range", "error_q = 6");
    script.promise("done_idle", "done_q = 1", "busy_q = 1");
  }

  private static void core(Script script) {
    script.module("lutmac_core");
    script.stream("start", "start_valid_i", "start_ready_o", "start_pc_i");
    script.stream(
        "wgt_rsp",
        "wgt_rsp_valid_i",
        "wgt_rsp_ready_o",
        "wgt_rsp_data_i",
        "u_code_unpacker.pack_i = 0");
    script.stream("par_rsp", "par_rsp_valid_i", "par_rsp_ready_o", "par_rsp_data_i");
    script.stream("act_rsp", "act_rsp_valid_i", "act_rsp_ready_o", "act_rsp_data_i");
    script.stream("skip_rsp", "skip_rsp_valid_i", "skip_rsp_ready_o", "skip_rsp_data_i");
  }

  private static void readPort(Script script, String benchModule) {
    script.module("lutmac_read_port", benchModule);
    script.stream("read", "client_request_valid", "read_ready", "client_request_bits_addr");
    script.stream(
        "response",
        "client_response_valid",
        "client_response_ready",
        "client_response_bits_data",
        "client_response_bits_data = 0");
    script.promise("credit_range", "credits = " + ONES);
    script.promise("queue_overflow", "arriving = 1", "queue_enq_ready = 0");
  }

  private static void promptPort(Script script, String benchModule) {
    script.module("lutmac_read_port", benchModule);
    script.promise("word_taken", "answers = 1", "held = 0", "client_response_ready = 0");
  }

  private static void beats(Script script) {
    script.module("lutmac_beats_to_word");
    script.stream("word", "full", "word_ready", "held_0", "held_0 = 0", "lastBeat = 0");
    script.promise("index_range", "index = 1");
    script.promise("last_constant", "lastBeat = 2", "index = 1", "tick", "lastBeat = 3");

    wordToBeats(script);
  }

  /** Behind streams it says where a word ends, too. */
  private static void wordToBeats(Script script) {
    script.module("lutmac_word_to_beats");
    script.stream("beat", "word_valid", "beat_ready", "word_bits");
    script.promise("index_range", "index = 3");
  }

  /** What the port of the host's commands promises in every design. */
  private static void hostPort(Script script) {
    script.module("lutmac_host_port");
    script.stream("out", "out_valid", "out_ready", "out_bits", "out_bits = 0");
    script.stream(
        "write", "writes_0_valid", "writes_0_ready", "addr", "addr = 0", "writes_0_bits_data = 0");
    script.promise("state_range", "reporting = 1");
    script.promise("word_range", "idle = 0", "writing = 1", "wordsToMove = 0", "in_valid = 0");
  }

  private static void runControl(Script script) {
    script.module("lutmac_run_control");
    script.stream("start", "run_valid", "start_ready", "run_bits_start");
    script.promise("done_expected", "core_done = 1");
    script.promise("one_end", "running = 1", "run_valid = 1", "core_done = 1", "core_error = 4");
  }

  private static void shell(Script script, String module) {
    script.module(module);
    script.promise(
        "read_write",
        "core_prog_req_valid_o = 1",
        "core_prog_req_addr_o = 0",
        "host_writes_3_valid = 1",
        "host_writes_3_bits_addr = 0");
    script.promise("map_in_run", "core_skip_req_valid_o = 1", "core_skip_req_addr_o = 0");
    script.stream("in", "in_valid_i", "host_in_ready", "in_data_i");
    script.stream("out", "out_valid_o", "out_ready_i", "out_data_o", "out_data_o = 0");
  }

  private static void axi(Script script) {
    // The bus owes nothing.
    String[] settled = {"readState_settled = 1", "writeState_settled = 1"};
    script.module("lutmac_axi_control");
    script.promise("state_range", with(settled, "stopping = 1"));
    script.promise("script_fits", with(settled, "script_enq_valid = 1", "script_enq_ready = 0"));
    script.promise("settled_idle", "readState_settled = 1");

    script.module("lutmac_axi_lite_registers");
    script.promise("error_has_cause", "report_failed = 1");

    script.module("lutmac_axi_read_engine");
    bursts(script);
    script.promise("burst_count", "underWay = 5");

    script.module("lutmac_axi_write_engine");
    bursts(script);
    String[] held = {"held_data = 0", "held_strb = 0", "held_last = 0"};
    script.stream("words", "full", "words_ready", "held_data", held);
  }

  private static void bursts(Script script) {
    String[] offer = {"offer_id = 0", "offer_addr = 0", "offer_len = 0"};
    script.stream("bursts", "offered", "bursts_ready", "offer_id", offer);
    // The second of 64 words, and 63 behind it.
    script.promise("burst_place", with(offer, "offered = 1", "offer_addr = 1", "offer_len = 63"));
  }
}
