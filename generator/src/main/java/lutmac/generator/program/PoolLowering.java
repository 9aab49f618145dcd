package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.Optional;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** Turns a layer that bypasses the array into a descriptor. */
final class PoolLowering {
  private PoolLowering() {}

  /**
   * The layer's descriptor.
   *
   * @param layer a pool, or a copy, which is the pool of a 1x1 window
   * @param input its input as it lies in the buffer
   * @param output layout of the map that is written, with the blocks of the input
   * @param strip the rows that are made
   */
  static LoweredLayer lower(
      HardwareLayer layer, Window window, Arrangement input, MapLayout output, Strip strip) {
    Descriptor.Builder builder = new Descriptor.Builder(layer.name());
    Shape map = strip.input().shape();
    Shape written = new Shape(1, strip.count(), strip.output().width());
    int startRow =
        strip.first() * window.strideHeight() / window.upsampling().height()
            - strip.input().first();
    WalkFields.setPool(builder, map, window, written, startRow);
    FormatFields.INPUT.set(builder, layer.input().format(), input.layout().laneBits());
    FormatFields.OUTPUT.set(builder, layer.output().format(), output.laneBits());
    Descriptor descriptor =
        builder
            .set(POOL, true)
            // The codes themselves are compared: they ascend with what they mean.
            .set(IN_LOG, false)
            .set(OUT_LOG, false)
            .set(OB_ADDR, strip.input().pitch())
            .set(OB_N, input.layout().blocks())
            .set(WINDOW_N, window.kernelArea())
            .set(OUT_STRIDE, strip.output().pitch())
            .set(OUT_BASE, strip.output().wordsBefore(strip.first()))
            .build();
    PixelGrid rows = PixelGrid.ofRows(layer.output().shape(), strip.first(), strip.count());
    return new LoweredLayer(layer, input, output, 0, rows, descriptor, Optional.empty(), 0);
  }
}
