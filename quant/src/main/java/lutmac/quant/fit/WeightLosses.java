package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;

/**
 * What every weight format would cost one layer, as energy of its output error, and a sample of
 * such an error.
 *
 * @param losses by format
 * @param reference the format of the sample
 * @param disturbed the float layer with the reference's errors
 */
public record WeightLosses(
    Map<WeightFormat, Double> losses, WeightFormat reference, FusedLayer.Linear disturbed) {

  /** Formats of at least this many bits are rounded to nearest here, which is quicker. */
  private static final int FINE_BITS = 5;

  /** No limits of exponents: legality is a matter of the final run. */
  private static final int FREE = 1000;

  /**
   * Fits every format to one layer.
   *
   * @param scale of every tap's input: the float layer's weight is the task's times this
   */
  public static WeightLosses of(
      LinearQuantizer.Task task,
      LinearQuantizer.Goal goal,
      List<WeightFormat> formats,
      double[][] scale) {
    Map<WeightFormat, Double> losses = new LinkedHashMap<>();
    WeightFormat reference = new WeightFormat.Table(3, 2);
    WeightFit sample = fit(task, goal, reference, true);
    double compensated = sample.totalLoss();
    double nearest = fit(task, goal, reference, false).totalLoss();
    // Compensation gains about as much at every resolution.
    double gain = nearest > 0 ? compensated / nearest : 1;
    for (WeightFormat format : formats) {
      double loss;
      if (format.equals(reference)) {
        loss = compensated;
      } else if (format.bits() >= FINE_BITS) {
        loss = gain * fit(task, goal, format, false).totalLoss();
      } else {
        loss = fit(task, goal, format, true).totalLoss();
      }
      losses.put(format, loss);
    }
    losses.putIfAbsent(reference, compensated);
    return new WeightLosses(losses, reference, disturbed(task, goal, sample, scale));
  }

  /**
   * The float layer with the errors of fitted weights, and the biases that keep every channel's
   * mean.
   *
   * @param scale of every tap's input: the float layer's weight is the task's times this
   */
  public static FusedLayer.Linear disturbed(
      LinearQuantizer.Task task, LinearQuantizer.Goal goal, WeightFit fit, double[][] scale) {
    int outputs = task.weights().length;
    int taps = task.layer().taps();
    float[] weights = task.layer().weights().clone();
    float[] bias = task.layer().bias().clone();
    for (int o = 0; o < outputs; o++) {
      int exponent = fit.exponent() + fit.shifts()[o];
      double[] mean = goal.mean()[o / (outputs / goal.mean().length)];
      double shift = 0;
      for (int k = 0; k < taps; k++) {
        double error = Math.scalb((double) fit.levels()[o][k], -exponent) - goal.target()[o][k];
        weights[o * taps + k] += (float) (error * scale[o][k]);
        shift += error * mean[k];
      }
      bias[o] -= (float) shift;
    }
    return task.layer().with(weights, bias, task.layer().ceiling());
  }

  /**
   * The weights in a format.
   *
   * @param careful with errors that cancel in the output, else rounded to nearest
   */
  public static WeightFit fit(
      LinearQuantizer.Task task, LinearQuantizer.Goal goal, WeightFormat format, boolean careful) {
    return WeightFit.of(
        new WeightFit.Task(
            goal.target(),
            goal.importance(),
            careful ? goal.roundings() : new ArrayList<>(),
            LayerPlan.of(format, task.plan().channelShifts(), task.plan().output()),
            true,
            true,
            -FREE,
            FREE));
  }
}
