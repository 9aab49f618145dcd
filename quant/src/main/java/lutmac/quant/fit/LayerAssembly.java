package lutmac.quant.fit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.fuse.FusedLayer;

/** Puts fitted weights and what surrounds them together as a layer of the hardware. */
final class LayerAssembly {
  private LayerAssembly() {}

  /**
   * The layer with biases in its sums' units; empty if a sum could exceed 32 bits.
   *
   * @param corrected whether the biases restore every channel's mean; else they are the float
   *     layer's
   */
  static Optional<MacLayer> of(LayerTask task, WeightFit fit, boolean corrected) {
    int[] fractions = fit.fractions(task.inputFraction());
    MacLayer unbiased = unbiased(task, fit, fractions);
    if (!fits(unbiased)) {
      return Optional.empty();
    }
    double[] real = corrected ? BiasCorrection.of(task, unbiased, fractions) : task.bias();
    int[] bias = new int[real.length];
    for (int o = 0; o < bias.length; o++) {
      double scaled = Math.rint(Math.scalb(real[o], fractions[o]));
      if (Math.abs(scaled) > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      bias[o] = (int) scaled;
    }
    return Optional.of(unbiased.withBias(bias)).filter(LayerAssembly::fits);
  }

  private static boolean fits(MacLayer layer) {
    return AccumulatorRange.of(layer).fitsInt32();
  }

  private static MacLayer unbiased(LayerTask task, WeightFit fit, int[] fractions) {
    FusedLayer.Linear layer = task.layer();
    Optional<Skip> skip =
        task.skip()
            .map(
                codes ->
                    new Skip(
                        codes.tensor(),
                        Arrays.stream(fractions)
                            .mapToObj(a -> a - codes.tensor().format().frac(0))
                            .toList()));
    TensorFormat format =
        task.output()
            .orElseGet(() -> new AccumulatorFormat(Arrays.stream(fractions).boxed().toList()));
    OutputStage stage =
        task.output().isPresent()
            ? requantize(task, format, fractions)
            : new OutputStage.Accumulators();
    return new MacLayer(
        layer.name(),
        task.input().tensor(),
        Tensor.zeroPadded(layer.output(), layer.outputShape(), format),
        skip,
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        fit.planes(task.plan().weights()),
        new int[layer.outChannels()],
        stage);
  }

  private static OutputStage requantize(LayerTask task, TensorFormat format, int[] fractions) {
    int fraction = task.outputFraction().orElseThrow();
    List<Integer> shifts = Arrays.stream(fractions).mapToObj(a -> a - fraction).toList();
    Optional<Float> ceiling = task.layer().ceiling();
    return task.preActivation()
        .map(
            codes ->
                new OutputStage.Requantize(
                    shifts, codes.lo(), codes.hi(), Optional.of(codes.table())))
        .orElseGet(
            () ->
                new OutputStage.Requantize(
                    shifts,
                    ceiling.isPresent() ? 0 : (int) format.minCode(),
                    ActivationFormatSearch.highest(format, ceiling)));
  }
}
