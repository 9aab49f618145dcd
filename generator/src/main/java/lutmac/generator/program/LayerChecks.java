package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.pe.PeStyle;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** What no accelerator with a style of processing elements computes, whatever its size. */
final class LayerChecks {
  private final QuantizedNetwork network;
  private final PeStyle style;
  private final List<String> problems = new ArrayList<>();

  private LayerChecks(QuantizedNetwork network, PeStyle style) {
    this.network = network;
    this.style = style;
  }

  /**
   * Checks all layers.
   *
   * @throws BadInputException if there is such a layer; the message names all of them
   */
  static void check(QuantizedNetwork network, PeStyle style) {
    LayerChecks checks = new LayerChecks(network, style);
    for (QuantizedLayer layer : network.layers()) {
      layer.fold(checks::array, checks::pool, concat -> null);
    }
    if (!checks.problems.isEmpty()) {
      throw new BadInputException(String.join("\n", checks.problems));
    }
  }

  private Void array(MacLayer mac) {
    requireActivations(mac, mac.input());
    if (mac.sumPixels()) {
      require(mac, mac.window().equals(Window.pointwise()), "it sums its pixels and is not 1x1");
      requireShape(mac, new Shape(1, 1, 1), mac.output().shape());
    } else {
      requireShape(mac, mac.window().outputShape(mac.input().shape(), 1), mac.output().shape());
    }
    require(
        mac,
        !mac.window().padded()
            || mac.input().equals(network.input().tensor())
            || mac.input().padCodes().stream().allMatch(code -> code == 0),
        "it pads '%s' with other codes than 0: only the network input can be",
        mac.input().name());
    mac.skip().ifPresent(skip -> skip(mac, skip));
    List<Integer> shifts = mac.stage().fold(OutputStage.Requantize::shift, raw -> List.of());
    requireShifts(mac, "an output shift", shifts);
    AccumulatorRange range = AccumulatorRange.of(mac);
    require(
        mac,
        range.fitsInt32(),
        "its accumulators with bias and skip need %d bits, the output unit has 32; quantize the layer with a smaller weight exponent",
        range.valueBits());
    require(
        mac,
        WeightSplit.of(mac, style).isPresent(),
        "the %s array cannot express its weights in %d tables; choose another --pe",
        style.name(),
        style.mostPlanes());
    return null;
  }

  private Void pool(MaxPoolLayer pool) {
    requireActivations(pool, pool.input());
    Shape input = pool.input().shape();
    Shape output = pool.output().shape();
    requireShape(pool, pool.window().outputShape(input, 1), output);
    require(
        pool,
        input.channels() == output.channels(),
        "it makes %d channels of %d",
        output.channels(),
        input.channels());
    return null;
  }

  private void skip(MacLayer mac, Skip skip) {
    requireActivations(mac, skip.source());
    requireShape(mac, mac.output().shape(), skip.source().shape());
    requireShifts(mac, "a skip alignment", skip.alignment());
  }

  private void requireShifts(QuantizedLayer layer, String what, List<Integer> shifts) {
    for (int shift : shifts) {
      if (shift < 0 || shift > HardwareLimits.MAX_SHIFT) {
        require(
            layer,
            false,
            "%s is %d, the output unit shifts by 0..%d; quantize with other fraction bits",
            what,
            shift,
            HardwareLimits.MAX_SHIFT);
        return;
      }
    }
  }

  private void requireShape(QuantizedLayer layer, Shape expected, Shape actual) {
    require(
        layer,
        expected.height() == actual.height() && expected.width() == actual.width(),
        "it makes a map of %dx%d pixels, but %dx%d are declared",
        expected.height(),
        expected.width(),
        actual.height(),
        actual.width());
  }

  private void requireActivations(QuantizedLayer layer, Tensor tensor) {
    require(
        layer,
        !tensor.format().raw(),
        "it reads '%s', which holds 32-bit accumulators",
        tensor.name());
  }

  private void require(QuantizedLayer layer, boolean holds, String problem, Object... values) {
    if (!holds) {
      problems.add("layer '%s': %s".formatted(layer.name(), problem.formatted(values)));
    }
  }
}
