package lutmac.runtime.exec;

import java.util.ArrayList;
import java.util.List;
import lutmac.network.quantized.MacLayer;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.kernel.Convolution;
import lutmac.runtime.kernel.Maps;
import lutmac.runtime.kernel.Weights;

/**
 * Accumulators of one layer without bias, exact, by products of floats: a float holds every integer
 * up to 2^24. Where the weights and the input's format allow a greater sum, its terms are divided
 * into parts that stay below it, and the parts are added as 32-bit integers, which wrap.
 *
 * <p>One convolution serves any number of threads.
 */
public final class IntegerConvolution {
  /** No integer of a greater magnitude is known to be a float. */
  static final long MOST_EXACT = 1L << 24;

  private final MacLayer layer;
  private final Shape from;
  private final Shape read;
  private final Shape to;
  private final Convolution convolution;
  private final List<Weights> parts = new ArrayList<>();

  /** Of a digit of the input: of inputs so wide that one product could outgrow a float. */
  private static final int DIGIT_BITS = 12;

  /** Digits that an input is divided into; mostly one, the input itself. */
  private final int digits;

  /** Largest magnitude of any sum of any of a part's terms. */
  private final long most;

  public IntegerConvolution(MacLayer layer) {
    this.layer = layer;
    this.from = layer.input().shape();
    this.read = layer.sumPixels() ? new Shape(from.channels(), 1, 1) : from;
    this.to = layer.output().shape();
    float[] padding = new float[from.channels()];
    int[] weights = new int[layer.weightCount()];
    long mostWeight = 1;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = layer.weight(i);
      mostWeight = Math.max(mostWeight, Math.abs(weights[i]));
    }
    long mostInput = mostInput();
    if (mostInput * mostWeight <= MOST_EXACT) {
      digits = 1;
      for (int c = 0; c < padding.length; c++) {
        padding[c] = layer.input().padCodes().get(c);
      }
    } else {
      // Wide inputs come from global pools, which do not pad, and from the widest formats.
      int bits = Math.min(Integer.SIZE, Long.SIZE + 1 - Long.numberOfLeadingZeros(mostInput));
      digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
      mostInput = 1 << DIGIT_BITS;
      if (layer.input().padCodes().stream().anyMatch(pad -> pad != 0)) {
        throw new IllegalArgumentException(
            "layer '%s' pads %s with codes other than 0: too wide for exact floats"
                .formatted(layer.name(), layer.input().format()));
      }
    }
    this.convolution = Convolution.of(read, to, layer.window(), layer.groups(), padding);
    this.most = divide(weights, mostInput);
  }

  private long mostInput() {
    long code = Math.max(-layer.input().format().minCode(), layer.input().format().maxCode());
    for (int pad : layer.input().padCodes()) {
      code = Math.max(code, Math.abs((long) pad));
    }
    return layer.sumPixels() ? code * from.pixels() : code;
  }

  /** Term after term of the reduction, tap by tap, until a sum could grow too large. */
  private long divide(int[] weights, long mostInput) {
    int outputs = layer.outChannels();
    int depth = layer.taps();
    int taps = layer.window().taps();
    float[] part = new float[weights.length];
    long[] sums = new long[outputs];
    long greatest = 0;
    for (int term = 0; term < depth; term++) {
      int k = term % layer.groupChannels() * taps + term / layer.groupChannels();
      long reached = 0;
      for (int o = 0; o < outputs; o++) {
        sums[o] += Math.abs(weights[o * depth + k]) * mostInput;
        reached = Math.max(reached, sums[o]);
      }
      if (reached > MOST_EXACT) {
        parts.add(convolution.prepare(part));
        part = new float[part.length];
        for (int o = 0; o < outputs; o++) {
          sums[o] = Math.abs(weights[o * depth + k]) * mostInput;
        }
      } else {
        greatest = Math.max(greatest, reached);
      }
      for (int o = 0; o < outputs; o++) {
        part[o * depth + k] = weights[o * depth + k];
      }
    }
    parts.add(convolution.prepare(part));
    return greatest;
  }

  /** Whether {@link #exactSums} holds the accumulators: they have one part. */
  boolean isExactInFloats() {
    return digits == 1 && parts.size() == 1;
  }

  /** The largest magnitude that {@link #exactSums} can reach. */
  long most() {
    return most;
  }

  /**
   * Accumulators {@code [O, H, W]} that are integers in floats.
   *
   * @param in {@code [C, H, W]}, integers too
   */
  float[] exactSums(float[] in) {
    float[] sums = new float[to.size()];
    forward(parts.get(0), seen(in), sums);
    return sums;
  }

  /** Accumulators {@code [O, H, W]} of an input {@code [C, H, W]} of integers in floats. */
  int[] apply(float[] in) {
    int[] sums = new int[to.size()];
    if (digits == 1) {
      addParts(seen(in), 0, sums);
    } else {
      addDigits(integers(in), sums);
    }
    return sums;
  }

  /** Accumulators {@code [O, H, W]} of an input {@code [C, H, W]}. */
  public int[] apply(int[] in) {
    int[] sums = new int[to.size()];
    if (digits == 1) {
      addParts(seen(floats(in)), 0, sums);
    } else {
      addDigits(in, sums);
    }
    return sums;
  }

  private void addParts(float[] seen, int shift, int[] sums) {
    float[] part = new float[sums.length];
    for (Weights weights : parts) {
      forward(weights, seen, part);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (int) part[i] << shift;
      }
    }
  }

  /** The lower digits are not negative, the highest has the sign. */
  private void addDigits(int[] in, int[] sums) {
    int[] seen = layer.sumPixels() ? pixelSums(in) : in;
    float[] digit = new float[seen.length];
    for (int d = 0; d < digits; d++) {
      int shift = d * DIGIT_BITS;
      int mask = d == digits - 1 ? -1 : (1 << DIGIT_BITS) - 1;
      for (int i = 0; i < digit.length; i++) {
        digit[i] = (seen[i] >> shift) & mask;
      }
      addParts(digit, shift, sums);
    }
  }

  private void forward(Weights weights, float[] in, float[] out) {
    convolution.forward(weights, Maps.byImage(in, 1, read), Maps.byImage(out, 1, to));
  }

  private float[] seen(float[] in) {
    return layer.sumPixels() ? floats(pixelSums(integers(in))) : in;
  }

  private int[] pixelSums(int[] in) {
    int pixels = from.pixels();
    int[] sums = new int[from.channels()];
    for (int c = 0; c < sums.length; c++) {
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        sums[c] += in[i];
      }
    }
    return sums;
  }

  /** Integers as floats. */
  static float[] floats(int[] integers) {
    float[] floats = new float[integers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = integers[i];
    }
    return floats;
  }

  /** Floats that are integers. */
  static int[] integers(float[] floats) {
    int[] integers = new int[floats.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (int) floats[i];
    }
    return integers;
  }

  /**
   * Sum of every term of the reduction over all output pixels, {@code [groups * K]}; with {@code
   * sumPixels} over the input's pixels.
   */
  public long[] termSums(int[] in) {
    Window window = layer.window();
    int taps = window.taps();
    long[] sums = new long[from.channels() * taps];
    for (int channel = 0; channel < from.channels(); channel++) {
      int start = channel * from.pixels();
      if (layer.sumPixels()) {
        sums[channel] = sum(in, start, from.pixels(), 1);
        continue;
      }
      int pad = layer.input().padCodes().get(channel);
      for (int tap = 0; tap < taps; tap++) {
        int down = tap / window.kernelWidth() * window.dilationHeight() - window.padTop();
        int right = tap % window.kernelWidth() * window.dilationWidth() - window.padLeft();
        int stride = window.strideWidth();
        int begin = Math.min(to.width(), Math.max(0, ceilDiv(-right, stride)));
        int end = Math.max(begin, Math.min(to.width(), ceilDiv(from.width() - right, stride)));
        long inside = 0;
        long total = 0;
        for (int row = 0; row < to.height(); row++) {
          int y = row * window.strideHeight() + down;
          if (y >= 0 && y < from.height()) {
            int first = start + y * from.width() + right + begin * stride;
            total += sum(in, first, end - begin, stride);
            inside += end - begin;
          }
        }
        sums[channel * taps + tap] = total + (to.pixels() - inside) * pad;
      }
    }
    return sums;
  }

  private static long sum(int[] in, int first, int count, int stride) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += in[first + i * stride];
    }
    return sum;
  }

  private static int ceilDiv(int value, int divisor) {
    return -Math.floorDiv(-value, divisor);
  }
}
