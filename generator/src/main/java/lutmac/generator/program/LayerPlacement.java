package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import lutmac.network.quantized.Tensor;
import lutmac.rtl.layout.DescriptorField;

/**
 * Where one descriptor leaves its result in the feature-map buffer, so that a word that the core
 * writes can be named as pixel and channels (docs/hardware.md §2).
 *
 * <p>Its block n lies in part {@code (part + n) % K} of the words {@code baseAddress + (part + n) /
 * K * blockStride + pixel}, K = {@code 8 / laneBits}; accumulators in the words {@code baseAddress
 * + n * blockStride + 4 * pixel + k}, k = 0..3.
 *
 * @param index position in the program, as {@code mon_layer_o} shows it
 * @param name the network layer, and the pool fused behind it if there is one
 * @param output the feature map that it makes or makes a part of (behind a fused pool: the pooled
 *     one); where it copies a map into a concatenation, that map
 * @param baseAddress word address of pixel 0 in the words of block 0
 * @param blockStride words from one block of words to the next
 * @param raw int32 accumulators, four words (byte planes) a pixel
 * @param macs useful multiply-accumulates of one image, those at the map's padding included: what
 *     the array does not take, because nothing needs it, does not count; 0 for a pool
 * @param laneBits bits of a lane, 8, 4 or 2; 8 for accumulators
 * @param part the part of a word that block 0 goes to; 0 for accumulators
 * @param blocks for every block that is written, the channel of {@code output} in each of the M
 *     columns, {@link #HOLE} where there is none
 * @param pixels the pixels of {@code output} that it writes
 * @param result whether the host reads it when the program has ended: nothing may overwrite it
 */
public record LayerPlacement(
    int index,
    String name,
    Tensor output,
    int baseAddress,
    int blockStride,
    boolean raw,
    long macs,
    int laneBits,
    int part,
    List<List<Integer>> blocks,
    PixelGrid pixels,
    boolean result) {
  /** Stands for a channel where a lane holds none: it may hold anything. */
  public static final int HOLE = -1;

  public LayerPlacement {
    blocks = blocks.stream().map(List::copyOf).toList();
  }

  /**
   * Where layers leave what they make.
   *
   * @param rows P
   * @param isResult whether the host reads a map or a copy of one
   */
  static List<LayerPlacement> of(List<LoweredLayer> layers, int rows, Predicate<String> isResult) {
    List<LayerPlacement> placements = new ArrayList<>();
    for (LoweredLayer layer : layers) {
      HardwareLayer hardware = layer.layer();
      Descriptor descriptor = layer.descriptor();
      placements.add(
          new LayerPlacement(
              placements.size(),
              hardware.name(),
              hardware.output(),
              (int) descriptor.get(DescriptorField.OUT_BASE) - layer.firstWordOfPixels(),
              descriptor.getInt(DescriptorField.OUT_STRIDE),
              descriptor.is(DescriptorField.RAW_OUT),
              layer.macs(rows),
              layer.output().laneBits(),
              descriptor.getInt(DescriptorField.OUT_PART),
              IntStream.range(0, layer.blocks()).mapToObj(layer::channels).toList(),
              layer.pixels(),
              isResult.test(hardware.target())));
    }
    return placements;
  }

  /** Words of the feature maps that lie side by side. */
  public record Region(int address, int words) {}

  /** The words of every block of words of the whole {@link #output}. */
  public List<Region> regions() {
    int parts = Byte.SIZE / laneBits;
    int wordBlocks = (part + blocks.size() + parts - 1) / parts;
    int words = output.shape().pixels() * (raw ? Integer.BYTES : 1);
    return IntStream.range(0, wordBlocks)
        .mapToObj(block -> new Region(baseAddress + block * blockStride, words))
        .toList();
  }

  /** The address behind the last word that is written. */
  int end() {
    int parts = Byte.SIZE / laneBits;
    return baseAddress + (part + blocks.size() + parts - 1) / parts * blockStride;
  }
}
