package lutmac.generator.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * A compiled network as an accelerator on a bus reads it from memory (docs/hardware.md §10): a
 * header, the script of a run, and the commands that load program, weights and parameters.
 *
 * @param bytes of the image
 * @param wordBytes that a word of the feature maps takes in the input and output: whole beats
 * @param inputs what the script writes, in its order
 * @param outputs what it reads, in its order
 */
public record MemoryImage(byte[] bytes, int wordBytes, List<Part> inputs, List<Part> outputs) {
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
    AcceleratorConfig config = compiled.config();
    int wordBytes =
        HostBeats.beatsOf(Memory.FEATURE_MAPS.wordBytes(config.cols())) * HostBeats.BYTES;
    List<Part> inputs = new ArrayList<>();
    for (InputView view : compiled.inputViews()) {
      append(inputs, view.baseAddress(), view.words(), wordBytes);
    }
    List<Part> outputs = new ArrayList<>();
    for (LayerPlacement layer : compiled.layers()) {
      if (layer.result()) {
        for (LayerPlacement.Region region : layer.regions()) {
          append(outputs, region.address(), region.words(), wordBytes);
        }
      }
    }

    byte[] setup = setup(compiled);
    int entries = inputs.size() + 1 + outputs.size();
    int scriptBytes = entries * ImageField.ENTRY_WORDS * HostBeats.BYTES;
    int setupOffset = aligned(ImageField.WORDS * HostBeats.BYTES + scriptBytes);
    int size = Math.max(MIN_BYTES, aligned(Math.addExact(setupOffset, setup.length)));
    ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    put(image, ImageField.IDENTIFICATION, ImageField.IDENTIFICATION_WORD);
    put(image, ImageField.CONFIGURATION, config.fingerprint());
    put(image, ImageField.ENTRIES, entries);
    put(image, ImageField.SETUP_BEATS, setup.length / HostBeats.BYTES);
    put(image, ImageField.SETUP_OFFSET, setupOffset);
    put(image, ImageField.IMAGE_BYTES, size);
    put(image, ImageField.INPUT_BYTES, end(inputs));
    put(image, ImageField.OUTPUT_BYTES, end(outputs));
    image.position(ImageField.WORDS * HostBeats.BYTES);
    inputs.forEach(part -> put(image, HostOperation.WRITE, part));
    image.putLong(HostBeats.run(0)).putLong(0);
    outputs.forEach(part -> put(image, HostOperation.READ, part));
    image.position(setupOffset);
    image.put(setup);
    return new MemoryImage(image.array(), wordBytes, inputs, outputs);
  }

  /** Bytes of an input. */
  public int inputBytes() {
    return end(inputs);
  }

  /** Bytes of an output. */
  public int outputBytes() {
    return end(outputs);
  }

  private static void append(List<Part> parts, int baseAddress, int words, int wordBytes) {
    int bytes = Math.multiplyExact(words, wordBytes);
    parts.add(new Part(baseAddress, words, end(parts), bytes));
  }

  /** Bytes that parts take, up to where the next one begins. */
  private static int end(List<Part> parts) {
    if (parts.isEmpty()) {
      return 0;
    }
    Part last = parts.get(parts.size() - 1);
    return aligned(Math.addExact(last.byteOffset(), last.bytes()));
  }

  private static void put(ByteBuffer image, HostOperation operation, Part part) {
    image
        .putLong(HostBeats.header(operation, Memory.FEATURE_MAPS, part.baseAddress(), part.words()))
        .putLong(part.bytes() / HostBeats.BYTES);
  }

  private static void put(ByteBuffer image, ImageField field, int value) {
    image.putInt(field.byteOffset(), value);
  }

  private static byte[] setup(CompiledNetwork compiled) {
    int cols = compiled.config().cols();
    return joined(
        List.of(
            written(Memory.PROGRAM, HostBeats.bytes(compiled.program()), cols),
            written(Memory.WEIGHTS, compiled.weights(), cols),
            written(Memory.PARAMETERS, compiled.parameters(), cols)));
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

  private static int aligned(int bytes) {
    int alignment = ImageField.ALIGNMENT_BYTES;
    return Math.addExact(bytes, alignment - 1) / alignment * alignment;
  }
}
