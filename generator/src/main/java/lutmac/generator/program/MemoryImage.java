package lutmac.generator.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param inputBytes of one input
 * @param outputBytes of one output
 */
public record MemoryImage(byte[] bytes, int inputBytes, int outputBytes) {
  /** Hardware reads the header and the first entries in one go. */
  private static final int MIN_BYTES = 128;

  /** One step of a run. */
  private record Entry(long command, int beats) {}

  /**
   * The image of a network.
   *
   * @throws IllegalArgumentException if it is larger than 2 GiB
   */
  public static MemoryImage of(CompiledNetwork compiled) {
    AcceleratorConfig config = compiled.config();
    int wordBeats = HostBeats.beatsOf(Memory.FEATURE_MAPS.wordBytes(config.cols()));
    List<Entry> inputs = new ArrayList<>();
    for (InputView view : compiled.inputViews()) {
      inputs.add(moved(HostOperation.WRITE, view.baseAddress(), view.words(), wordBeats));
    }
    List<Entry> outputs = new ArrayList<>();
    for (LayerPlacement layer : compiled.layers()) {
      if (layer.result()) {
        for (LayerPlacement.Region region : layer.regions()) {
          outputs.add(moved(HostOperation.READ, region.address(), region.words(), wordBeats));
        }
      }
    }
    List<Entry> script = new ArrayList<>(inputs);
    script.add(new Entry(HostBeats.run(0), 0));
    script.addAll(outputs);

    byte[] setup = setup(compiled);
    int scriptBytes = script.size() * ImageField.ENTRY_WORDS * HostBeats.BYTES;
    int setupOffset = aligned(ImageField.WORDS * HostBeats.BYTES + scriptBytes);
    int size = Math.max(MIN_BYTES, aligned(Math.addExact(setupOffset, setup.length)));
    ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    put(image, ImageField.IDENTIFICATION, ImageField.IDENTIFICATION_WORD);
    put(image, ImageField.CONFIGURATION, config.fingerprint());
    put(image, ImageField.ENTRIES, script.size());
    put(image, ImageField.SETUP_BEATS, setup.length / HostBeats.BYTES);
    put(image, ImageField.SETUP_OFFSET, setupOffset);
    put(image, ImageField.IMAGE_BYTES, size);
    put(image, ImageField.INPUT_BYTES, bytes(inputs));
    put(image, ImageField.OUTPUT_BYTES, bytes(outputs));
    image.position(ImageField.WORDS * HostBeats.BYTES);
    for (Entry entry : script) {
      image.putLong(entry.command()).putLong(entry.beats());
    }
    image.position(setupOffset);
    image.put(setup);
    return new MemoryImage(image.array(), bytes(inputs), bytes(outputs));
  }

  private static Entry moved(HostOperation operation, int address, int words, int wordBeats) {
    return new Entry(
        HostBeats.header(operation, Memory.FEATURE_MAPS, address, words),
        Math.multiplyExact(words, wordBeats));
  }

  private static void put(ByteBuffer image, ImageField field, int value) {
    image.putInt(field.byteOffset(), value);
  }

  /** Bytes that the data of entries take. */
  private static int bytes(List<Entry> entries) {
    return entries.stream()
        .mapToInt(entry -> aligned(Math.multiplyExact(entry.beats(), HostBeats.BYTES)))
        .reduce(0, Math::addExact);
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

  /**
   * Parts of an input or output as they lie in memory: each from a multiple of {@link
   * ImageField#ALIGNMENT_BYTES} on.
   */
  public static byte[] aligned(List<byte[]> parts) {
    return joined(
        parts.stream().map(part -> Arrays.copyOf(part, aligned(part.length))).toList());
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
