package lutmac.quant.fit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;

/**
 * A layer of which is known what its weights are to be fitted to.
 *
 * @param scale of every tap's input, {@code [O][taps]}: the float layer's weight is the task's
 *     times this
 */
record TargetedLayer(LayerTask task, WeightTarget target, double[][] scale)
    implements LayerFitting {

  /** Formats of at least this many bits are rounded to nearest here, which is quicker. */
  private static final int FINE_BITS = 5;

  /** No limits of exponents: legality is a matter of the final run. */
  private static final int FREE = 1000;

  private static final WeightFormat REFERENCE = new WeightFormat.Table(3, 2);

  @Override
  public FusedLayer.Linear layer() {
    return task.layer();
  }

  @Override
  public WeightLosses losses(List<WeightFormat> formats) {
    WeightFit sample = compensated(REFERENCE);
    double compensated = sample.totalLoss();
    double nearest = nearest(REFERENCE).totalLoss();
    // Compensation gains about as much at every resolution.
    double gain = nearest > 0 ? compensated / nearest : 1;
    Map<WeightFormat, Double> losses = new LinkedHashMap<>();
    for (WeightFormat format : formats) {
      double loss;
      if (format.equals(REFERENCE)) {
        loss = compensated;
      } else if (format.bits() >= FINE_BITS) {
        loss = gain * nearest(format).totalLoss();
      } else {
        loss = compensated(format).totalLoss();
      }
      losses.put(format, loss);
    }
    losses.putIfAbsent(REFERENCE, compensated);
    return new WeightLosses(losses, REFERENCE, disturbed(sample));
  }

  @Override
  public FusedLayer.Linear disturbed(WeightFormat format) {
    return disturbed(compensated(format));
  }

  private FusedLayer.Linear disturbed(WeightFit fit) {
    int outputs = task.weights().length;
    int taps = task.layer().taps();
    float[] weights = task.layer().weights().clone();
    float[] bias = task.layer().bias().clone();
    for (int o = 0; o < outputs; o++) {
      double[] mean = target.mean()[o / (outputs / target.mean().length)];
      double shift = 0;
      for (int k = 0; k < taps; k++) {
        double error = fit.weight(o, k) - target.weights()[o][k];
        weights[o * taps + k] += (float) (error * scale[o][k]);
        shift += error * mean[k];
      }
      bias[o] -= (float) shift;
    }
    return task.layer().with(weights, bias, task.layer().ceiling());
  }

  /** The weights in a format, with errors that cancel in the output. */
  private WeightFit compensated(WeightFormat format) {
    return fit(format, target);
  }

  /** The weights in a format, each rounded to the nearest level. */
  private WeightFit nearest(WeightFormat format) {
    return fit(
        format,
        new WeightTarget(
            target.weights(), target.importance(), target.mean(), List.of(), target.notes()));
  }

  private WeightFit fit(WeightFormat format, WeightTarget wanted) {
    return WeightFitter.fit(
        new WeightFitter.Task(
            wanted.weights(),
            wanted.importance(),
            wanted.roundings(),
            LayerPlan.of(format, task.plan().channelShifts(), task.plan().output()),
            true,
            true,
            -FREE,
            FREE));
  }
}
