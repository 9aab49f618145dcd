package lutmac.quant.plan.yaml;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.plan.WeightFormat;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads formats from YAML text; works on its nodes, because they know their lines. */
final class FormatsReader {
  private final String file;

  FormatsReader(String file) {
    this.file = file;
  }

  PinnedFormats read(String text) {
    Node root = compose(text);
    if (root == null) {
      throw new BadInputException(
          "%s: holds no formats; 'lutmac quantize' writes such a file beside its output"
              .formatted(file));
    }
    YamlMapping top = new YamlMapping(file, "the file", root).only("input", "layers");
    Map<String, PinnedLayer> layers = new LinkedHashMap<>();
    top.mapping("layers", "'layers'")
        .ifPresent(
            all ->
                all.fields()
                    .forEach(
                        (name, node) ->
                            layers.put(
                                name,
                                layer(new YamlMapping(file, "layer '%s'".formatted(name), node)))));
    return new PinnedFormats(
        file, top.mapping("input", "'input'").map(this::activationFormat), layers);
  }

  private Node compose(String text) {
    try {
      return new Yaml(new LoaderOptions()).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new BadInputException(
          "%s:%d: is not YAML (%s); correct the line".formatted(file, line, e.getProblem()), e);
    } catch (YAMLException e) {
      throw new BadInputException(
          "%s: is not YAML (%s); name a YAML file of formats"
              .formatted(file, e.getMessage().lines().findFirst().orElse("unreadable")),
          e);
    }
  }

  private PinnedLayer layer(YamlMapping mapping) {
    mapping.only("weights", "channel-shifts", "exponent", "table", "output");
    Optional<WeightFormat> weights =
        mapping.mapping("weights", "'weights'").map(this::weightFormat);
    Optional<ActivationFormat> output =
        mapping.mapping("output", "'output'").map(this::activationFormat);
    Optional<List<Integer>> shifts = mapping.integers("channel-shifts");
    Optional<Codebook> table = table(mapping);
    return checked(
        mapping,
        () ->
            new PinnedLayer(
                weights,
                channelShifts(mapping, shifts),
                shifts,
                mapping.integer("exponent"),
                table,
                output));
  }

  private static Optional<Boolean> channelShifts(
      YamlMapping mapping, Optional<List<Integer>> shifts) {
    if (!mapping.fields().containsKey("channel-shifts")) {
      return Optional.empty();
    }
    String word = mapping.word("channel-shifts");
    if (shifts.isEmpty() && !word.equals("true") && !word.equals("false")) {
      throw mapping.refused(
          "channel-shifts", "has 'channel-shifts' other than true, false or a list");
    }
    return Optional.of(!word.equals("false"));
  }

  private Optional<Codebook> table(YamlMapping mapping) {
    if (!mapping.fields().containsKey("table")) {
      return Optional.empty();
    }
    List<Integer> levels =
        mapping
            .integers("table")
            .orElseThrow(
                () -> mapping.refused("table", "has a 'table' that is no list; write [0, 1, ...]"));
    return Optional.of(checked(mapping, () -> new Codebook(levels)));
  }

  private WeightFormat weightFormat(YamlMapping mapping) {
    return switch (mapping.word("kind")) {
      case "table" -> {
        mapping.only("kind", "bits", "digits");
        int digits = mapping.integer("digits").orElse(2);
        yield checked(mapping, () -> new WeightFormat.Table(mapping.required("bits"), digits));
      }
      case "fixed" -> {
        mapping.only("kind", "bits");
        yield checked(mapping, () -> new WeightFormat.FixedPoint(mapping.required("bits")));
      }
      default -> throw mapping.refused("kind", "needs 'kind: table' or 'kind: fixed'");
    };
  }

  private ActivationFormat activationFormat(YamlMapping mapping) {
    ActivationFormat format =
        switch (mapping.word("kind")) {
          case "fixed" -> {
            mapping.only("kind", "bits", "frac");
            yield checked(mapping, () -> ActivationFormat.Fixed.of(mapping.required("bits")));
          }
          case "log" -> {
            mapping.only("kind", "bits", "step", "frac");
            yield checked(
                mapping,
                () -> ActivationFormat.Log.of(mapping.required("bits"), mapping.required("step")));
          }
          default -> throw mapping.refused("kind", "needs 'kind: fixed' or 'kind: log'");
        };
    return mapping.integer("frac").map(format::at).orElse(format);
  }

  private static <T> T checked(YamlMapping mapping, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw mapping.refused("cannot be: " + e.getMessage() + "; correct it");
    }
  }
}
