package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.onnx.model.Refusal;

/**
 * Real weights and biases that are integers times powers of two, as those integers.
 *
 * @param fracs fraction bits of every output channel's sums
 * @param planes the weights {@code w * 2^(frac_o - input's frac)}
 * @param bias {@code b * 2^frac_o}
 */
record IntegerGrid(int[] fracs, List<WeightPlane> planes, int[] bias) {
  private static final int WEIGHT_BITS = HardwareLimits.LEVEL_BITS;
  private static final int TABLE = 1 << HardwareLimits.MAX_CODE_BITS;

  /** Fraction bits of zero, which every grid holds. */
  private static final int ANY = Integer.MIN_VALUE / 2;

  /**
   * The sums of a layer.
   *
   * @param weights {@code [O][taps]}
   * @param bias {@code [O]}
   * @param inputFrac fraction bits of what it reads
   * @param others what else its sums must be at least as fine as: its output, its skip connection
   */
  record Sums(float[][] weights, float[] bias, int inputFrac, List<Other> others) {}

  /** A feature map whose fraction bits a layer's sums must have. */
  record Other(String what, int frac) {}

  /**
   * The coarsest grid: one for all channels, or, where that needs more than 8 bits or two planes
   * instead of one, each channel's own.
   *
   * @throws Refusal if there is none
   */
  static IntegerGrid of(Sums sums) {
    int channels = sums.bias().length;
    int[] own = IntStream.range(0, channels).map(o -> needed(sums, o)).toArray();
    int finest = Arrays.stream(own).max().orElseThrow();
    int[] common = new int[channels];
    Arrays.fill(common, finest);
    for (int most : new int[] {TABLE, 1 << WEIGHT_BITS}) {
      for (int[] fracs : List.of(common, own)) {
        if (levels(sums, fracs).size() <= most && fits(sums, fracs)) {
          return new IntegerGrid(fracs, planes(sums, fracs), bias(sums, fracs));
        }
      }
    }
    throw refusal(sums, own);
  }

  private static int needed(Sums sums, int o) {
    int frac = fraction(sums.bias()[o]);
    for (float weight : sums.weights()[o]) {
      int own = fraction(weight);
      frac = Math.max(frac, own == ANY ? ANY : own + sums.inputFrac());
    }
    for (Other other : sums.others()) {
      frac = Math.max(frac, other.frac());
    }
    return frac == ANY ? sums.inputFrac() : frac;
  }

  /** Least number of fraction bits that hold a value. */
  private static int fraction(float value) {
    if (value == 0) {
      return ANY;
    }
    int bits = Float.floatToIntBits(value);
    int mantissa = bits & 0x7fffff;
    int exponent = Math.max(Math.getExponent(value), Float.MIN_EXPONENT);
    if (Math.getExponent(value) >= Float.MIN_EXPONENT) {
      mantissa |= 0x800000;
    }
    return 23 - exponent - Integer.numberOfTrailingZeros(mantissa);
  }

  private static double level(Sums sums, int o, int tap, int frac) {
    return Math.scalb((double) sums.weights()[o][tap], frac - sums.inputFrac());
  }

  /** All weights, with 0; more than are possible if one has more than 8 bits. */
  private static Set<Integer> levels(Sums sums, int[] fracs) {
    Set<Integer> levels = new TreeSet<>(Set.of(0));
    for (int o = 0; o < fracs.length; o++) {
      for (int tap = 0; tap < sums.weights()[o].length; tap++) {
        levels.add((int) level(sums, o, tap, fracs[o]));
      }
    }
    return levels;
  }

  private static boolean fits(Sums sums, int[] fracs) {
    for (int o = 0; o < fracs.length; o++) {
      if (!weightsFit(sums, o, fracs[o])) {
        return false;
      }
      double bias = Math.scalb((double) sums.bias()[o], fracs[o]);
      if (bias != (int) bias) {
        return false;
      }
      for (Other other : sums.others()) {
        if (fracs[o] - other.frac() > HardwareLimits.MAX_SHIFT) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean weightsFit(Sums sums, int o, int frac) {
    int most = 1 << (WEIGHT_BITS - 1);
    for (int tap = 0; tap < sums.weights()[o].length; tap++) {
      double level = level(sums, o, tap, frac);
      if (level < -most || level >= most) {
        return false;
      }
    }
    return true;
  }

  private static List<WeightPlane> planes(Sums sums, int[] fracs) {
    int taps = sums.weights()[0].length;
    int[] integers = new int[fracs.length * taps];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (int) level(sums, i / taps, i % taps, fracs[i / taps]);
    }
    Set<Integer> levels = levels(sums, fracs);
    if (levels.size() > TABLE) {
      return WeightPlanes.ofIntegers(WEIGHT_BITS, integers);
    }
    List<Integer> table = new ArrayList<>(List.of(0));
    levels.stream().filter(level -> level != 0).forEach(table::add);
    while (table.size() < 2 || Integer.bitCount(table.size()) != 1) {
      table.add(0);
    }
    return List.of(WeightPlanes.ofTable(new Codebook(table), integers));
  }

  private static int[] bias(Sums sums, int[] fracs) {
    int[] bias = new int[fracs.length];
    Arrays.setAll(bias, o -> (int) Math.scalb((double) sums.bias()[o], fracs[o]));
    return bias;
  }

  /** What is in the way, of the first channel that has no grid. */
  private static Refusal refusal(Sums sums, int[] own) {
    for (int o = 0; o < own.length; o++) {
      Sums alone =
          new Sums(
              new float[][] {sums.weights()[o]},
              new float[] {sums.bias()[o]},
              sums.inputFrac(),
              sums.others());
      if (fits(alone, new int[] {own[o]})) {
        continue;
      }
      Sums bare = new Sums(alone.weights(), new float[1], sums.inputFrac(), List.of());
      int weightFrac = needed(bare, 0);
      if (!weightsFit(bare, 0, weightFrac)) {
        return new Refusal(
            "the weights of its output channel %d are no integers of at most 8 bits times a power of two; quantize them with power-of-two scales"
                .formatted(o));
      }
      for (Other other : sums.others()) {
        if (!weightsFit(bare, 0, Math.max(weightFrac, other.frac()))
            || own[o] - other.frac() > HardwareLimits.MAX_SHIFT) {
          return new Refusal(
              "%s has the scale 2^%d, too far from the scale 2^%d of the sums of its output channel %d; quantize it with a scale nearer to that"
                  .formatted(other.what(), -other.frac(), -weightFrac, o));
        }
      }
      return new Refusal(
          "the bias %s of its output channel %d is no multiple of the scale 2^%d of its sums (input scale times weight scale), or exceeds 32 bits of it; quantize the bias with that scale"
              .formatted(sums.bias()[o], o, -weightFrac));
    }
    throw new IllegalStateException("every channel has a grid");
  }
}
