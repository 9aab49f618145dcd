package lutmac.onnx.writer;

import lutmac.network.HardwareLimits;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Skip;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * What a layer must fulfil to mean anything in real numbers: shapes, formats and fractions. Its
 * methods throw {@link IllegalArgumentException} for a layer that contradicts itself.
 */
final class Consistency {
  private Consistency() {}

  static void require(MaxPoolLayer layer) {
    requireShape(
        layer, layer.window().outputShape(layer.input().shape(), layer.input().shape().channels()));
    require(
        layer,
        layer.input().format().equals(layer.output().format()),
        "a maximum keeps its input's format");
  }

  /**
   * @param returned whether the network returns the layer's output
   */
  static void require(MacLayer layer, boolean returned) {
    require(
        layer,
        !layer.sumPixels() || layer.window().equals(Window.pointwise()),
        "a sum over pixels needs a 1x1 window");
    requireShape(
        layer,
        layer.sumPixels()
            ? new Shape(layer.outChannels(), 1, 1)
            : layer.window().outputShape(layer.input().shape(), layer.outChannels()));
    layer
        .stage()
        .requantize()
        .ifPresentOrElse(stage -> requireRounded(layer, stage), () -> requireRaw(layer, returned));
    layer.fractions().forEach(frac -> requireFrac(layer.name(), frac));
    layer.skip().ifPresent(skip -> requireAligned(layer, skip));
  }

  private static void requireRounded(MacLayer layer, OutputStage.Requantize stage) {
    TensorFormat format = layer.output().format();
    requireFrac(layer.output().name(), RealValues.frac(layer.output()));
    require(
        layer,
        stage.shift().size() == layer.outChannels(),
        "it needs one shift per output channel");
    require(
        layer,
        stage.shift().stream().allMatch(Consistency::isShift),
        "shifts are 0 to " + HardwareLimits.MAX_SHIFT);
    if (stage.table().isPresent()) {
      requireTable(layer, stage, stage.table().get());
      return;
    }
    require(
        layer,
        stage.lo() >= format.minCode()
            && stage.hi() <= format.maxCode()
            && stage.lo() <= stage.hi(),
        "the clamp %d..%d does not lie in the format %s",
        stage.lo(),
        stage.hi(),
        format);
  }

  private static void requireTable(
      MacLayer layer, OutputStage.Requantize stage, ActivationTable table) {
    require(
        layer,
        stage.lo() >= Short.MIN_VALUE && stage.hi() <= Short.MAX_VALUE,
        "pre-activation codes %d..%d have more than 16 bits",
        stage.lo(),
        stage.hi());
    TensorFormat format = layer.output().format();
    for (int value : table.values()) {
      require(
          layer,
          format.holds(value),
          "its activation table holds %d, which the format %s does not",
          value,
          format);
    }
  }

  private static void requireRaw(MacLayer layer, boolean returned) {
    TensorFormat format = layer.output().format();
    require(layer, returned, "only an output of the network can hold accumulators");
    require(
        layer,
        format.raw() && format.covers(layer.outChannels()),
        "it returns accumulators, so its output needs an accumulator format of its channels");
  }

  private static void requireAligned(MacLayer layer, Skip skip) {
    require(
        layer,
        skip.source().shape().equals(layer.output().shape()),
        "skip connection %s does not have the output's shape %s",
        skip.source().shape(),
        layer.output().shape());
    require(
        layer,
        skip.alignment().size() == layer.outChannels(),
        "it needs one skip alignment per output channel");
    int skipFrac = RealValues.frac(skip.source());
    for (int o = 0; o < layer.outChannels(); o++) {
      int alignment = skip.alignment().get(o);
      require(
          layer,
          isShift(alignment) && alignment == layer.accumulatorFrac(o) - skipFrac,
          "channel %d aligns a skip of fraction %d by %d to accumulators of fraction %d",
          o,
          skipFrac,
          alignment,
          layer.accumulatorFrac(o));
    }
  }

  private static boolean isShift(int shift) {
    return shift >= 0 && shift <= HardwareLimits.MAX_SHIFT;
  }

  static void requireFrac(String name, int frac) {
    require(
        name, Math.abs(frac) <= HardwareLimits.MAX_FRACTION, "fraction %d is out of range", frac);
  }

  private static void requireShape(QuantizedLayer layer, Shape shape) {
    require(
        layer,
        shape.equals(layer.output().shape()),
        "it makes %s, not %s",
        shape,
        layer.output().shape());
  }

  private static void require(
      QuantizedLayer layer, boolean holds, String message, Object... arguments) {
    require(layer.name(), holds, message, arguments);
  }

  /**
   * @param message written only if it does not hold: there are as many requirements as codes
   */
  private static void require(String name, boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException("'%s': %s".formatted(name, message.formatted(arguments)));
    }
  }
}
