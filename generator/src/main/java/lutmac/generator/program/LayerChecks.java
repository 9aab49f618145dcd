package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.config.OutputUnit;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.rtl.layout.DescriptorField;

/** What an accelerator does not compute, however deep its buffers are. */
final class LayerChecks {
  private final QuantizedNetwork network;
  private final AcceleratorConfig config;
  private final List<String> problems = new ArrayList<>();

  private LayerChecks(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
  }

  /**
   * Checks all layers.
   *
   * @throws BadInputException if there is such a layer; the message names all of them
   */
  static void check(QuantizedNetwork network, AcceleratorConfig config) {
    LayerChecks checks = new LayerChecks(network, config);
    for (QuantizedLayer layer : network.layers()) {
      layer.fold(checks::array, checks::pool, checks::concatenated);
      checks.format(layer);
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
    transposed(mac);
    require(
        mac,
        config.features().pools() || WalkFields.hasRows(mac.window()),
        "its columns are %d apart, and the accelerator, which takes no maxima, steps over at most"
            + " %d; generate a design for this network",
        mac.window().strideWidth(),
        DescriptorField.STRIDE.max());
    mac.skip().ifPresent(skip -> skip(mac, skip));
    List<Integer> shifts = mac.stage().fold(OutputStage.Requantize::shift, raw -> List.of());
    requireShifts(mac, "an output shift", shifts);
    mac.activation()
        .ifPresent(
            table ->
                require(
                    mac,
                    config.features().activationTables(),
                    "it ends in %s, a table, and the accelerator has no activation tables; generate"
                        + " a design for this network",
                    table.function()));
    AccumulatorRange range = AccumulatorRange.of(mac);
    OutputUnit output = config.features().output();
    require(
        mac,
        !range.fitsInt32() || range.valueBits() <= output.sumBits(),
        "its sums with bias and skip need %d bits, the output unit has %d; generate a design for"
            + " this network",
        range.valueBits(),
        output.sumBits());
    require(
        mac,
        range.fitsInt32(),
        "its accumulators with bias and skip need %d bits, the output unit has 32; quantize the"
            + " layer with a smaller weight exponent",
        range.valueBits());
    planes(mac);
    return null;
  }

  private void transposed(MacLayer mac) {
    if (!mac.window().insertsZeros()) {
      return;
    }
    require(
        mac,
        config.features().spacedRows(),
        "it is a transposed convolution, and the accelerator writes no spaced rows; generate a"
            + " design for this network");
    require(
        mac,
        mac.input().padCodes().stream().allMatch(code -> code == 0),
        "it is a transposed convolution of '%s', whose zero is no code 0: give the network its"
            + " images without --mean, or put a layer in front",
        mac.input().name());
    require(
        mac,
        mac.skip().isEmpty(),
        "it is a transposed convolution and adds '%s'; let a layer of its own add it",
        mac.skip().map(skip -> skip.source().name()).orElse(""));
    int words = mac.output().format().raw() ? ArrayLowering.RAW_WORDS : 1;
    require(
        mac,
        (long) words * mac.window().upsampling().width() <= DescriptorField.OUT_STEP.max()
            && mac.output().shape().width() <= DescriptorField.PX_N.max(),
        "its stride or its rows are longer than the writer counts");
  }

  private void planes(MacLayer mac) {
    Optional<Integer> planes = WeightSplit.of(mac, config.pe()).map(List::size);
    int available = config.features().planes();
    require(
        mac,
        planes.isPresent(),
        "the %s array cannot express its weights in %d tables; choose another --pe",
        config.pe().name(),
        config.pe().mostPlanes());
    require(
        mac,
        planes.orElse(0) <= available,
        "its weights need %d tables, the array has %d; generate a design for this network",
        planes.orElse(0),
        available);
  }

  private void format(QuantizedLayer layer) {
    Features features = config.features();
    layer
        .output()
        .format()
        .fold(
            fixed -> null,
            logarithmic -> {
              require(
                  layer,
                  logarithmic.bits() <= features.logBits()
                      && logarithmic.valueBits() < features.actBits(),
                  "it makes %s, the accelerator has logarithmic codes of %d bits and activations of"
                      + " %d; generate a design for this network",
                  logarithmic,
                  features.logBits(),
                  features.actBits());
              return null;
            },
            accumulators -> null);
  }

  private Void concatenated(ConcatLayer concat) {
    requirePools(concat);
    return null;
  }

  private void requirePools(QuantizedLayer layer) {
    require(
        layer,
        config.features().pools(),
        "it takes maxima or copies, and the accelerator does neither; generate a design for this"
            + " network");
  }

  private Void pool(MaxPoolLayer pool) {
    requirePools(pool);
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
    Window window = pool.window();
    require(
        pool,
        window.kernelWidth() == 1 || window.dilationWidth() <= DescriptorField.STRIDE.max(),
        "the columns of its window are %d apart, the walk steps over at most %d",
        window.dilationWidth(),
        DescriptorField.STRIDE.max());
    return null;
  }

  private void skip(MacLayer mac, Skip skip) {
    requireActivations(mac, skip.source());
    requireShape(mac, mac.output().shape(), skip.source().shape());
    requireShifts(mac, "a skip alignment", skip.alignment());
    int alignBits = config.features().output().alignBits();
    require(
        mac,
        alignBits > 0 && skip.alignment().stream().allMatch(align -> align >> alignBits == 0),
        "it adds '%s', shifted by more places than the %d bits of this output unit can say;"
            + " generate a design for this network",
        skip.source().name(),
        alignBits);
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
