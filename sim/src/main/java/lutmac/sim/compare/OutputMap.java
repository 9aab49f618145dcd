package lutmac.sim.compare;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.program.LayerPlacement;
import lutmac.network.shape.Shape;
import lutmac.sim.harness.Job;

/** Which feature-map word of a layer's output holds what (docs/hardware.md §2). */
final class OutputMap {
  private static final int RAW_PLANES = 4;

  private final LayerPlacement placement;
  private final Shape shape;
  private final int cols;
  private final int planes;
  private final int blocks;
  private final int wordsPerBlock;

  OutputMap(LayerPlacement placement, int cols) {
    this.placement = placement;
    this.shape = placement.output().shape();
    this.cols = cols;
    this.planes = placement.raw() ? RAW_PLANES : 1;
    this.blocks = (shape.channels() + cols - 1) / cols;
    this.wordsPerBlock = shape.pixels() * planes;
  }

  LayerPlacement placement() {
    return placement;
  }

  /** Words of the whole output. */
  int words() {
    return blocks * wordsPerBlock;
  }

  /** Position of an address in the output, or -1 if it is not part of it. */
  int word(int address) {
    int offset = address - placement.baseAddress();
    if (offset < 0) {
      return -1;
    }
    int block = blocks == 1 ? 0 : offset / placement.blockStride();
    int inBlock = offset - block * placement.blockStride();
    return block < blocks && inBlock < wordsPerBlock ? block * wordsPerBlock + inBlock : -1;
  }

  int address(int word) {
    return placement.baseAddress() + block(word) * placement.blockStride() + word % wordsPerBlock;
  }

  int y(int word) {
    return pixel(word) / shape.width();
  }

  int x(int word) {
    return pixel(word) % shape.width();
  }

  int channel(int word, int lane) {
    return block(word) * cols + lane;
  }

  /** Lanes of a word that hold channels; the others hold anything. */
  int lanes(int word) {
    return Math.min(cols, shape.channels() - block(word) * cols);
  }

  /** The expected byte of one lane of a word, given the golden tensor {@code [C, H, W]}. */
  byte expected(int[] golden, int word, int lane) {
    return (byte) (value(golden, word, lane) >> (8 * plane(word)));
  }

  /** The golden integer that a lane of a word belongs to. */
  int value(int[] golden, int word, int lane) {
    return golden[channel(word, lane) * shape.pixels() + pixel(word)];
  }

  /**
   * The integer that the hardware has where a lane of a word belongs.
   *
   * @param contents {@code words() * M} bytes as written
   */
  int actual(byte[] contents, int word, int lane) {
    if (!placement.raw()) {
      byte code = contents[word * cols + lane];
      return placement.output().format().minCode() < 0 ? code : Byte.toUnsignedInt(code);
    }
    int value = 0;
    int firstPlane = word - plane(word);
    for (int plane = 0; plane < RAW_PLANES; plane++) {
      value |= Byte.toUnsignedInt(contents[(firstPlane + plane) * cols + lane]) << (8 * plane);
    }
    return value;
  }

  /** One region a block, for the host to read. */
  List<Job.Region> regions() {
    List<Job.Region> regions = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      regions.add(new Job.Region(address(block * wordsPerBlock), wordsPerBlock));
    }
    return regions;
  }

  private int block(int word) {
    return word / wordsPerBlock;
  }

  private int pixel(int word) {
    return word % wordsPerBlock / planes;
  }

  private int plane(int word) {
    return word % wordsPerBlock % planes;
  }
}
