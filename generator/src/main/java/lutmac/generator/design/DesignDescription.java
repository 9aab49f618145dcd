package lutmac.generator.design;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.HostBeats;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.LayerPlacement;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.PixelGrid;
import lutmac.rtl.layout.Memory;

/**
 * The file {@code design.json}. Only the version, the design's name and the configuration are read
 * back; the rest follows from them and the network, and is there for people and scripts. {@code
 * design.schema.json} describes every field.
 *
 * @param schema the file that describes this one
 * @param format version of the design directory
 * @param name of the design
 * @param top the module to instantiate
 * @param network name of the network
 * @param bus how a host reaches the accelerator: {@code stream} or {@code axi}
 * @param clockMegahertz the clock that constraints ask for
 * @param fingerprint of the configuration, which hardware and memory images hold
 * @param input how an image becomes codes, and where the host writes them
 * @param outputs where the host reads what the network returns, and what it means
 * @param buffers how input and output lie in a host's memory
 * @param schedule how a network that does not fit the buffers is computed; null for one that does
 * @param sample an image and its answers
 * @param predictedCycles cycles of one image, by the cycle model
 */
record DesignDescription(
    @JsonProperty("$schema") String schema,
    int format,
    String name,
    String top,
    String network,
    String bus,
    double clockMegahertz,
    AcceleratorConfig config,
    long fingerprint,
    Memories memories,
    ProtocolJson protocol,
    InputJson input,
    List<OutputJson> outputs,
    HostBuffers buffers,
    @JsonInclude(JsonInclude.Include.NON_NULL) ScheduleJson schedule,
    SampleJson sample,
    long predictedCycles,
    List<Layer> layers) {

  /** The version that this program writes and reads. */
  static final int FORMAT = 4;

  /** File that describes the fields. */
  static final String SCHEMA = "design.schema.json";

  /** The four buffers. A host loads all but the feature maps once. */
  record Memories(
      MemoryUse featureMaps, MemoryUse weights, MemoryUse parameters, MemoryUse program) {}

  /**
   * One buffer.
   *
   * @param number in the host's commands
   * @param words words in use
   * @param depth words that the buffer has
   * @param beats of the host's streams that a word takes
   * @param file what the host loads, from address 0; null of the feature maps
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MemoryUse(int number, int words, int wordBits, int depth, int beats, String file) {}

  /**
   * One layer of the program.
   *
   * @param shape {@code [C, H, W]} of the feature map that it makes
   * @param baseAddress where that begins in the feature-map buffer, in words
   * @param blockStride words from one block of M channels to the next
   * @param raw whether it holds int32 accumulators instead of codes
   * @param laneBits bits of a lane: 8, 4 or 2
   * @param part the part of a word, of 8 / {@code laneBits}, that the first M lanes lie in
   * @param channels the channels of every M lanes, -1 for none; empty where they simply follow each
   *     other
   * @param pixels first row, rows from one to the next, first column, columns from one to the next,
   *     and how many rows, of the pixels that it writes; null for all
   * @param result whether the host reads it at the end
   */
  record Layer(
      String name,
      String output,
      List<Integer> shape,
      int baseAddress,
      int blockStride,
      boolean raw,
      int laneBits,
      int part,
      List<List<Integer>> channels,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<Integer> pixels,
      boolean result,
      long macs,
      long predictedCycles) {}

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().addModule(ConfigJson.module()).build();

  /**
   * Describes a design.
   *
   * @param image of the network, for its buffers
   * @param clockMegahertz what constraints ask for
   */
  static DesignDescription of(
      Design design, MemoryImage image, SampleImage sample, double clockMegahertz) {
    CompiledNetwork compiled = design.compiled();
    List<LayerCycles> cycles = CycleModel.predict(compiled);
    List<Layer> layers = new ArrayList<>();
    for (LayerPlacement placement : compiled.layers()) {
      layers.add(layer(placement, cycles.get(placement.index()).cycles()));
    }
    return new DesignDescription(
        SCHEMA,
        FORMAT,
        design.name().text(),
        design.name().top(),
        compiled.network().name(),
        compiled.config().bus().label(),
        clockMegahertz,
        compiled.config(),
        Integer.toUnsignedLong(compiled.config().fingerprint()),
        new Memories(
            memory(compiled, Memory.FEATURE_MAPS, null),
            memory(compiled, Memory.WEIGHTS, file(compiled, DesignDirectory.WEIGHTS)),
            memory(compiled, Memory.PARAMETERS, file(compiled, DesignDirectory.PARAMETERS)),
            memory(compiled, Memory.PROGRAM, file(compiled, DesignDirectory.PROGRAM))),
        ProtocolJson.stream(),
        InputJson.of(compiled),
        compiled.outputViews().stream().map(OutputJson::of).toList(),
        HostBuffers.of(image),
        compiled.schedule().map(ScheduleJson::of).orElse(null),
        SampleJson.of(compiled, sample),
        cycles.stream().mapToLong(LayerCycles::cycles).sum(),
        layers);
  }

  /** A network that is computed run by run has no contents that are loaded once and for all. */
  private static String file(CompiledNetwork compiled, String name) {
    return compiled.schedule().isPresent() ? null : name;
  }

  private static MemoryUse memory(CompiledNetwork compiled, Memory memory, String file) {
    int cols = compiled.config().cols();
    return new MemoryUse(
        memory.number(),
        compiled.wordsInUse(memory),
        memory.wordBits(cols),
        compiled.config().depth(memory),
        HostBeats.beatsOf(memory.wordBytes(cols)),
        file);
  }

  private static Layer layer(LayerPlacement placement, long cycles) {
    return new Layer(
        placement.name(),
        placement.output().name(),
        InputJson.shape(placement.output().shape()),
        placement.baseAddress(),
        placement.blockStride(),
        placement.raw(),
        placement.laneBits(),
        placement.part(),
        channels(placement),
        pixels(placement.pixels()),
        placement.result(),
        placement.macs(),
        cycles);
  }

  private static List<Integer> pixels(PixelGrid grid) {
    return grid.isWhole()
        ? null
        : List.of(
            grid.firstRow(), grid.rowStep(), grid.firstColumn(), grid.columnStep(), grid.rows());
  }

  private static List<List<Integer>> channels(LayerPlacement placement) {
    int next = 0;
    for (List<Integer> block : placement.blocks()) {
      for (int channel : block) {
        boolean behind = next == placement.output().shape().channels();
        if (channel != (behind ? LayerPlacement.HOLE : next)) {
          return placement.blocks();
        }
        next += behind ? 0 : 1;
      }
    }
    return List.of();
  }

  String json() throws JsonProcessingException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(indenter);
    return MAPPER.writer(printer).writeValueAsString(this) + "\n";
  }

  /**
   * The tree of a description's text.
   *
   * @throws JsonProcessingException if it is no JSON
   */
  static JsonNode parsed(String json) throws JsonProcessingException {
    return MAPPER.readTree(json);
  }

  /**
   * The version of a description, whatever else is in it.
   *
   * @throws IllegalArgumentException if it is not a design's description
   */
  static int formatOf(JsonNode description) {
    JsonNode format = description.path("format");
    if (!format.isInt()) {
      throw new IllegalArgumentException("it has no 'format'");
    }
    return format.intValue();
  }

  /** What is read back of a description. */
  record Header(DesignName name, AcceleratorConfig config) {}

  /**
   * Name and configuration in a description of this version.
   *
   * @throws IllegalArgumentException if there is no configuration or no name, or if it is none that
   *     can be built or none that a design can have
   */
  static Header headerOf(JsonNode description) {
    JsonNode config = description.path("config");
    if (!config.isObject()) {
      throw new IllegalArgumentException("it has no 'config'");
    }
    JsonNode name = description.path("name");
    if (name.isMissingNode()) {
      throw new IllegalArgumentException("it has no 'name'");
    }
    return new Header(new DesignName(name.asText()), ConfigJson.read(config));
  }
}
