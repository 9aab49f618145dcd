package lutmac.generator.design;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.pe.StyleParameter;

/**
 * The object {@code config} of {@code design.json}: the configuration's fields, and between them
 * the parameters that its style has and its features.
 */
final class ConfigJson {
  private static final String ROWS = "rows";
  private static final String COLS = "cols";
  private static final String PE = "pe";
  private static final String ACC_BITS = "accBits";
  private static final String FEATURE_MAP_WORDS = "featureMapWords";
  private static final String WEIGHT_WORDS = "weightWords";
  private static final String PARAMETER_WORDS = "parameterWords";
  private static final String PROGRAM_WORDS = "programWords";
  private static final String BUS = "bus";
  private static final String BUS_ADDRESS_BITS = "busAddressBits";
  private static final String BUS_DATA_BITS = "busDataBits";

  private final JsonNode json;
  private final Set<String> unread = new HashSet<>();

  private ConfigJson(JsonNode json) {
    this.json = json;
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      unread.add(names.next());
    }
  }

  /** Teaches a mapper to write configurations. */
  static Module module() {
    return new SimpleModule().addSerializer(AcceleratorConfig.class, new Serializer());
  }

  private static final class Serializer extends JsonSerializer<AcceleratorConfig> {
    @Override
    public void serialize(
        AcceleratorConfig config, JsonGenerator json, SerializerProvider serializers)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField(ROWS, config.rows());
      json.writeNumberField(COLS, config.cols());
      json.writeStringField(PE, config.pe().name());
      json.writeNumberField(ACC_BITS, config.accBits());
      for (Map.Entry<String, Integer> value : config.pe().values().entrySet()) {
        json.writeNumberField(value.getKey(), value.getValue());
      }
      for (Map.Entry<String, Integer> value : config.features().values().entrySet()) {
        json.writeNumberField(value.getKey(), value.getValue());
      }
      json.writeNumberField(FEATURE_MAP_WORDS, config.featureMapWords());
      json.writeNumberField(WEIGHT_WORDS, config.weightWords());
      json.writeNumberField(PARAMETER_WORDS, config.parameterWords());
      json.writeNumberField(PROGRAM_WORDS, config.programWords());
      json.writeStringField(BUS, config.bus().label());
      if (config.bus() instanceof Bus.Axi axi) {
        json.writeNumberField(BUS_ADDRESS_BITS, axi.addressBits());
        json.writeNumberField(BUS_DATA_BITS, axi.dataBits());
      }
      json.writeEndObject();
    }
  }

  /**
   * Reads a configuration.
   *
   * @param json an object
   * @throws IllegalArgumentException if a field is missing, of another kind or unknown, or if there
   *     is no such configuration
   */
  static AcceleratorConfig read(JsonNode json) {
    ConfigJson fields = new ConfigJson(json);
    AcceleratorConfig config =
        new AcceleratorConfig(
            fields.integer(ROWS),
            fields.integer(COLS),
            fields.style(),
            Features.of(fields::integer),
            fields.integer(ACC_BITS),
            fields.integer(FEATURE_MAP_WORDS),
            fields.integer(WEIGHT_WORDS),
            fields.integer(PARAMETER_WORDS),
            fields.integer(PROGRAM_WORDS),
            fields.bus());
    if (!fields.unread.isEmpty()) {
      throw new IllegalArgumentException("its 'config' holds unknown " + fields.unread);
    }
    return config;
  }

  private Bus bus() {
    String label = field(BUS).asText();
    if (label.equals(Bus.STREAM.label())) {
      return Bus.STREAM;
    }
    Bus.Axi axi = new Bus.Axi(integer(BUS_ADDRESS_BITS), integer(BUS_DATA_BITS));
    if (!label.equals(axi.label())) {
      throw new IllegalArgumentException("'%s' names no bus: %s".formatted(BUS, label));
    }
    return axi;
  }

  private PeStyle style() {
    JsonNode name = field(PE);
    if (!name.isTextual()) {
      throw new IllegalArgumentException("'%s' names no style: %s".formatted(PE, name));
    }
    PeStyle style = named(name.textValue());
    Map<String, Integer> values = new HashMap<>();
    for (StyleParameter parameter : style.parameters()) {
      values.put(parameter.name(), integer(parameter.name()));
    }
    return style.with(values);
  }

  private static PeStyle named(String name) {
    try {
      return PeStyles.named(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s': %s".formatted(PE, e.getMessage()), e);
    }
  }

  private int integer(String name) {
    JsonNode number = field(name);
    if (!number.isInt()) {
      throw new IllegalArgumentException("'%s' is no whole number: %s".formatted(name, number));
    }
    return number.intValue();
  }

  private JsonNode field(String name) {
    unread.remove(name);
    JsonNode field = json.path(name);
    if (field.isMissingNode()) {
      throw new IllegalArgumentException("its 'config' has no '%s'".formatted(name));
    }
    return field;
  }
}
