package lutmac.generator.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.EntryField;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * A compiled network as an accelerator on a bus reads it from memory (docs/hardware.md §10): a
 * header, the script of a run, the commands that load what stays, and the data that the script
 * writes.
 *
 * @param bytes of the image
 * @param wordBytes that a word of the feature maps takes in the input and output: whole beats
 * @param inputs what the script writes of the input, in its order
 * @param outputs what it reads to the output, in its order
 * @param inputBytes of the input
 * @param outputBytes of the output
 * @param scratchBytes of the scratch area, 0 if none is needed
 */
public record MemoryImage(
    byte[] bytes,
    int wordBytes,
    List<Part> inputs,
    List<Part> outputs,
    int inputBytes,
    int outputBytes,
    int scratchBytes) {
  /** Hardware reads the header and the first entries in one go. */
  private static final int MIN_BYTES = 128;

  public MemoryImage {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Words of the feature maps that one script entry moves.
   *
   * @param baseAddress in the feature maps, in words
   * @param byteOffset from the input's or output's address
   * @param bytes that they take there, without what follows up to the next part
   */
  public record Part(int baseAddress, int words, int byteOffset, int bytes) {}

  /**
   * The image of a network.
   *
   * @throws IllegalArgumentException if it is larger than 2 GiB
   */
  public static MemoryImage of(CompiledNetwork compiled) {
    Script script = script(compiled);
    return compiled
        .schedule()
        .map(schedule -> of(compiled.config(), script, schedule.inputs(), schedule.outputs()))
        .orElseGet(() -> of(compiled.config(), script));
  }

  /**
   * The image of a script.
   *
   * @throws IllegalArgumentException if it, or an area of memory that it needs, is larger than 2
   *     GiB
   */
  public static MemoryImage of(AcceleratorConfig config, Script script) {
    return of(
        config,
        script,
        script.entries().stream().flatMap(entry -> inputPart(entry, script.cols())).toList(),
        script.entries().stream().flatMap(entry -> outputPart(entry, script.cols())).toList());
  }

  private static MemoryImage of(
      AcceleratorConfig config, Script script, List<Part> inputs, List<Part> outputs) {
    if (script.cols() != config.cols()) {
      throw new IllegalArgumentException(
          "a script for %d columns, not %d".formatted(script.cols(), config.cols()));
    }
    int inputBytes = size(script.inputBytes());
    int outputBytes = size(script.outputBytes());
    int scratchBytes = size(script.scratchBytes());
    int headerBytes = ImageField.WORDS * HostBeats.BYTES;
    long scriptBytes = (long) script.entries().size() * ImageField.ENTRY_WORDS * HostBeats.BYTES;
    int setupOffset = size(Script.aligned(headerBytes + scriptBytes));
    int dataOffset = size(Script.aligned((long) setupOffset + script.setup().length));
    int size = Math.max(MIN_BYTES, size(Script.aligned((long) dataOffset + script.data().length)));
    ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    put(image, ImageField.IDENTIFICATION, ImageField.IDENTIFICATION_WORD);
    put(image, ImageField.CONFIGURATION, config.fingerprint());
    put(image, ImageField.ENTRIES, script.entries().size());
    put(image, ImageField.SETUP_BEATS, script.setup().length / HostBeats.BYTES);
    put(image, ImageField.SETUP_OFFSET, setupOffset);
    put(image, ImageField.IMAGE_BYTES, size);
    put(image, ImageField.INPUT_BYTES, inputBytes);
    put(image, ImageField.OUTPUT_BYTES, outputBytes);
    put(image, ImageField.SCRATCH_BYTES, scratchBytes);
    image.position(headerBytes);
    script.entries().forEach(entry -> put(image, entry, script.cols(), dataOffset));
    image.position(setupOffset);
    image.put(script.setup());
    image.position(dataOffset);
    image.put(script.data());
    return new MemoryImage(
        image.array(),
        Math.toIntExact(Script.bytes(Memory.FEATURE_MAPS, 1, script.cols())),
        inputs,
        outputs,
        inputBytes,
        outputBytes,
        scratchBytes);
  }

  /** What the accelerator does for one input. */
  static Script script(CompiledNetwork compiled) {
    return compiled.schedule().map(Schedule::script).orElseGet(() -> resident(compiled));
  }

  /** All is loaded once; inputs are written, a run follows, and results are read. */
  private static Script resident(CompiledNetwork compiled) {
    int cols = compiled.config().cols();
    List<ScriptEntry> entries = new ArrayList<>();
    long inputBytes = 0;
    for (InputView view : compiled.inputViews()) {
      entries.add(
          new ScriptEntry.Write(
              Memory.FEATURE_MAPS, view.baseAddress(), view.words(), Base.INPUT, inputBytes));
      inputBytes =
          Script.aligned(inputBytes + Script.bytes(Memory.FEATURE_MAPS, view.words(), cols));
    }
    entries.add(new ScriptEntry.Run(0));
    long outputBytes = 0;
    for (LayerPlacement layer : compiled.layers()) {
      if (layer.result()) {
        for (LayerPlacement.Region region : layer.regions()) {
          entries.add(
              new ScriptEntry.Read(region.address(), region.words(), Base.OUTPUT, outputBytes));
          outputBytes =
              Script.aligned(outputBytes + Script.bytes(Memory.FEATURE_MAPS, region.words(), cols));
        }
      }
    }
    return new Script(cols, entries, setup(compiled), new byte[0], inputBytes, outputBytes, 0);
  }

  private static void put(ByteBuffer image, ScriptEntry entry, int cols, int dataOffset) {
    if (entry instanceof ScriptEntry.Write write) {
      long offset = write.byteOffset() + (write.base() == Base.IMAGE ? dataOffset : 0);
      image
          .putLong(
              HostBeats.header(HostOperation.WRITE, write.memory(), write.address(), write.words()))
          .putLong(place(Script.bytes(write.memory(), write.words(), cols), write.base(), offset));
    } else if (entry instanceof ScriptEntry.Read read) {
      long bytes = Script.bytes(Memory.FEATURE_MAPS, read.words(), cols);
      image
          .putLong(
              HostBeats.header(
                  HostOperation.READ, Memory.FEATURE_MAPS, read.address(), read.words()))
          .putLong(place(bytes, read.base(), read.byteOffset()));
    } else if (entry instanceof ScriptEntry.Start start) {
      image.putLong(HostBeats.run(HostOperation.START, start.programAddress())).putLong(0);
    } else if (entry instanceof ScriptEntry.Run run) {
      image.putLong(HostBeats.run(HostOperation.RUN, run.programAddress())).putLong(0);
    } else {
      image.putLong(HostBeats.await()).putLong(0);
    }
  }

  private static long place(long bytes, Base base, long offset) {
    return EntryField.BEATS.encode(bytes / HostBeats.BYTES)
        | EntryField.BASE.encode(base.code())
        | EntryField.PLACE.encode(offset / ImageField.ALIGNMENT_BYTES);
  }

  private static Stream<Part> inputPart(ScriptEntry entry, int cols) {
    return entry instanceof ScriptEntry.Write write && write.base() == Base.INPUT
        ? Stream.of(part(write.address(), write.words(), write.byteOffset(), cols))
        : Stream.empty();
  }

  private static Stream<Part> outputPart(ScriptEntry entry, int cols) {
    return entry instanceof ScriptEntry.Read read && read.base() == Base.OUTPUT
        ? Stream.of(part(read.address(), read.words(), read.byteOffset(), cols))
        : Stream.empty();
  }

  private static Part part(int address, int words, long byteOffset, int cols) {
    return new Part(
        address,
        words,
        Math.toIntExact(byteOffset),
        Math.toIntExact(Script.bytes(Memory.FEATURE_MAPS, words, cols)));
  }

  private static int size(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("%,d bytes are more than 2 GiB".formatted(bytes));
    }
    return (int) bytes;
  }

  private static void put(ByteBuffer image, ImageField field, int value) {
    image.putInt(field.byteOffset(), value);
  }

  private static byte[] setup(CompiledNetwork compiled) {
    int cols = compiled.config().cols();
    return setup(
        Map.of(
            Memory.PROGRAM, HostBeats.bytes(compiled.program()),
            Memory.WEIGHTS, compiled.weights(),
            Memory.PARAMETERS, compiled.parameters()),
        cols);
  }

  /**
   * The commands that load memories from address 0 on.
   *
   * @param images whole words
   */
  static byte[] setup(Map<Memory, byte[]> images, int cols) {
    return joined(
        Stream.of(Memory.PROGRAM, Memory.WEIGHTS, Memory.PARAMETERS)
            .filter(images::containsKey)
            .map(memory -> written(memory, images.get(memory), cols))
            .toList());
  }

  private static byte[] written(Memory memory, byte[] image, int cols) {
    int wordBytes = memory.wordBytes(cols);
    byte[] beats = HostBeats.padded(image, wordBytes);
    return ByteBuffer.allocate(HostBeats.BYTES + beats.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(HostBeats.header(HostOperation.WRITE, memory, 0, image.length / wordBytes))
        .put(beats)
        .array();
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteBuffer all =
        ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).reduce(0, Math::addExact));
    parts.forEach(all::put);
    return all.array();
  }
}
