package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.reader.CodeRounding;
import lutmac.onnx.reader.ImportedNode.Quantize;

/** Makes the integer layer of some sums: weights and biases on their grid, and the output stage. */
final class MacAssembly {
  private final Operand.Sum sum;
  private final Operand.Linear linear;
  private final Rounding hardware;

  private MacAssembly(Operand.Sum sum, Rounding hardware) {
    this.sum = sum;
    this.linear = sum.linear();
    this.hardware = hardware;
  }

  /**
   * A layer.
   *
   * @param roundedBias the largest change of a bias, in steps of its sums; 0 if the layer is exact
   */
  record Assembled(MacLayer layer, double roundedBias) {}

  /** A layer is made where its sums are quantized; it is its own node that is to blame. */
  static final class RefusedLayer extends RuntimeException {
    private final boolean ofQuantization;

    RefusedLayer(String node, Refusal reason) {
      super("'%s': %s".formatted(node, reason.getMessage()), reason);
      this.ofQuantization = reason.ofQuantization();
    }

    boolean ofQuantization() {
      return ofQuantization;
    }
  }

  /**
   * The layer of some sums that are quantized.
   *
   * @param output what the feature map is called
   * @param hardware how all layers round
   * @throws RefusedLayer if it has no integers
   */
  static Assembled quantized(Operand.Sum sum, Quantize quantize, String output, Rounding hardware) {
    return layer(new MacAssembly(sum, hardware), Optional.of(quantize), output);
  }

  /**
   * The layer that returns some sums.
   *
   * @param output what the feature map is called
   * @throws RefusedLayer if it has no integers
   */
  static Assembled raw(Operand.Sum sum, String output) {
    return layer(new MacAssembly(sum, Rounding.HALF_EVEN), Optional.empty(), output);
  }

  private static Assembled layer(MacAssembly assembly, Optional<Quantize> quantize, String output) {
    try {
      return assembly.layer(quantize, output);
    } catch (Refusal e) {
      throw new RefusedLayer(assembly.linear.name(), e);
    }
  }

  private Assembled layer(Optional<Quantize> quantize, String output) {
    FloatOp.Conv conv = linear.conv();
    IntegerGrid grid =
        IntegerGrid.of(
            new IntegerGrid.Sums(
                rows(), bias(), linear.inputFrac(), others(quantize), rounding(quantize)));
    List<Integer> fracs = Arrays.stream(grid.fracs()).boxed().toList();
    TensorFormat format =
        quantize.<TensorFormat>map(Quantize::format).orElseGet(() -> new AccumulatorFormat(fracs));
    MacLayer layer =
        new MacLayer(
            linear.name(),
            linear.input(),
            Tensor.zeroPadded(output, linear.shape(), format),
            sum.skip().map(source -> new Skip(source, above(fracs, source.format().frac(0)))),
            conv.window(),
            conv.groups(),
            linear.sumPixels(),
            grid.planes(),
            grid.bias(),
            quantize
                .<OutputStage>map(q -> stage(fracs, q))
                .orElseGet(OutputStage.Accumulators::new));
    if (!AccumulatorRange.of(layer).fitsInt32()) {
      throw Refusal.ofQuantization("its sums can exceed 32 bits; quantize it with fewer bits");
    }
    return new Assembled(layer, grid.roundedBias());
  }

  /** How the sums become codes; those that a table looks up are codes already. */
  private Optional<RoundingBias> rounding(Optional<Quantize> quantize) {
    return quantize.map(
        q ->
            sum.function().isPresent()
                ? new RoundingBias(CodeRounding.HALF_EVEN, hardware, linear.inputFrac())
                : new RoundingBias(q.rounding(), hardware, q.frac()));
  }

  private double[] bias() {
    double offset = sum.function().isPresent() ? 0 : sum.offset();
    return Arrays.stream(linear.bias()).map(b -> b + offset).toArray();
  }

  private List<IntegerGrid.Other> others(Optional<Quantize> quantize) {
    List<IntegerGrid.Other> others = new ArrayList<>();
    quantize.ifPresent(q -> others.add(new IntegerGrid.Other("its output", roundedFrac(q))));
    sum.skip()
        .ifPresent(
            skip ->
                others.add(
                    new IntegerGrid.Other(
                        "the map '%s' added to it".formatted(skip.name()), skip.format().frac(0))));
    return others;
  }

  /** Fraction bits of what the sums are rounded to. */
  private int roundedFrac(Quantize quantize) {
    return sum.function().isPresent() ? linear.inputFrac() : quantize.frac();
  }

  private OutputStage.Requantize stage(List<Integer> fracs, Quantize quantize) {
    if (sum.function().isPresent()) {
      return activation(fracs, quantize, sum.function().get());
    }
    return new OutputStage.Requantize(
        above(fracs, quantize.frac()),
        quantize.encode(sum.lo() + sum.offset()),
        quantize.encode(sum.hi() + sum.offset()));
  }

  /** The codes of the map that is copied, each with what the function makes of it. */
  private OutputStage.Requantize activation(
      List<Integer> fracs, Quantize quantize, ActivationFunction function) {
    int frac = linear.inputFrac();
    int lo = (int) linear.input().format().minCode();
    int hi = (int) linear.input().format().maxCode();
    List<Integer> values = new ArrayList<>();
    for (int code = lo; code <= hi; code++) {
      double value = function.at((float) Math.scalb((double) code, -frac));
      values.add(quantize.encode(Math.min(sum.hi(), Math.max(sum.lo(), value)) + sum.offset()));
    }
    return new OutputStage.Requantize(
        above(fracs, frac),
        lo,
        hi,
        Optional.of(new ActivationTable(function.toString(), frac, values)));
  }

  /** How many more fraction bits the sums of every channel have. */
  private static List<Integer> above(List<Integer> fracs, int frac) {
    return fracs.stream().map(f -> f - frac).toList();
  }

  private float[][] rows() {
    FloatOp.Conv conv = linear.conv();
    int taps = conv.weights().length / conv.outChannels();
    float[][] rows = new float[conv.outChannels()][taps];
    for (int i = 0; i < conv.weights().length; i++) {
      float weight = conv.weights()[i];
      float divided = (float) ((double) weight / linear.divisor());
      if ((double) divided * linear.divisor() != weight) {
        int pixels = linear.input().shape().pixels();
        throw Refusal.ofQuantization(
            "the mean of %d pixels is no integer times a power of two; pool a map whose pixel count is a power of two, use a sum, or let the quantizer multiply the mean as hardware does (Vitis AI and Quark: 49 * 21 / 1024 for 7x7)"
                .formatted(pixels));
      }
      rows[i / taps][i % taps] = divided;
    }
    return rows;
  }
}
