package lutmac.quant.plan.yaml;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.quant.plan.MapFormat;
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
    YamlMap top = new YamlMap(file, "the file", root).only("input", "layers");
    Map<String, PinnedLayer> layers = new LinkedHashMap<>();
    top.map("layers", "'layers'")
        .ifPresent(
            map ->
                map.fields()
                    .forEach(
                        (name, node) ->
                            layers.put(
                                name,
                                layer(new YamlMap(file, "layer '%s'".formatted(name), node)))));
    return new PinnedFormats(file, top.map("input", "'input'").map(this::mapFormat), layers);
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

  private PinnedLayer layer(YamlMap map) {
    map.only("weights", "channel-shifts", "exponent", "table", "output");
    Optional<WeightFormat> weights = map.map("weights", "'weights'").map(this::weightFormat);
    Optional<MapFormat> output = map.map("output", "'output'").map(this::mapFormat);
    Optional<List<Integer>> shifts = map.integers("channel-shifts");
    Optional<Codebook> table = table(map);
    return checked(
        map,
        () ->
            new PinnedLayer(
                weights,
                channelShifts(map, shifts),
                shifts,
                map.integer("exponent"),
                table,
                output));
  }

  private static Optional<Boolean> channelShifts(YamlMap map, Optional<List<Integer>> shifts) {
    if (!map.fields().containsKey("channel-shifts")) {
      return Optional.empty();
    }
    String word = map.word("channel-shifts");
    if (shifts.isEmpty() && !word.equals("true") && !word.equals("false")) {
      throw map.refused("channel-shifts", "has 'channel-shifts' other than true, false or a list");
    }
    return Optional.of(!word.equals("false"));
  }

  private Optional<Codebook> table(YamlMap map) {
    if (!map.fields().containsKey("table")) {
      return Optional.empty();
    }
    List<Integer> levels =
        map.integers("table")
            .orElseThrow(
                () -> map.refused("table", "has a 'table' that is no list; write [0, 1, ...]"));
    return Optional.of(checked(map, () -> new Codebook(levels)));
  }

  private WeightFormat weightFormat(YamlMap map) {
    return switch (map.word("kind")) {
      case "table" -> {
        map.only("kind", "bits", "digits");
        int digits = map.integer("digits").orElse(2);
        yield checked(map, () -> new WeightFormat.Table(map.required("bits"), digits));
      }
      case "fixed" -> {
        map.only("kind", "bits");
        yield checked(map, () -> new WeightFormat.FixedPoint(map.required("bits")));
      }
      default -> throw map.refused("kind", "needs 'kind: table' or 'kind: fixed'");
    };
  }

  private MapFormat mapFormat(YamlMap map) {
    MapFormat format =
        switch (map.word("kind")) {
          case "fixed" -> {
            map.only("kind", "bits", "frac");
            yield checked(map, () -> MapFormat.Fixed.of(map.required("bits")));
          }
          case "log" -> {
            map.only("kind", "bits", "step", "frac");
            yield checked(map, () -> MapFormat.Log.of(map.required("bits"), map.required("step")));
          }
          default -> throw map.refused("kind", "needs 'kind: fixed' or 'kind: log'");
        };
    return map.integer("frac").map(format::at).orElse(format);
  }

  private static <T> T checked(YamlMap map, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw map.refused("cannot be: " + e.getMessage() + "; correct it");
    }
  }
}
