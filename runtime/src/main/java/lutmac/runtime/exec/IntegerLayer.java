package lutmac.runtime.exec;

import java.util.Optional;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.runtime.kernel.FloatRounding;

/**
 * One layer as the hardware computes it, in 32-bit integers that wrap. Where no value can outgrow a
 * float's 24 bits, the output stage is computed in floats as well: loops that the virtual machine
 * vectorizes. Serves any number of threads.
 */
public final class IntegerLayer {
  /** Bound of what {@link FloatRounding} rounds. */
  private static final long MOST_ROUNDED = 1L << 22;

  private final MacLayer layer;
  private final Rounding rounding;
  private final IntegerConvolution convolution;
  private final Optional<OutputStage.Requantize> requantize;

  /** The output's format, if it is logarithmic. */
  private final Optional<LogFormat> logarithmic;

  private final boolean inFloats;

  /** Nearest value of a logarithmic format to every integer that the stage's clamp lets through. */
  private final float[] nearest;

  /** Output integer of every pre-activation code from {@code lo} on; empty without a table. */
  private final int[] table;

  public IntegerLayer(MacLayer layer, Rounding rounding) {
    this.layer = layer;
    this.rounding = rounding;
    this.convolution = new IntegerConvolution(layer);
    this.requantize = layer.stage().requantize();
    this.logarithmic =
        layer
            .output()
            .format()
            .fold(fixed -> Optional.empty(), Optional::of, accumulator -> Optional.empty());
    this.inFloats =
        requantize.isPresent()
            && roundsInFloats(requantize.get())
            && convolution.isExactInFloats()
            && mostValue() <= IntegerConvolution.MOST_EXACT;
    this.table =
        layer
            .activation()
            .map(activation -> activation.values().stream().mapToInt(value -> value).toArray())
            .orElse(new int[0]);
    this.nearest =
        inFloats && table.length == 0
            ? logarithmic.map(format -> nearest(format, requantize.get().hi())).orElse(new float[0])
            : new float[0];
  }

  private boolean roundsInFloats(OutputStage.Requantize stage) {
    return Math.max(Math.abs((long) stage.lo()), Math.abs((long) stage.hi())) < MOST_ROUNDED
        && (logarithmic.isEmpty() || stage.lo() >= 0 || stage.table().isPresent());
  }

  private static float[] nearest(LogFormat format, int most) {
    int[] levels = format.values();
    int[] thresholds = format.thresholds();
    float[] nearest = new float[Math.max(0, most) + 1];
    for (int i = 0; i < nearest.length; i++) {
      nearest[i] = levels[LogFormat.code(thresholds, i)];
    }
    return nearest;
  }

  /** Bound of every |v| and of every partial sum on the way to it. */
  private long mostValue() {
    long added = 0;
    for (int o = 0; o < layer.outChannels(); o++) {
      long ofChannel = Math.abs((long) layer.bias()[o]);
      if (layer.skip().isPresent()) {
        Skip skip = layer.skip().get();
        long code = Math.max(-skip.source().format().minCode(), skip.source().format().maxCode());
        ofChannel += code << skip.alignment().get(o);
      }
      added = Math.max(added, ofChannel);
    }
    return convolution.most() + added;
  }

  /**
   * The layer's map, {@code [O, H, W]}.
   *
   * @param in {@code [C, H, W]}, integers in floats
   * @param skip likewise; null if the layer has none
   */
  CodeMap apply(float[] in, float[] skip) {
    if (inFloats) {
      return new CodeMap.Codes(codes(in, skip));
    }
    int[] values =
        completed(convolution.apply(in), skip == null ? null : IntegerConvolution.integers(skip));
    stage(values);
    return requantize.isPresent()
        ? new CodeMap.Codes(IntegerConvolution.floats(values))
        : new CodeMap.Accumulators(values);
  }

  private float[] codes(float[] in, float[] skip) {
    OutputStage.Requantize stage = requantize.orElseThrow();
    float[] values = convolution.exactSums(in);
    int pixels = layer.output().shape().pixels();
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * pixels;
      int end = start + pixels;
      int shift = stage.shift().get(o);
      float bias = layer.bias()[o];
      float step = Math.scalb(1f, -shift);
      if (skip == null) {
        for (int i = start; i < end; i++) {
          values[i] = (values[i] + bias) * step;
        }
      } else {
        float scale = Math.scalb(1f, layer.skip().map(Skip::alignment).orElseThrow().get(o));
        for (int i = start; i < end; i++) {
          values[i] = (values[i] + bias + skip[i] * scale) * step;
        }
      }
      round(values, start, end, shift, stage.lo(), stage.hi());
    }
    if (table.length > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = table[(int) values[i] - stage.lo()];
      }
    }
    if (nearest.length > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = nearest[(int) values[i]];
      }
    }
    return values;
  }

  /**
   * {@code clamp(round(y), lo, hi)} of values that are exact. Rounding last gives the same, as lo
   * and hi are integers.
   */
  private void round(float[] values, int start, int end, int shift, float lo, float hi) {
    for (int i = start; i < end; i++) {
      values[i] = Math.min(hi, Math.max(lo, values[i]));
    }
    if (shift == 0) {
      return;
    }
    if (rounding == Rounding.HALF_EVEN) {
      for (int i = start; i < end; i++) {
        values[i] = FloatRounding.halfEven(values[i]);
      }
      return;
    }
    // A rest is a multiple of 2^-shift: only one half, rounded down to even, gives 1 here.
    float units = Math.scalb(1f, shift);
    for (int i = start; i < end; i++) {
      float even = FloatRounding.halfEven(values[i]);
      values[i] = even + Math.max(0f, (values[i] - even - 0.5f) * units + 1f);
    }
  }

  /**
   * {@code v = acc + bias + (skip << t)}, before the output stage, {@code [O, H, W]}.
   *
   * @param in {@code [C, H, W]}
   * @param skip null if the layer has none
   */
  public int[] values(int[] in, int[] skip) {
    return completed(convolution.apply(in), skip);
  }

  private int[] completed(int[] values, int[] skip) {
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
    requantize.ifPresent(stage -> stage(values, stage));
  }

  private void stage(int[] values, OutputStage.Requantize stage) {
    int pixels = layer.output().shape().pixels();
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * pixels;
      requantize(values, start, start + pixels, stage.rightShift(o), stage.lo(), stage.hi());
    }
    if (table.length > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = table[values[i] - stage.lo()];
      }
    } else {
      logarithmic.ifPresent(format -> snap(values, format));
    }
  }

  /** To the nearest value of a logarithmic format. */
  private static void snap(int[] values, LogFormat format) {
    int[] levels = format.values();
    int[] thresholds = format.thresholds();
    for (int i = 0; i < values.length; i++) {
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
