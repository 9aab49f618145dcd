package lutmac.generator.design;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Holds a JSON document to a schema, as far as ours go: types, constants, enumerations, properties,
 * items and references to definitions. Everything has to be described, and nothing else be there.
 */
final class SchemaCheck {
  private final JsonNode schema;
  private final List<String> faults = new ArrayList<>();

  private SchemaCheck(JsonNode schema) {
    this.schema = schema;
  }

  /** What is wrong with a document, with its place; empty if nothing is. */
  static List<String> faults(JsonNode schema, JsonNode document) {
    SchemaCheck check = new SchemaCheck(schema);
    check.check("$", schema, document);
    return check.faults;
  }

  private void check(String place, JsonNode given, JsonNode value) {
    JsonNode rule = resolved(given);
    if (!type(rule.path("type").asText(), value)) {
      faults.add("%s is no %s: %s".formatted(place, rule.path("type").asText("?"), value));
      return;
    }
    if (rule.has("const") && !rule.get("const").equals(value)) {
      faults.add("%s is not %s".formatted(place, rule.get("const")));
    }
    if (rule.has("enum") && !among(rule.get("enum"), value)) {
      faults.add("%s is none of %s: %s".formatted(place, rule.get("enum"), value));
    }
    if (value.isObject()) {
      checkFields(place, rule, value);
    }
    for (int at = 0; value.isArray() && at < value.size(); at++) {
      check(place + "[" + at + "]", rule.path("items"), value.get(at));
    }
  }

  private void checkFields(String place, JsonNode rule, JsonNode value) {
    TreeSet<String> missing = new TreeSet<>();
    rule.path("required").forEach(name -> missing.add(name.asText()));
    for (Iterator<Map.Entry<String, JsonNode>> fields = value.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      missing.remove(field.getKey());
      JsonNode property = rule.path("properties").path(field.getKey());
      String inside = place + "." + field.getKey();
      if (property.path("description").asText().isBlank()) {
        faults.add(inside + " is not described");
      } else {
        check(inside, property, field.getValue());
      }
    }
    missing.forEach(name -> faults.add("%s has no %s".formatted(place, name)));
  }

  private JsonNode resolved(JsonNode rule) {
    return rule.has("$ref") ? schema.at(rule.get("$ref").asText().substring(1)) : rule;
  }

  private static boolean type(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      default -> false;
    };
  }

  private static boolean among(JsonNode values, JsonNode value) {
    for (JsonNode each : values) {
      if (each.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
