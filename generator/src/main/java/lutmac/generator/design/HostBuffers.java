package lutmac.generator.design;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputView;
import lutmac.generator.program.LayerPlacement;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * The buffers in a host's memory that hold an input and an output (docs/hardware.md §10): words of
 * the feature maps, padded to whole beats, every region from a multiple of 16 bytes on.
 *
 * @param wordBytes of a word of the feature maps
 * @param writes regions of the input, one a view
 * @param reads regions of the output
 * @param inputBytes of the input
 * @param outputBytes of the output
 */
record HostBuffers(
    int wordBytes, List<Region> writes, List<Region> reads, int inputBytes, int outputBytes) {
  private static final int ACCUMULATOR_PLANES = 4;

  /**
   * Words of the feature maps.
   *
   * @param byteOffset where they begin in the buffer
   */
  public record Region(int baseAddress, int words, int byteOffset) {}

  static HostBuffers of(CompiledNetwork compiled) {
    int bits = Memory.FEATURE_MAPS.wordBits(compiled.config().cols());
    int beats = (bits + HostHeaderField.BITS - 1) / HostHeaderField.BITS;
    int wordBytes = beats * HostHeaderField.BITS / Byte.SIZE;
    Buffer input = new Buffer(wordBytes);
    for (InputView view : compiled.inputViews()) {
      input.add(view.baseAddress(), view.words());
    }
    Buffer output = new Buffer(wordBytes);
    for (LayerPlacement layer : compiled.layers()) {
      if (layer.result()) {
        int parts = Byte.SIZE / layer.laneBits();
        int blocks = (layer.part() + layer.blocks().size() + parts - 1) / parts;
        int words = layer.output().shape().pixels() * (layer.raw() ? ACCUMULATOR_PLANES : 1);
        for (int block = 0; block < blocks; block++) {
          output.add(layer.baseAddress() + block * layer.blockStride(), words);
        }
      }
    }
    return new HostBuffers(wordBytes, input.regions, output.regions, input.bytes, output.bytes);
  }

  private static final class Buffer {
    private final int wordBytes;
    private final List<Region> regions = new ArrayList<>();
    private int bytes;

    Buffer(int wordBytes) {
      this.wordBytes = wordBytes;
    }

    void add(int address, int words) {
      regions.add(new Region(address, words, bytes));
      int end = bytes + words * wordBytes;
      int alignment = ImageField.ALIGNMENT_BYTES;
      bytes = (end + alignment - 1) / alignment * alignment;
    }
  }
}
