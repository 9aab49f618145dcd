package lutmac.quant.plan.yaml;

import java.util.List;
import java.util.regex.Pattern;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.plan.WeightFormat;

/** Writes formats by hand, one line a choice: a YAML library would scatter the lists. */
final class FormatsWriter {
  /** Names that need no quotes. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_/.]*");

  private static final String HEADING =
      """
      # Formats of the network %s.
      #
      # Give this file to another run with --formats: with the same images and options it makes the
      # same network, bit for bit. Change what you like; what you delete is left to the recipe.
      #
      #   input, output   {kind: fixed, bits: 2..8, frac: f}                code c is c * 2^-f
      #                   {kind: log, bits: 3..6, step: 0..3, frac: f}      2^step codes an octave
      #                   without frac, calibration chooses it
      #   weights         {kind: table, bits: 1..4, digits: 1..4}           codes into a table of levels
      #                   {kind: fixed, bits: 2..8}                         two's complement levels
      #   table           the levels, 8-bit integers of at most so many signed digits; the first is 0
      #   exponent        g: a level L is the weight L * 2^-(g + d)
      #   channel-shifts  false (d = 0), true (each output channel gets its best d), or the list of d
      #
      # Fractions, exponents, shifts and tables fit the scales that equalization gives the maps, and
      # those depend on the maps' bits: where you change the bits of a map, delete them in the layers
      # that make or read it, so that they are fitted anew.
      #
      # A layer that returns its accumulators has no output format. Layers that only copy
      # channels have no formats of weights.

      """;

  private FormatsWriter() {}

  static String text(String network, PinnedFormats formats) {
    StringBuilder text = new StringBuilder(HEADING.formatted(quoted(network)));
    formats
        .input()
        .ifPresent(input -> text.append("input: ").append(activations(input)).append("\n\n"));
    text.append(formats.layers().isEmpty() ? "layers: {}\n" : "layers:\n");
    formats.layers().forEach((name, layer) -> layer(text, name, layer));
    return text.toString();
  }

  private static void layer(StringBuilder text, String name, PinnedLayer layer) {
    text.append("  ").append(key(name)).append(":");
    text.append(layer.equals(PinnedLayer.NONE) ? " {}\n" : "\n");
    layer.weights().ifPresent(weights -> line(text, "weights", weights(weights)));
    layer
        .channelShifts()
        .ifPresent(
            scaled ->
                line(
                    text,
                    "channel-shifts",
                    layer.shifts().map(List::toString).orElse(Boolean.toString(scaled))));
    layer.exponent().ifPresent(exponent -> line(text, "exponent", Integer.toString(exponent)));
    layer.table().ifPresent(table -> line(text, "table", table.levels().toString()));
    layer.output().ifPresent(output -> line(text, "output", activations(output)));
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append("    ").append(key).append(": ").append(value).append('\n');
  }

  private static String weights(WeightFormat format) {
    return format.fold(
        table -> "{kind: table, bits: %d, digits: %d}".formatted(table.bits(), table.digits()),
        fixed -> "{kind: fixed, bits: %d}".formatted(fixed.bits()));
  }

  private static String activations(ActivationFormat format) {
    String frac = format.frac().map(", frac: %d"::formatted).orElse("");
    return format.fold(
        fixed -> "{kind: fixed, bits: %d%s}".formatted(fixed.bits(), frac),
        log -> "{kind: log, bits: %d, step: %d%s}".formatted(log.bits(), log.resolution(), frac));
  }

  private static String key(String name) {
    return PLAIN.matcher(name).matches() ? name : quoted(name);
  }

  /** A double-quoted scalar; everything outside printable ASCII is escaped. */
  private static String quoted(String name) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : name.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
