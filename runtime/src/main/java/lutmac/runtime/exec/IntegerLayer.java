package lutmac.runtime.exec;

import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;

/**
 * One layer as the hardware computes it, in 32-bit integers that wrap. Serves any number of
 * threads.
 */
public final class IntegerLayer {
  private final MacLayer layer;
  private final Rounding rounding;
  private final IntegerConvolution convolution;

  public IntegerLayer(MacLayer layer, Rounding rounding) {
    this.layer = layer;
    this.rounding = rounding;
    this.convolution = new IntegerConvolution(layer);
  }

  /**
   * The layer's map, {@code [O, H, W]}.
   *
   * @param in {@code [C, H, W]}
   * @param skip null if the layer has none
   */
  public int[] apply(int[] in, int[] skip) {
    int[] values = values(in, skip);
    stage(values);
    return values;
  }

  /** {@code v = acc + bias + (skip << t)}, before the output stage. */
  public int[] values(int[] in, int[] skip) {
    int[] values = convolution.apply(in);
    int pixels = layer.output().shape().pixels();
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * pixels;
      int end = start + pixels;
      int bias = layer.bias()[o];
      for (int i = start; i < end; i++) {
        values[i] += bias;
      }
      if (skip != null) {
        int alignment = layer.skip().map(Skip::alignment).orElseThrow().get(o);
        for (int i = start; i < end; i++) {
          values[i] += skip[i] << alignment;
        }
      }
    }
    return values;
  }

  /** The output stage, in place. */
  public void stage(int[] values) {
    int pixels = layer.output().shape().pixels();
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * pixels;
      int end = start + pixels;
      if (layer.stage() instanceof OutputStage.Requantize requantize) {
        requantize(values, start, end, requantize.shift().get(o), requantize.lo(), requantize.hi());
        if (layer.output().format() instanceof LogFormat log) {
          snap(values, start, end, log);
        }
      }
    }
  }

  /** To the nearest value of a logarithmic format. */
  private static void snap(int[] values, int start, int end, LogFormat format) {
    int[] levels = format.values();
    int[] thresholds = format.thresholds();
    for (int i = start; i < end; i++) {
      values[i] = levels[LogFormat.code(thresholds, values[i])];
    }
  }

  /**
   * {@code clamp(round(v / 2^shift), lo, hi)}. The rounding is that of {@link Rounding#shiftRight},
   * written without branches and without overflow: floor, plus one if the rest says so.
   */
  private void requantize(int[] values, int start, int end, int shift, int lo, int hi) {
    if (shift == 0) {
      for (int i = start; i < end; i++) {
        values[i] = Math.min(Math.max(values[i], lo), hi);
      }
      return;
    }
    // The top bit of the rest is the half; below it, anything that breaks a tie.
    int half = shift - 1;
    if (rounding == Rounding.HALF_UP) {
      for (int i = start; i < end; i++) {
        int y = (values[i] >> shift) + ((values[i] >>> half) & 1);
        values[i] = Math.min(Math.max(y, lo), hi);
      }
      return;
    }
    int sticky = (1 << half) - 1;
    for (int i = start; i < end; i++) {
      int v = values[i];
      int floor = v >> shift;
      int below = v & sticky;
      // 1 if the rest is above one half, or the floor is odd.
      int breaks = ((below | -below) >>> 31) | (floor & 1);
      int y = floor + ((v >>> half) & breaks & 1);
      values[i] = Math.min(Math.max(y, lo), hi);
    }
  }
}
