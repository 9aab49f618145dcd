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

  /** Of every digit: they differ in what stands outside the map. */
  private final List<Convolution> convolutions = new ArrayList<>();

  private final List<Weights> parts = new ArrayList<>();

  /**
   * Of a digit of the input. An input so wide that one product could outgrow a float is divided
   * into digits; mostly there is one, the input itself.
   */
  private final int digitBits;

  /** Largest magnitude of any sum of any of a part's terms. */
  private final long most;

  public IntegerConvolution(MacLayer layer) {
    this.layer = layer;
    this.from = layer.input().shape();
    this.read = layer.sumPixels() ? new Shape(from.channels(), 1, 1) : from;
    this.to = layer.output().shape();
    int[] weights = new int[layer.weightCount()];
    long mostWeight = 1;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = layer.weight(i);
      mostWeight = Math.max(mostWeight, Math.abs((long) weights[i]));
    }
    long mostInput = mostInput();
    if (mostInput * mostWeight > MOST_EXACT) {
      digitBits =
          Math.max(1, Long.numberOfTrailingZeros(Long.highestOneBit(MOST_EXACT / mostWeight)));
      mostInput = 1L << digitBits;
    } else {
      digitBits = Integer.SIZE;
    }
    for (int shift = 0; shift < Integer.SIZE; shift += digitBits) {
      float[] padding = new float[from.channels()];
      for (int c = 0; c < padding.length; c++) {
        padding[c] = digit(layer.input().padCodes().get(c), shift);
      }
      convolutions.add(Convolution.of(read, to, layer.window(), layer.groups(), padding));
    }
    this.most = divide(weights, mostInput);
  }

  /** The lower digits are not negative, the highest has the sign. */
  private int digit(int value, int shift) {
    boolean highest = shift + digitBits >= Integer.SIZE;
    return highest ? value >> shift : (value >> shift) & ((1 << digitBits) - 1);
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
    int taps = layer.window().kernelArea();
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
        parts.add(convolutions.get(0).prepare(part));
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
    parts.add(convolutions.get(0).prepare(part));
    return greatest;
  }

  /** Whether {@link #exactSums} holds the accumulators: they have one part. */
  boolean isExactInFloats() {
    return convolutions.size() == 1 && parts.size() == 1;
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
    forward(0, parts.get(0), seen(in), sums);
    return sums;
  }

  /** Accumulators {@code [O, H, W]} of an input {@code [C, H, W]} of integers in floats. */
  int[] apply(float[] in) {
    int[] sums = new int[to.size()];
    if (convolutions.size() == 1) {
      addParts(0, seen(in), sums);
    } else {
      addDigits(integers(in), sums);
    }
    return sums;
  }

  /** Accumulators {@code [O, H, W]} of an input {@code [C, H, W]}. */
  public int[] apply(int[] in) {
    int[] sums = new int[to.size()];
    if (convolutions.size() == 1) {
      addParts(0, seen(floats(in)), sums);
    } else {
      addDigits(in, sums);
    }
    return sums;
  }

  private void addParts(int digit, float[] seen, int[] sums) {
    float[] part = new float[sums.length];
    for (Weights weights : parts) {
      forward(digit, weights, seen, part);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (int) part[i] << digit * digitBits;
      }
    }
  }

  private void addDigits(int[] in, int[] sums) {
    int[] seen = layer.sumPixels() ? pixelSums(in) : in;
    float[] part = new float[seen.length];
    for (int digit = 0; digit < convolutions.size(); digit++) {
      for (int i = 0; i < part.length; i++) {
        part[i] = digit(seen[i], digit * digitBits);
      }
      addParts(digit, part, sums);
    }
  }

  private void forward(int digit, Weights weights, float[] in, float[] out) {
    convolutions.get(digit).forward(weights, Maps.byImage(in, 1, read), Maps.byImage(out, 1, to));
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
    int taps = window.kernelArea();
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
        if (window.insertsZeros()) {
          sums[channel * taps + tap] = spacedSum(in, start, down, right, pad);
          continue;
        }
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

  /** What a tap sees over all output pixels of a map with zeros between its pixels. */
  private long spacedSum(int[] in, int start, int down, int right, int pad) {
    long sum = 0;
    for (int p = 0; p < to.pixels(); p++) {
      int y = layer.window().upsampling().row(p / to.width() + down);
      int x = layer.window().upsampling().column(p % to.width() + right);
      boolean inside = y >= 0 && y < from.height() && x >= 0 && x < from.width();
      sum += inside ? in[start + y * from.width() + x] : pad;
    }
    return sum;
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
