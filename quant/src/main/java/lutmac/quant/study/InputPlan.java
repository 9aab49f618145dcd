package lutmac.quant.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;

/**
 * What the network's input codes are: the pixels themselves, if only convolutions read them (mean
 * and std then go into those), else fixed point of the preprocessed values.
 */
public record InputPlan(InputEncoding encoding, CalibrationData data) {

  /**
   * @param statistics of the preprocessed input
   * @param wanted format, where the codes are not the pixels
   */
  static InputPlan of(
      String name,
      Shape shape,
      List<FusedLayer> layers,
      CalibrationData data,
      Preprocessing preprocessing,
      ActivationStatistics statistics,
      ActivationFormat wanted) {
    boolean identity = isIdentity(preprocessing, shape.channels());
    if (data.pixels().isPresent() && (identity || onlyWeighted(name, layers))) {
      FixedFormat format = new FixedFormat(8, 0, data.signedPixels());
      List<Integer> pads = new ArrayList<>();
      for (int c = 0; c < shape.channels(); c++) {
        pads.add(format.encode(preprocessing.mean(c)));
      }
      Tensor tensor = new Tensor(name, shape, format, pads);
      return new InputPlan(new InputEncoding(tensor, preprocessing, true), data);
    }
    if (!wanted.uniform()) {
      throw new IllegalArgumentException("a network's input has a fixed-point format");
    }
    TensorFormat format =
        ActivationFormatSearch.choose(statistics, wanted, statistics.signed(), Optional.empty())
            .format();
    Tensor tensor = Tensor.zeroPadded(name, shape, format);
    return new InputPlan(new InputEncoding(tensor, preprocessing, false), data);
  }

  /** Codes of calibration image n. */
  public byte[] codes(int n) {
    if (encoding.folded()) {
      return data.pixels().orElseThrow()[n];
    }
    TensorFormat format = encoding.tensor().format();
    float[] values = data.real(n);
    int[] integers = new int[values.length];
    for (int i = 0; i < integers.length; i++) {
      double scaled = Math.rint(Math.scalb((double) values[i], format.frac(0)));
      integers[i] = (int) Math.max(format.minCode(), Math.min(format.maxCode(), scaled));
    }
    return ActivationCodes.encode(format, integers);
  }

  /** {@link #codes} as integers. */
  public int[] integers(int n) {
    return new ActivationCodes(encoding.tensor(), new byte[][] {codes(n)}).values(0);
  }

  /** {@code [O][taps]} of a layer for its input's codes: {@code W / std}, if those are pixels. */
  public double[][] weights(FusedLayer.Linear layer) {
    int taps = layer.taps();
    double[][] weights = scales(layer);
    for (int o = 0; o < weights.length; o++) {
      for (int k = 0; k < taps; k++) {
        weights[o][k] = layer.weights()[o * taps + k] / weights[o][k];
      }
    }
    return weights;
  }

  /** What a weight for the codes is to be multiplied by to be the float layer's. */
  public double[][] scales(FusedLayer.Linear layer) {
    boolean raw = reads(layer);
    double[][] scales = new double[layer.outChannels()][layer.taps()];
    for (int o = 0; o < scales.length; o++) {
      for (int k = 0; k < scales[o].length; k++) {
        scales[o][k] = raw ? encoding.preprocessing().std(layer.inChannel(o, k)) : 1;
      }
    }
    return scales;
  }

  /** Likewise {@code b - sum of W * mean / std}. */
  public double[] bias(FusedLayer.Linear layer) {
    boolean raw = reads(layer);
    int taps = layer.taps();
    int pixels = layer.sumPixels() ? layer.inputShape().pixels() : 1;
    Preprocessing preprocessing = encoding.preprocessing();
    double[] bias = new double[layer.bias().length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = layer.bias()[o];
      for (int k = 0; raw && k < taps; k++) {
        int c = layer.inChannel(o, k);
        bias[o] -=
            pixels
                * (double) layer.weights()[o * taps + k]
                * preprocessing.mean(c)
                / preprocessing.std(c);
      }
    }
    return bias;
  }

  private boolean reads(FusedLayer.Linear layer) {
    return encoding.folded() && layer.input().equals(encoding.tensor().name());
  }

  private static boolean isIdentity(Preprocessing preprocessing, int channels) {
    for (int c = 0; c < channels; c++) {
      if (preprocessing.mean(c) != 0 || preprocessing.std(c) != 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether everything that reads the input weights it. */
  private static boolean onlyWeighted(String name, List<FusedLayer> layers) {
    return layers.stream()
        .filter(layer -> layer.inputs().contains(name))
        .allMatch(
            layer ->
                layer
                    .linear()
                    .filter(linear -> !linear.identity())
                    .filter(linear -> linear.skip().filter(name::equals).isEmpty())
                    .isPresent());
  }
}
