package lutmac.generator.program;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** What no configuration computes, whatever its size. */
final class LayerChecks {
  private LayerChecks() {}

  static void check(MacLayer mac) {
    activations(mac.name(), mac.input());
    if (mac.sumPixels()) {
      if (!mac.window().equals(Window.pointwise())) {
        throw new BadInputException(
            "layer '%s' sums its pixels: it must be 1x1 with stride 1".formatted(mac.name()));
      }
      requireShape(mac.name(), new Shape(1, 1, 1), mac.output().shape());
    } else {
      requireShape(
          mac.name(), mac.window().outputShape(mac.input().shape(), 1), mac.output().shape());
    }
    mac.skip().ifPresent(skip -> checkSkip(mac, skip));
    List<Integer> shifts = mac.stage().fold(OutputStage.Requantize::shift, raw -> List.of());
    for (int shift : shifts) {
      requireShift(mac.name(), "output shift", shift);
    }
    AccumulatorRange range = AccumulatorRange.of(mac);
    if (!range.fitsInt32()) {
      throw new BadInputException(
          ("layer '%s': its accumulators with bias and skip need %d bits, the output unit has 32;"
                  + " quantize the layer with a smaller weight exponent")
              .formatted(mac.name(), range.valueBits()));
    }
  }

  static void check(MaxPoolLayer pool) {
    activations(pool.name(), pool.input());
    Shape input = pool.input().shape();
    Shape output = pool.output().shape();
    requireShape(pool.name(), pool.window().outputShape(input, 1), output);
    if (input.channels() != output.channels()) {
      throw new BadInputException(
          "pool '%s' makes %d channels of %d"
              .formatted(pool.name(), output.channels(), input.channels()));
    }
  }

  private static void checkSkip(MacLayer mac, Skip skip) {
    activations(mac.name(), skip.source());
    requireShape(mac.name(), mac.output().shape(), skip.source().shape());
    for (int alignment : skip.alignment()) {
      requireShift(mac.name(), "skip alignment", alignment);
    }
  }

  private static void requireShift(String layer, String what, int shift) {
    if (shift < 0 || shift > HardwareLimits.MAX_SHIFT) {
      throw new BadInputException(
          "layer '%s': %s is %d, the output unit shifts by 0..%d; quantize with other fraction bits"
              .formatted(layer, what, shift, HardwareLimits.MAX_SHIFT));
    }
  }

  private static void requireShape(String layer, Shape expected, Shape actual) {
    if (expected.height() != actual.height() || expected.width() != actual.width()) {
      throw new BadInputException(
          "layer '%s' makes a map of %dx%d pixels, but %dx%d are declared"
              .formatted(
                  layer, expected.height(), expected.width(), actual.height(), actual.width()));
    }
  }

  private static void activations(String layer, Tensor tensor) {
    TensorFormat format = tensor.format();
    if (format.raw()) {
      throw new BadInputException(
          "layer '%s' uses '%s' as activations, but that holds 32-bit accumulators"
              .formatted(layer, tensor.name()));
    }
  }
}
