package lutmac.quant.plan.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.text.Alike;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A mapping of a YAML file whose every complaint names the file and the line. */
final class YamlMapping {
  private final String file;
  private final String what;
  private final Node node;
  private final Map<String, Node> fields = new LinkedHashMap<>();

  /**
   * @param what the mapping describes, for messages
   */
  YamlMapping(String file, String what, Node node) {
    this.file = file;
    this.what = what;
    this.node = node;
    if (!(node instanceof MappingNode mapping)) {
      throw refused(node, "must be a mapping; write 'key: value' pairs");
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw refused(tuple.getKeyNode(), "has a key that is no name; write 'key: value' pairs");
      }
      if (fields.put(key.getValue(), tuple.getValueNode()) != null) {
        throw refused(key, "has '%s' twice; delete one".formatted(key.getValue()));
      }
    }
  }

  /** Every key must be one of these. */
  YamlMapping only(String... keys) {
    List<String> known = List.of(keys);
    for (Map.Entry<String, Node> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        throw refused(
            field.getValue(),
            "has an unknown key '%s'; the keys are %s%s"
                .formatted(
                    field.getKey(), String.join(", ", known), Alike.hint(field.getKey(), known)));
      }
    }
    return this;
  }

  Map<String, Node> fields() {
    return fields;
  }

  Optional<YamlMapping> mapping(String key, String of) {
    return Optional.ofNullable(fields.get(key)).map(value -> new YamlMapping(file, of, value));
  }

  /** A field's line of text. */
  String word(String key) {
    return fields.get(key) instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  Optional<Integer> integer(String key) {
    return Optional.ofNullable(fields.get(key)).map(value -> integer(key, value));
  }

  int required(String key) {
    return integer(key)
        .orElseThrow(() -> refused(node, "lacks '%s'; write, for example, %1$s: 4".formatted(key)));
  }

  private int integer(String key, Node value) {
    if (value instanceof ScalarNode scalar && scalar.getValue().matches("[+-]?[0-9]{1,9}")) {
      return Integer.parseInt(scalar.getValue());
    }
    throw refused(value, "has a '%s' that is no integer; write one".formatted(key));
  }

  /** Integers, if the field is a list. */
  Optional<List<Integer>> integers(String key) {
    return fields.get(key) instanceof SequenceNode sequence
        ? Optional.of(sequence.getValue().stream().map(item -> integer(key, item)).toList())
        : Optional.empty();
  }

  /** What a rule says about a field, with its place. */
  BadInputException refused(String key, String rule) {
    return refused(fields.getOrDefault(key, node), rule);
  }

  BadInputException refused(Node at, String rule) {
    return new BadInputException(
        "%s:%d: %s %s".formatted(file, at.getStartMark().getLine() + 1, what, rule));
  }

  /** The mapping itself breaks a rule. */
  BadInputException refused(String rule) {
    return refused(node, rule);
  }
}
