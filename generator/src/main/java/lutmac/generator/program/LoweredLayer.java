package lutmac.generator.program;

import java.util.List;
import java.util.Optional;
import lutmac.network.quantized.MacLayer;
import lutmac.rtl.layout.DescriptorField;

/**
 * A descriptor before it has addresses: bases are relative to the regions of the maps.
 *
 * @param layer what it computes, or a part of it
 * @param arrangement its input
 * @param output layout of the map that it writes, or writes a part of
 * @param firstBlock the first block of that map that it writes
 * @param pixels the pixels of that map that it writes
 * @param weights weight codes; empty for a pool
 * @param accBits width that every sum of a segment fits; 0 for a pool
 */
record LoweredLayer(
    HardwareLayer layer,
    Arrangement arrangement,
    MapLayout output,
    int firstBlock,
    PixelGrid pixels,
    Descriptor descriptor,
    Optional<WeightStream> weights,
    int accBits) {

  /** Words of a block in front of the first pixel that it writes. */
  int firstWordOfPixels() {
    return pixels.pixel(0) * (layer.output().format().raw() ? ArrayLowering.RAW_WORDS : 1);
  }

  /** The layer whose sums it makes; empty for a pool. */
  Optional<MacLayer> mac() {
    return layer.fold(
        array -> Optional.of(array.mac()), pool -> Optional.empty(), copy -> Optional.empty());
  }

  /** Words of weight memory that the layer takes. */
  long weightWords() {
    return weights.map(WeightStream::words).orElse(0L);
  }

  /**
   * Multiply-accumulates of one image: 0 for a pool.
   *
   * @param rows P
   */
  long macs(int rows) {
    return weights.map(stream -> stream.macs(descriptor, rows)).orElse(0L);
  }

  /** Words of parameter memory that the layer takes. */
  int parameterWords() {
    return weights.isPresent() ? blocks() : 0;
  }

  /** Blocks that it writes. */
  int blocks() {
    return descriptor.getInt(DescriptorField.OB_N);
  }

  /** The channel in every column of block n that it writes. */
  List<Integer> channels(int block) {
    return output.block(firstBlock + block);
  }

  LoweredLayer with(Descriptor other) {
    return new LoweredLayer(
        layer, arrangement, output, firstBlock, pixels, other, weights, accBits);
  }
}
