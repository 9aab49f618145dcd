package lutmac.testbench.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.testbench.proof.Proof.Bounded;
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
            new Breakage("pe_digits_1", "{6{negative}}", "6'd0")),
        element(
            "pe_digits_2",
            "csd 2",
            ordered("ActW", 14, "AccW", 32),
            new Breakage("pe_digits_2", "k[0] ? wide : wide >>> 2", "k[0] ? wide : wide >>> 1"),
            new Breakage("pe_digits_2", "assign negative       = carried_i[7]", "assign negative = 1'b0"),
            new Breakage("pe_digits_2", "if (load_i) ", "")),
        element(
            "pe_digits_4",
            "csd 4",
            ordered("ActW", 14, "AccW", 32),
            new Breakage("pe_digits_4", "carried_i[19]", "carried_i[18]"),
            new Breakage("pe_digits_4", "s[PairW-1:4], carried_i[11]", "s[PairW-1:4], 1'b0")));
  }

  private static List<Proof> outputs() {
    return List.of(
        proof(
            "requantizer",
            "requantizer",
            "word = formula of docs/hardware.md 6, in order, under any stalls",
            List.of("requantizer", "skip_decoder", "lane_unpacker"),
            ordered("Cols", 2),
            List.of("requantizer.sum_range", "requantizer.clamp_range"),
            new Bounded(8),
            new Breakage("requantizer", "half_up_i || sticky_q", "sticky_q"),
            new Breakage("requantizer", "quotient >= hi", "quotient > hi"),
            new Breakage("requantizer", "plane_q == 2'd3", "plane_q == 2'd2")),
        proof(
            "activation_table",
            "activation_table",
            "a row's codes are the entries that it names, none lost or repeated",
            List.of("activation_table"),
            ordered("Cols", 2),
            List.of("activation_table.bank"),
            new Induction(3, 6),
            new Breakage("activation_table", "entries_q[{entry_q, 3'd0} +: 8]", "entries_q[7:0]"),
            new Breakage("activation_table", "!valid_q || code_ready_i", "1'b1")),
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
    if (parameters.containsKey("LogW")) {
      variables.put("logBits", parameters.get("LogW"));
    }
    return new Proof(
        source,
        module,
        property,
        templates,
        variables,
        parameters,
        assumed,
        method,
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
        new Induction(6, 8),
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
