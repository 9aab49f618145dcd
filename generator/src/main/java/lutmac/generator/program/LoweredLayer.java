package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

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
    return descriptor.getInt(OB_N);
  }

  /** The channel in every column of block n that it writes. */
  List<Integer> channels(int block) {
    return output.block(firstBlock + block);
  }

  /**
   * The same for some of the blocks of a layer of the array.
   *
   * @param first the first of them
   * @param count how many
   */
  LoweredLayer ofBlocks(int first, int count) {
    Descriptor.Builder builder = descriptor.toBuilder(layer.name()).set(OB_N, count);
    if (descriptor.is(DEPTHWISE)) {
      move(builder, IN_PART, IN_LANE, START_ADDR, OB_ADDR, first);
    } else {
      builder.set(START_ADDR, descriptor.get(START_ADDR) + first * descriptor.get(OB_ADDR));
    }
    if (descriptor.is(RAW_OUT)) {
      builder.set(OUT_BASE, descriptor.get(OUT_BASE) + first * descriptor.get(OUT_STRIDE));
    } else {
      move(builder, OUT_PART, OUT_LANE, OUT_BASE, OUT_STRIDE, first);
    }
    if (descriptor.is(SKIP_EN)) {
      move(builder, SKIP_PART, SKIP_LANE, SKIP_BASE, SKIP_STRIDE, first);
    }
    return new LoweredLayer(
        layer,
        arrangement,
        output,
        firstBlock + first,
        pixels,
        builder.build(),
        weights.map(stream -> stream.ofBlocks(first, count)),
        accBits);
  }

  /** Moves a map's first part on by so many blocks. */
  private void move(
      Descriptor.Builder builder,
      DescriptorField part,
      DescriptorField lane,
      DescriptorField base,
      DescriptorField stride,
      int blocks) {
    int at = descriptor.getInt(part) + blocks;
    int parts = 1 << descriptor.getInt(lane);
    builder
        .set(part, at % parts)
        .set(base, descriptor.get(base) + at / parts * descriptor.get(stride));
  }

  LoweredLayer withWeights(Optional<WeightStream> others) {
    return new LoweredLayer(
        layer, arrangement, output, firstBlock, pixels, descriptor, others, accBits);
  }

  LoweredLayer with(Descriptor other) {
    return new LoweredLayer(
        layer, arrangement, output, firstBlock, pixels, other, weights, accBits);
  }
}
