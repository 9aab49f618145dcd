package lutmac.quant.fit;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;

/**
 * A 1x1 convolution of small images, as simple as a layer can be: {@code [O, I]} weights, whose
 * input codes are {@code x * 2^-frac}.
 *
 * @param weights {@code [O][I]}
 * @param bias {@code [O]}
 * @param codes {@code [N][I * pixels]}, unsigned
 */
record PointwiseLayer(double[][] weights, double[] bias, byte[][] codes, int frac) {
  static final LayerPlan FIXED8 = plan(new WeightFormat.FixedPoint(8));

  static LayerPlan plan(WeightFormat weights) {
    return LayerPlan.of(weights, false, ActivationFormat.Fixed.of(8));
  }

  /** Random inputs of 4 pixels with fraction 4. */
  static PointwiseLayer random(double[][] weights, double[] bias, int images, long seed) {
    Random random = new Random(seed);
    byte[][] codes = new byte[images][weights[0].length * 4];
    for (byte[] image : codes) {
      random.nextBytes(image);
    }
    return new PointwiseLayer(weights, bias, codes, 4);
  }

  int pixels() {
    return codes[0].length / weights[0].length;
  }

  double input(int image, int channel, int pixel) {
    return Math.scalb((double) (codes[image][channel * pixels() + pixel] & 0xFF), -frac);
  }

  /** Sums of other weights on the same inputs, bias included, {@code [N][O * pixels]}. */
  float[][] sums(double[][] others) {
    float[][] sums = new float[codes.length][others.length * pixels()];
    for (int n = 0; n < sums.length; n++) {
      for (int o = 0; o < others.length; o++) {
        for (int p = 0; p < pixels(); p++) {
          double sum = bias[o];
          for (int k = 0; k < others[o].length; k++) {
            sum += others[o][k] * input(n, k, p);
          }
          sums[n][o * pixels() + p] = (float) sum;
        }
      }
    }
    return sums;
  }

  /** The layer with its own sums. */
  LayerTask task(LayerPlan plan, Optional<TensorFormat> output) {
    return task(plan, output, Optional.empty(), sums(weights));
  }

  LayerTask task(
      LayerPlan plan,
      Optional<TensorFormat> output,
      Optional<ActivationCodes> skip,
      float[][] sums) {
    int outputs = weights.length;
    int inputs = weights[0].length;
    Shape from = new Shape(inputs, 1, pixels());
    float[] flat = new float[outputs * inputs];
    float[] floatBias = new float[outputs];
    for (int o = 0; o < outputs; o++) {
      floatBias[o] = (float) bias[o];
      for (int k = 0; k < inputs; k++) {
        flat[o * inputs + k] = (float) weights[o][k];
      }
    }
    FusedLayer.Linear layer =
        new FusedLayer.Linear(
            "conv",
            "x",
            from,
            skip.map(codes -> codes.tensor().name()),
            "y",
            new Shape(outputs, 1, pixels()),
            Window.pointwise(),
            1,
            false,
            false,
            flat,
            floatBias,
            Optional.empty());
    Tensor input = Tensor.zeroPadded("x", from, new FixedFormat(8, frac, false));
    return new LayerTask(
        layer, plan, weights, bias, new ActivationCodes(input, codes), skip, sums, output);
  }

  /** A target of nothing but the float weights, all taps alike. */
  WeightTarget plainTarget() {
    double[] ones = new double[weights[0].length];
    java.util.Arrays.fill(ones, 1);
    return new WeightTarget(
        weights,
        new double[][] {ones},
        new double[][] {new double[ones.length]},
        List.of(),
        List.of());
  }
}
