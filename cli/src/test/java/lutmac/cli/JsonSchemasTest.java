package lutmac.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The schemas of what {@code --json} prints are those of the records that are printed. With {@code
 * -Dlutmac.updateDocs=true} they are written anew.
 */
class JsonSchemasTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Path FOLDER = Path.of("..", "docs", "json");

  private static final Set<Type> WHOLE = Set.of(int.class, long.class, Integer.class, Long.class);

  /** The units that a name may end with where the value has one. */
  private static final List<String> SHARES =
      List.of("agreement", "top1", "accuracy", "zero", "clamped", "busy", "lost");

  private static Map<String, Class<?>> results() throws ClassNotFoundException {
    Map<String, Class<?>> results = new LinkedHashMap<>();
    results.put("analyze", Class.forName("lutmac.cli.AnalyzeCommand$Json"));
    results.put("demo", Class.forName("lutmac.cli.DemoCommand$Json"));
    results.put("demo-files", Class.forName("lutmac.cli.DemoCommand$Placed"));
    results.put("error", Output.Failed.class);
    results.put("evaluate", EvaluationJson.class);
    results.put("export", Class.forName("lutmac.cli.ExportCommand$Json"));
    results.put("generate", Class.forName("lutmac.cli.GenerateCommand$Json"));
    results.put("predict", PredictionJson.class);
    results.put("quantize", QuantizationJson.class);
    results.put("simulate", SimulationJson.class);
    return results;
  }

  @Test
  void theSchemasAreThoseOfTheRecords() throws Exception {
    for (Map.Entry<String, Class<?>> result : results().entrySet()) {
      Path file = FOLDER.resolve(result.getKey() + ".schema.json");
      String schema = JSON.writeValueAsString(schema(result.getKey(), result.getValue())) + "\n";
      if (Boolean.getBoolean("lutmac.updateDocs")) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, schema);
      }
      assertEquals(
          schema,
          Files.readString(file),
          file + ": a field has changed; with another meaning FORMAT must, too");
    }
  }

  /** A share is percent everywhere, and its name says so. */
  @Test
  void everyShareSaysItsUnit() throws ClassNotFoundException {
    Set<String> silent = new TreeSet<>();
    for (Class<?> result : results().values()) {
      shares(result, silent);
    }
    assertEquals(Set.of(), silent);
  }

  private static void shares(Class<?> type, Set<String> silent) {
    for (RecordComponent part : type.getRecordComponents()) {
      boolean fraction = part.getType() == double.class || part.getType() == Double.class;
      String name = part.getName();
      if (fraction && SHARES.stream().anyMatch(name::startsWith) && !name.endsWith("Percent")) {
        silent.add(type.getSimpleName() + "." + name);
      }
      for (Type each : arguments(part.getGenericType())) {
        if (each instanceof Class<?> inner && inner.isRecord()) {
          shares(inner, silent);
        }
      }
    }
  }

  private static List<Type> arguments(Type type) {
    List<Type> all = new ArrayList<>(List.of(type));
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        all.addAll(arguments(argument));
      }
    }
    return all;
  }

  private static ObjectNode schema(String command, Class<?> result) throws IOException {
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", command.equals("error") ? "lutmac: an error" : "lutmac " + command);
    ObjectNode properties = JSON.createObjectNode();
    ArrayNode required = JSON.createArrayNode().add("command").add("format");
    if (command.equals("error")) {
      properties.putObject("command").put("type", "string");
    } else {
      properties.putObject("command").put("const", command.replaceAll("-.*", ""));
    }
    properties.putObject("format").put("const", Output.FORMAT);
    ObjectNode rest = object(result);
    properties.setAll((ObjectNode) rest.get("properties"));
    required.addAll((ArrayNode) rest.get("required"));
    schema.put("type", "object");
    schema.set("properties", properties);
    schema.set("required", required);
    schema.set("additionalProperties", rest.get("additionalProperties"));
    return schema;
  }

  private static ObjectNode object(Class<?> type) {
    ObjectNode properties = JSON.createObjectNode();
    ArrayNode required = JSON.createArrayNode();
    ObjectNode schema = JSON.createObjectNode().put("type", "object");
    schema.set("properties", properties);
    schema.set("required", required);
    schema.put("additionalProperties", false);
    boolean absent = type.isAnnotationPresent(JsonInclude.class);
    for (RecordComponent part : type.getRecordComponents()) {
      if (has(type, part, JsonIgnore.class)) {
        continue;
      }
      if (has(type, part, JsonAnyGetter.class)) {
        schema.set(
            "additionalProperties",
            value(((ParameterizedType) part.getGenericType()).getActualTypeArguments()[1]));
        continue;
      }
      if (has(type, part, JsonUnwrapped.class)) {
        ObjectNode inner = object(part.getType());
        properties.setAll((ObjectNode) inner.get("properties"));
        required.addAll((ArrayNode) inner.get("required"));
        continue;
      }
      JsonProperty named = annotated(type, part).getAnnotation(JsonProperty.class);
      String name = named == null ? part.getName() : named.value();
      properties.set(name, value(part.getGenericType()));
      if (!absent || part.getType().isPrimitive()) {
        required.add(name);
      }
    }
    return schema;
  }

  /** Annotations of a component without a target of its own are those of its field. */
  private static AnnotatedElement annotated(Class<?> type, RecordComponent part) {
    try {
      return type.getDeclaredField(part.getName());
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean has(
      Class<?> type,
      RecordComponent part,
      Class<? extends java.lang.annotation.Annotation> annotation) {
    return annotated(type, part).isAnnotationPresent(annotation)
        || part.getAccessor().isAnnotationPresent(annotation);
  }

  /** What is no primitive may be null. */
  private static ObjectNode value(Type type) {
    ObjectNode schema = JSON.createObjectNode();
    if (type instanceof Class<?> plain) {
      if (plain.isRecord()) {
        ObjectNode object = object(plain);
        object.set("type", JSON.createArrayNode().add("object").add("null"));
        return object;
      }
      String name =
          WHOLE.contains(plain)
              ? "integer"
              : plain == double.class || plain == Double.class
                  ? "number"
                  : plain == boolean.class || plain == Boolean.class ? "boolean" : "string";
      if (plain.isPrimitive()) {
        return schema.put("type", name);
      }
      schema.set("type", JSON.createArrayNode().add(name).add("null"));
      return schema;
    }
    ParameterizedType generic = (ParameterizedType) type;
    Type[] arguments = generic.getActualTypeArguments();
    boolean list = generic.getRawType() == List.class;
    assertTrue(list || generic.getRawType() == Map.class, type + " is not described");
    schema.set("type", JSON.createArrayNode().add(list ? "array" : "object").add("null"));
    schema.set(list ? "items" : "additionalProperties", value(arguments[arguments.length - 1]));
    return schema;
  }
}
