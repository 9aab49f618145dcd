package lutmac.onnx.writer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Skip;

/**
 * Decides how a layer's sums can be formed in floating point without any rounding. A float32 holds
 * every integer up to 2^24 in magnitude. So a sum of integers is exact, in whatever order a runtime
 * adds, if the sum of all positive terms and the sum of all negative terms stay within 2^24; both
 * are bounded here from the actual weights and the input format's range.
 *
 * @param wide false: the whole layer, bias, skip and rounding included, is exact in float32; true:
 *     only each of {@code parts} is, and the rest needs float64
 * @param parts a partition of the reduction, in order; one part covering everything if not wide
 */
public record ExactReduction(boolean wide, List<Part> parts) {
  private static final long FLOAT_LIMIT = 1L << 24;

  /**
   * A range of the input channels of every group, of which, if {@code kernel} is present, only
   * these positions of the kernel count.
   *
   * @param fromChannel counted within the group
   * @param toChannel exclusive
   */
  public record Part(int fromChannel, int toChannel, Optional<KernelRange> kernel) {}

  /** Kernel positions {@code ky * kernelWidth + kx}, {@code to} exclusive. */
  public record KernelRange(int from, int to) {}

  public ExactReduction {
    parts = List.copyOf(parts);
  }

  /**
   * Of a layer whose pad codes are subtracted from its inputs.
   *
   * @param padCodes per input channel, subtracted from every input
   * @param biases per output channel: the layer's bias plus the pad codes' contribution
   */
  static ExactReduction of(MacLayer layer, List<Integer> padCodes, int[] biases, Rounding rule) {
    List<Part> whole = List.of(new Part(0, layer.groupChannels(), Optional.empty()));
    if (fitsFloat(layer, padCodes, biases, rule)) {
      return new ExactReduction(false, whole);
    }
    // With sumPixels the file multiplies in float64, which needs no parts.
    return new ExactReduction(true, layer.sumPixels() ? whole : parts(layer, padCodes));
  }

  /** Of a layer whose pad codes, if it sees them, are subtracted from its inputs. */
  public static ExactReduction of(MacLayer layer, Rounding rule) {
    List<Integer> padCodes = RealValues.padCodes(layer);
    int[] biases = RealValues.padBias(layer, padCodes);
    Arrays.setAll(biases, o -> Math.addExact(layer.bias()[o], biases[o]));
    return of(layer, padCodes, biases, rule);
  }

  private static boolean fitsFloat(
      MacLayer layer, List<Integer> padCodes, int[] biases, Rounding rule) {
    Terms terms = new Terms(layer, padCodes);
    if (layer.sumPixels() && !terms.pixelSumFits()) {
      return false;
    }
    for (int o = 0; o < layer.outChannels(); o++) {
      Sum sum = new Sum();
      for (int i = 0; i < layer.groupChannels(); i++) {
        for (int tap = 0; tap < layer.window().kernelArea(); tap++) {
          terms.addTo(sum, o, i, tap);
        }
      }
      sum.add(biases[o]);
      if (layer.skip().isPresent()) {
        Skip skip = layer.skip().get();
        TensorFormat format = skip.source().format();
        sum.add(
            shifted(format.minCode(), skip.alignment().get(o)),
            shifted(format.maxCode(), skip.alignment().get(o)));
      }
      boolean fits = sum.fits();
      if (rule == Rounding.HALF_UP && layer.stage().requantize().isPresent()) {
        // Half a unit of the output is added before the floor; with shift 0 that is half a unit of
        // the sum.
        int shift = layer.stage().rightShift(o);
        fits = shift == 0 ? sum.doubledFits() : sum.add(1L << (shift - 1)).fits();
      }
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static long shifted(long code, int alignment) {
    return code * (1L << alignment);
  }

  private static List<Part> parts(MacLayer layer, List<Integer> padCodes) {
    Terms terms = new Terms(layer, padCodes);
    int taps = layer.window().kernelArea();
    List<Part> parts = new ArrayList<>();
    int from = 0;
    while (from < layer.groupChannels()) {
      Sum[] sums = Sum.zeros(layer.outChannels());
      int to = from;
      while (to < layer.groupChannels() && terms.addIfFits(sums, to, 0, taps)) {
        to++;
      }
      if (to > from) {
        parts.add(new Part(from, to, Optional.empty()));
        from = to;
        continue;
      }
      // One channel alone exceeds the limit: cut its kernel. A single tap always fits.
      int fromTap = 0;
      while (fromTap < taps) {
        Sum[] tapSums = Sum.zeros(layer.outChannels());
        int toTap = fromTap;
        while (toTap < taps && terms.addIfFits(tapSums, from, toTap, toTap + 1)) {
          toTap++;
        }
        parts.add(new Part(from, from + 1, Optional.of(new KernelRange(fromTap, toTap))));
        fromTap = toTap;
      }
      from++;
    }
    return parts;
  }

  /**
   * Bounds of a sum: all its negative terms at their smallest, all positive ones at their largest.
   */
  private static final class Sum {
    private long low;
    private long high;

    static Sum[] zeros(int n) {
      Sum[] sums = new Sum[n];
      for (int i = 0; i < n; i++) {
        sums[i] = new Sum();
      }
      return sums;
    }

    Sum add(long value) {
      return add(value, value);
    }

    Sum add(long smallest, long largest) {
      low += Math.min(smallest, 0);
      high += Math.max(largest, 0);
      return this;
    }

    boolean fits() {
      return high <= FLOAT_LIMIT && -low <= FLOAT_LIMIT;
    }

    boolean doubledFits() {
      return 2 * high + 1 <= FLOAT_LIMIT && -2 * low <= FLOAT_LIMIT;
    }
  }

  /** The products of one layer; channel i of output channel o is counted within o's group. */
  private record Terms(MacLayer layer, List<Integer> padCodes) {
    private long smallestInput(int i) {
      return (layer.input().format().minCode() - padCodes.get(i)) * repeats();
    }

    private long largestInput(int i) {
      return (layer.input().format().maxCode() - padCodes.get(i)) * repeats();
    }

    private long repeats() {
      return layer.sumPixels() ? layer.input().shape().pixels() : 1;
    }

    boolean pixelSumFits() {
      for (int i = 0; i < layer.inChannels(); i++) {
        if (!new Sum().add(smallestInput(i), largestInput(i)).fits()) {
          return false;
        }
      }
      return true;
    }

    void addTo(Sum sum, int o, int i, int tap) {
      int width = layer.window().kernelWidth();
      long weight = layer.weight(o, i, tap / width, tap % width);
      int channel = layer.firstChannel(o) + i;
      long a = weight * smallestInput(channel);
      long b = weight * largestInput(channel);
      sum.add(Math.min(a, b), Math.max(a, b));
    }

    /** Adds the taps of channel i to every output channel's sum, or leaves them as they are. */
    boolean addIfFits(Sum[] sums, int i, int fromTap, int toTap) {
      Sum[] grown = Sum.zeros(sums.length);
      for (int o = 0; o < sums.length; o++) {
        grown[o].add(sums[o].low, sums[o].high);
        for (int tap = fromTap; tap < toTap; tap++) {
          addTo(grown[o], o, i, tap);
        }
        if (!grown[o].fits()) {
          return false;
        }
      }
      System.arraycopy(grown, 0, sums, 0, sums.length);
      return true;
    }
  }
}
