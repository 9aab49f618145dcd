package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.TensorFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.Memory;

/**
 * Runs a compiled network in the interpreter and compares every feature map with the golden model:
 * when its layer has written it, and the results once more when the program has ended.
 */
final class CompiledExecution {
  private final CompiledNetwork compiled;
  private final Map<String, int[]> expected;
  private final byte[] contents;
  private final int[] input;
  private WordBuffer featureMaps;

  private CompiledExecution(CompiledNetwork compiled, int[] input) {
    this.compiled = compiled;
    this.expected = GoldenModel.run(compiled.network(), input);
    int cols = compiled.config().cols();
    byte[] contents = new byte[compiled.config().featureMapWords() * cols];
    // Nothing may depend on what the buffer held before.
    new Random(compiled.program().length).nextBytes(contents);
    for (InputView view : compiled.inputViews()) {
      byte[] codes = view.arrange(input);
      assertArrayEquals(packed(view.layout(), input), codes, "as the layout's formula says");
      if (compiled.schedule().isEmpty()) {
        System.arraycopy(codes, 0, contents, view.baseAddress() * cols, codes.length);
      }
    }
    this.input = input;
    this.contents = contents;
    this.featureMaps = new WordBuffer(cols, contents);
  }

  /** Packs an image by the formula of {@link InputLayout}, as a host does. */
  private byte[] packed(InputLayout layout, int[] image) {
    Shape map = compiled.network().input().tensor().shape();
    List<Integer> pads = compiled.network().input().tensor().padCodes();
    int cols = compiled.config().cols();
    int pixels = layout.height() * layout.width();
    byte[] words = new byte[(layout.channels() + cols - 1) / cols * pixels * cols];
    for (int k = 0; k < layout.channels(); k++) {
      int c = k % map.channels();
      int kx = k / map.channels() % layout.foldedColumns();
      int ky = k / map.channels() / layout.foldedColumns();
      for (int y = 0; y < layout.height(); y++) {
        for (int x = 0; x < layout.width(); x++) {
          int row = y * layout.rowStep() + ky * layout.rowDilation() - layout.padTop();
          int column = x * layout.columnStep() + kx * layout.columnDilation() - layout.padLeft();
          boolean inside = row >= 0 && row < map.height() && column >= 0 && column < map.width();
          int code = inside ? image[(c * map.height() + row) * map.width() + column] : pads.get(c);
          int word = k / cols * pixels + y * layout.width() + x;
          words[word * cols + k % cols] = (byte) code;
        }
      }
    }
    return words;
  }

  /** The first difference, in words; empty if every map is right. */
  static Optional<String> firstDifference(CompiledNetwork compiled, int[] input) {
    if (compiled.schedule().isEmpty()) {
      return new CompiledExecution(compiled, input).firstDifference();
    }
    // A run may take no time, or all that it has.
    return new CompiledExecution(compiled, input)
        .firstDifference(true)
        .or(() -> new CompiledExecution(compiled, input).firstDifference(false));
  }

  /** The bytes of an accelerator's memories, and those of the areas of a script. */
  private final class Machine {
    private final Script script = compiled.schedule().orElseThrow().script();
    private final int cols = compiled.config().cols();
    private final Map<Memory, byte[]> memories = new EnumMap<>(Memory.class);
    private final Map<Base, byte[]> areas = new EnumMap<>(Base.class);
    private int layer;

    Machine() {
      for (Memory memory : Memory.values()) {
        byte[] bytes = new byte[compiled.config().depth(memory) * memory.wordBytes(cols)];
        new Random(memory.number()).nextBytes(bytes);
        memories.put(memory, bytes);
      }
      memories.put(Memory.FEATURE_MAPS, contents);
      areas.put(Base.INPUT, new byte[(int) script.inputBytes()]);
      areas.put(Base.OUTPUT, new byte[(int) script.outputBytes()]);
      areas.put(Base.SCRATCH, new byte[(int) script.scratchBytes()]);
      areas.put(Base.IMAGE, script.data());
      new Random(1).nextBytes(areas.get(Base.SCRATCH));
      for (int at = 0; at < compiled.inputViews().size(); at++) {
        InputView view = compiled.inputViews().get(at);
        byte[] words = HostBeats.padded(view.arrange(input), cols);
        int offset = compiled.schedule().orElseThrow().inputs().get(at).byteOffset();
        System.arraycopy(words, 0, areas.get(Base.INPUT), offset, words.length);
      }
      setUp(ByteBuffer.wrap(script.setup()).order(ByteOrder.LITTLE_ENDIAN));
    }

    private void setUp(ByteBuffer beats) {
      while (beats.hasRemaining()) {
        long header = beats.getLong();
        Memory memory = Memory.values()[(int) HostHeaderField.MEMORY.decode(header)];
        int words = (int) HostHeaderField.WORDS.decode(header);
        byte[] data = new byte[(int) Script.bytes(memory, words, cols)];
        beats.get(data);
        write(memory, (int) HostHeaderField.ADDRESS.decode(header), words, data, 0);
      }
    }

    private void write(Memory memory, int address, int words, byte[] data, long offset) {
      int wordBytes = memory.wordBytes(cols);
      int padded = (int) Script.bytes(memory, 1, cols);
      for (int word = 0; word < words; word++) {
        System.arraycopy(
            data,
            (int) offset + word * padded,
            memories.get(memory),
            (address + word) * wordBytes,
            wordBytes);
      }
    }

    private void read(ScriptEntry.Read read) {
      int padded = (int) Script.bytes(Memory.FEATURE_MAPS, 1, cols);
      for (int word = 0; word < read.words(); word++) {
        System.arraycopy(
            contents,
            (read.address() + word) * cols,
            areas.get(read.base()),
            (int) read.byteOffset() + word * padded,
            cols);
      }
    }

    /** Runs a program and checks what every layer of it makes. */
    private Optional<String> run(int start) {
      byte[] bytes = memories.get(Memory.PROGRAM);
      int[] program = new int[bytes.length / 4];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(program);
      ProgramInterpreter interpreter =
          new ProgramInterpreter(
              compiled.config(),
              program,
              memories.get(Memory.WEIGHTS),
              memories.get(Memory.PARAMETERS),
              featureMaps,
              start);
      boolean more = true;
      while (more) {
        more = interpreter.runLayer();
        Optional<String> difference = difference(compiled.layers().get(layer++));
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }

    /**
     * Executes the script.
     *
     * @param atOnce whether a run is over as soon as it is started, or just before it is awaited
     */
    Optional<String> execute(boolean atOnce) {
      int pending = -1;
      for (ScriptEntry entry : script.entries()) {
        if (entry instanceof ScriptEntry.Write write) {
          write(
              write.memory(),
              write.address(),
              write.words(),
              areas.get(write.base()),
              write.byteOffset());
        } else if (entry instanceof ScriptEntry.Read read) {
          read(read);
        } else if (entry instanceof ScriptEntry.Start start) {
          pending = start.programAddress();
          if (!atOnce) {
            continue;
          }
        }
        boolean over =
            entry instanceof ScriptEntry.Start && atOnce
                || entry instanceof ScriptEntry.Await && !atOnce;
        if (over) {
          Optional<String> difference = run(pending);
          if (difference.isPresent()) {
            return difference;
          }
        }
      }
      return layer == compiled.layers().size()
          ? Optional.empty()
          : Optional.of("only %d layers ran".formatted(layer));
    }

    /** What the host has in the end, where the views say. */
    WordBuffer output() {
      Schedule schedule = compiled.schedule().orElseThrow();
      int end =
          schedule.outputs().stream()
              .mapToInt(part -> part.baseAddress() + part.words())
              .max()
              .orElseThrow();
      byte[] words = new byte[end * cols];
      int padded = (int) Script.bytes(Memory.FEATURE_MAPS, 1, cols);
      for (MemoryImage.Part part : schedule.outputs()) {
        for (int word = 0; word < part.words(); word++) {
          System.arraycopy(
              areas.get(Base.OUTPUT),
              part.byteOffset() + word * padded,
              words,
              (part.baseAddress() + word) * cols,
              cols);
        }
      }
      return new WordBuffer(cols, words);
    }
  }

  private Optional<String> firstDifference(boolean atOnce) {
    Machine machine = new Machine();
    Optional<String> difference = machine.execute(atOnce);
    if (difference.isPresent()) {
      return difference;
    }
    featureMaps = machine.output();
    for (OutputView view : compiled.outputViews()) {
      Optional<String> wrong = difference(view);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    // Of other maps there are only the rows that are read, where layers are joined.
    return missing(compiled.results(), "is not kept", compiled.network().outputs());
  }

  private Optional<String> firstDifference() {
    ProgramInterpreter interpreter = new ProgramInterpreter(compiled, featureMaps);
    for (LayerPlacement layer : compiled.layers()) {
      if (compiled.inputFreeAt().equals(Optional.of(layer.index()))) {
        writeNextInput();
      }
      boolean more = interpreter.runLayer();
      boolean isLast = layer.index() == compiled.layers().size() - 1;
      if (more == isLast) {
        return Optional.of("layer %s: wrong end of program".formatted(layer.name()));
      }
      Optional<String> difference = difference(layer);
      if (difference.isPresent()) {
        return difference;
      }
    }
    List<LayerPlacement> results =
        compiled.layers().stream().filter(LayerPlacement::result).toList();
    for (LayerPlacement result : results) {
      Optional<String> difference = difference(result);
      if (difference.isPresent()) {
        return difference.map(text -> "at the end: " + text);
      }
    }
    for (OutputView view : compiled.outputViews()) {
      Optional<String> difference = difference(view);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return missing(compiled.layers(), "is not computed", everyMap())
        .or(() -> missing(results, "is not kept", compiled.network().outputs()));
  }

  /** The next image may be anything. */
  private void writeNextInput() {
    int cols = compiled.config().cols();
    for (InputView view : compiled.inputViews()) {
      byte[] any = new byte[view.words() * cols];
      new Random(view.words()).nextBytes(any);
      System.arraycopy(any, 0, contents, view.baseAddress() * cols, any.length);
    }
  }

  /** The maps that layers compute; those that a pool behind the layer consumes are not among. */
  private List<Tensor> everyMap() {
    List<Tensor> maps = new ArrayList<>();
    for (QuantizedLayer layer : compiled.network().layers()) {
      boolean concat = layer.fold(mac -> false, pool -> false, each -> true);
      if (!concat && !isPooled(layer.output())) {
        maps.add(layer.output());
      }
    }
    return maps;
  }

  /** Whether a pool may be fused behind the layer that makes the map. */
  private boolean isPooled(Tensor map) {
    List<QuantizedLayer> readers =
        compiled.network().layers().stream().filter(each -> each.inputs().contains(map)).toList();
    return readers.size() == 1
        && !compiled.network().returns(map)
        && readers.get(0).fold(mac -> false, pool -> true, concat -> false);
  }

  /** Says which channel of the maps is in none of the places. */
  private Optional<String> missing(List<LayerPlacement> places, String what, List<Tensor> maps) {
    return maps.stream()
        .flatMap(map -> missing(places, map).stream())
        .map(channel -> channel + " " + what)
        .findFirst();
  }

  /** The first channel that is missing; a concatenation is there as a whole or by its members. */
  private Optional<String> missing(List<LayerPlacement> places, Tensor map) {
    int[] pixels = new int[map.shape().channels()];
    for (LayerPlacement place : places) {
      if (place.output().equals(map)) {
        place.blocks().stream()
            .flatMap(List::stream)
            .filter(channel -> channel >= 0)
            .forEach(channel -> pixels[channel] += place.pixels().size());
      }
    }
    for (int channel = 0; channel < map.shape().channels(); channel++) {
      if (pixels[channel] < map.shape().pixels()) {
        String missing = "channel %d of %s".formatted(channel, map.name());
        return concat(map)
            .map(
                concat ->
                    concat.inputs().stream()
                        .flatMap(member -> missing(places, member).stream())
                        .findFirst())
            .orElse(Optional.of(missing));
      }
    }
    return Optional.empty();
  }

  private Optional<ConcatLayer> concat(Tensor map) {
    return compiled.network().layers().stream()
        .filter(layer -> layer.output().equals(map))
        .findFirst()
        .flatMap(
            layer ->
                layer.<Optional<ConcatLayer>>fold(
                    mac -> Optional.empty(), pool -> Optional.empty(), Optional::of));
  }

  private Optional<String> difference(LayerPlacement layer) {
    Shape shape = layer.output().shape();
    int[] values = expected.get(layer.output().name());
    int cols = compiled.config().cols();
    for (int block = 0; block < layer.blocks().size(); block++) {
      for (int column = 0; column < cols; column++) {
        int channel = layer.blocks().get(block).get(column);
        for (int n = 0; channel >= 0 && n < layer.pixels().size(); n++) {
          int pixel = layer.pixels().pixel(n);
          int got =
              layer.raw()
                  ? accumulator(layer, block, column, pixel)
                  : value(layer, block, column, pixel);
          int wanted = values[channel * shape.pixels() + pixel];
          if (got != wanted) {
            return Optional.of(
                "layer %d %s, channel %d, pixel %d: expected %d, got %d"
                    .formatted(layer.index(), layer.name(), channel, pixel, wanted, got));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Reads an output as a host does, by nothing but the view. */
  private Optional<String> difference(OutputView view) {
    Shape shape = view.tensor().shape();
    TensorFormat format = view.tensor().format();
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int pixel = 0; pixel < shape.pixels(); pixel++) {
        int value = 0;
        int lane = view.bits().get(channel) / view.laneBits();
        for (int plane = 0; plane < view.planes(); plane++) {
          int address = view.addresses().get(channel) + view.planes() * pixel + plane;
          boolean read =
              view.regions().stream()
                  .anyMatch(
                      region ->
                          address >= region.baseAddress()
                              && address < region.baseAddress() + region.words());
          if (!read) {
            return Optional.of("%s: word %d is not read".formatted(view.tensor().name(), address));
          }
          value |= featureMaps.lane(address, lane, view.laneBits()) << 8 * plane;
        }
        int code = value;
        int unused = Integer.SIZE - view.laneBits();
        int got =
            format.fold(
                fixed -> fixed.signed() ? code << unused >> unused : code,
                log -> ProgramInterpreter.decode(code, log.resolution()),
                accumulators -> code);
        int wanted = expected.get(view.tensor().name())[channel * shape.pixels() + pixel];
        if (got != wanted) {
          return Optional.of(
              "output %s, channel %d, pixel %d: expected %d, got %d"
                  .formatted(view.tensor().name(), channel, pixel, wanted, got));
        }
      }
    }
    return Optional.empty();
  }

  private int accumulator(LayerPlacement layer, int block, int column, int pixel) {
    int address = layer.baseAddress() + block * layer.blockStride() + 4 * pixel;
    int value = 0;
    for (int k = 3; k >= 0; k--) {
      value = value << 8 | featureMaps.lane(address + k, column, 8);
    }
    return value;
  }

  /** The integer that a lane of a feature map stands for. */
  private int value(LayerPlacement layer, int block, int column, int pixel) {
    int bits = layer.laneBits();
    int at = layer.part() + block;
    int parts = 8 / bits;
    int address = layer.baseAddress() + at / parts * layer.blockStride() + pixel;
    int lane = at % parts * compiled.config().cols() + column;
    TensorFormat format = layer.output().format();
    int code = featureMaps.lane(address, lane, bits);
    return format.fold(
        fixed -> fixed.signed() ? featureMaps.signedLane(address, lane, bits) : code,
        logarithmic -> ProgramInterpreter.decode(code, logarithmic.resolution()),
        accumulators -> {
          throw new AssertionError(layer.name() + " rounds, but its output holds accumulators");
        });
  }
}
