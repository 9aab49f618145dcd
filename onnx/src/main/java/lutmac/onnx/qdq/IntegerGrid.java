package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.onnx.model.Refusal;

/**
 * Real weights and biases that are integers times powers of two, as those integers. A bias between
 * two steps is no obstacle where a rounding follows: {@link RoundingBias}.
 *
 * @param fracs fraction bits of every output channel's sums
 * @param planes the weights {@code w * 2^(frac_o - input's frac)}
 * @param bias {@code b * 2^frac_o}, or what makes the same codes
 * @param roundedBias the largest change of a bias, in steps of its sums, where none makes the same
 *     codes; else 0
 */
record IntegerGrid(int[] fracs, List<WeightPlane> planes, int[] bias, double roundedBias) {
  private static final int WEIGHT_BITS = HardwareLimits.LEVEL_BITS;

  /** Weights are at least minus this number, and less than it. */
  private static final int MOST = 1 << (WEIGHT_BITS - 1);

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
   * @param rounding of the sums; empty if they are returned as they are
   */
  record Sums(
      float[][] weights,
      double[] bias,
      int inputFrac,
      List<Other> others,
      Optional<RoundingBias> rounding) {
    Sums channel(int o) {
      return new Sums(
          new float[][] {weights[o]}, new double[] {bias[o]}, inputFrac, others, rounding);
    }
  }

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
    int[] own = IntStream.range(0, channels).map(o -> own(sums.channel(o))).toArray();
    int finest = Arrays.stream(own).max().orElseThrow();
    int[] common = new int[channels];
    Arrays.fill(common, finest);
    for (boolean exact : new boolean[] {true, false}) {
      for (int most : new int[] {TABLE, 1 << WEIGHT_BITS}) {
        for (int[] fracs : List.of(common, own)) {
          if (fits(sums, fracs, exact) && levels(sums, fracs).cardinality() <= most) {
            return of(sums, fracs);
          }
        }
      }
    }
    throw refusal(sums, own);
  }

  /**
   * Whether weights have integers of at most 8 bits, channel by channel.
   *
   * @param weights {@code [O][taps]}
   */
  static boolean holds(float[][] weights, int inputFrac) {
    Sums sums =
        new Sums(weights, new double[weights.length], inputFrac, List.of(), Optional.empty());
    return IntStream.range(0, weights.length)
        .mapToObj(sums::channel)
        .allMatch(channel -> weightsFit(channel, 0, needed(channel)));
  }

  private static IntegerGrid of(Sums sums, int[] fracs) {
    int[] bias = new int[fracs.length];
    double rounded = 0;
    for (int o = 0; o < bias.length; o++) {
      Sums channel = sums.channel(o);
      OptionalLong exact = bias(channel, fracs[o]);
      double real = Math.scalb(sums.bias()[o], fracs[o]);
      bias[o] = (int) exact.orElseGet(() -> (long) Math.rint(real));
      rounded = exact.isPresent() ? rounded : Math.max(rounded, Math.abs(bias[o] - real));
    }
    return new IntegerGrid(fracs, planes(sums, fracs), bias, rounded);
  }

  /** The coarsest grid of one channel on which it is exact, or else on which its weights are. */
  private static int own(Sums channel) {
    int coarsest = needed(channel);
    int withBias = Math.max(coarsest, fraction(channel.bias()[0]));
    int finer = channel.rounding().map(rounding -> rounding.finer(coarsest)).orElse(coarsest);
    for (int frac : new int[] {coarsest, Math.min(withBias, finer), Math.max(withBias, finer)}) {
      if (fits(channel, new int[] {frac}, true)) {
        return frac;
      }
    }
    return coarsest;
  }

  /** Fraction bits of the weights of one channel, and of whatever else is added to them. */
  private static int needed(Sums channel) {
    int frac = ANY;
    for (float weight : channel.weights()[0]) {
      int own = fraction(weight);
      frac = Math.max(frac, own == ANY ? ANY : own + channel.inputFrac());
    }
    for (Other other : channel.others()) {
      frac = Math.max(frac, other.frac());
    }
    return frac == ANY ? channel.inputFrac() : frac;
  }

  /** The bias that makes the same codes; empty if there is none on this grid. */
  private static OptionalLong bias(Sums channel, int frac) {
    double real = Math.scalb(channel.bias()[0], frac);
    if (channel.rounding().isEmpty()) {
      return real == Math.rint(real) ? OptionalLong.of((long) real) : OptionalLong.empty();
    }
    return channel.rounding().get().bias(real, frac, needed(channel));
  }

  /** Least number of fraction bits that hold a value. */
  private static int fraction(double value) {
    if (value == 0) {
      return ANY;
    }
    // Every float is a normal double.
    long mantissa = Double.doubleToLongBits(value) & 0xfffffffffffffL | 1L << 52;
    return 52 - Math.getExponent(value) - Long.numberOfTrailingZeros(mantissa);
  }

  private static double level(Sums sums, int o, int tap, int frac) {
    return Math.scalb((double) sums.weights()[o][tap], frac - sums.inputFrac());
  }

  /** All weights, which fit, with 0; the smallest possible one is bit 0. */
  private static BitSet levels(Sums sums, int[] fracs) {
    BitSet levels = new BitSet(MOST + MOST);
    levels.set(MOST);
    for (int o = 0; o < fracs.length; o++) {
      for (int tap = 0; tap < sums.weights()[o].length; tap++) {
        levels.set(MOST + (int) level(sums, o, tap, fracs[o]));
      }
    }
    return levels;
  }

  /**
   * @param exact whether the biases must make the same codes
   */
  private static boolean fits(Sums sums, int[] fracs, boolean exact) {
    for (int o = 0; o < fracs.length; o++) {
      if (!weightsFit(sums, o, fracs[o])) {
        return false;
      }
      OptionalLong bias = bias(sums.channel(o), fracs[o]);
      double near = bias.isPresent() ? bias.getAsLong() : Math.scalb(sums.bias()[o], fracs[o]);
      boolean rounds = sums.rounding().map(RoundingBias::nearest).orElse(true);
      if (bias.isEmpty() && (exact || !rounds) || Math.abs(near) >= Integer.MAX_VALUE) {
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
    for (int tap = 0; tap < sums.weights()[o].length; tap++) {
      double level = level(sums, o, tap, frac);
      if (level < -MOST || level >= MOST) {
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
    BitSet levels = levels(sums, fracs);
    if (levels.cardinality() > TABLE) {
      return WeightPlanes.ofIntegers(WEIGHT_BITS, integers);
    }
    List<Integer> table = new ArrayList<>(List.of(0));
    levels.stream().map(level -> level - MOST).filter(level -> level != 0).forEach(table::add);
    while (table.size() < 2 || Integer.bitCount(table.size()) != 1) {
      table.add(0);
    }
    return List.of(WeightPlanes.ofTable(new Codebook(table), integers));
  }

  /** What is in the way, of the first channel that has no grid. */
  private static Refusal refusal(Sums sums, int[] own) {
    for (int o = 0; o < own.length; o++) {
      Sums alone = sums.channel(o);
      if (fits(alone, new int[] {own[o]}, false)) {
        continue;
      }
      Sums bare =
          new Sums(alone.weights(), new double[1], sums.inputFrac(), List.of(), Optional.empty());
      int weightFrac = needed(bare);
      if (!weightsFit(bare, 0, weightFrac)) {
        return Refusal.ofQuantization(
            "the weights of its output channel %d are no integers of at most 8 bits times a power of two; quantize them with power-of-two scales"
                .formatted(o));
      }
      for (Other other : sums.others()) {
        if (!weightsFit(bare, 0, Math.max(weightFrac, other.frac()))
            || own[o] - other.frac() > HardwareLimits.MAX_SHIFT) {
          return Refusal.ofQuantization(
              "%s has the scale 2^%d, too far from the scale 2^%d of the sums of its output channel %d; quantize it with a scale nearer to that"
                  .formatted(other.what(), -other.frac(), -weightFrac, o));
        }
      }
      if (sums.rounding().isPresent() && Math.abs(alone.bias()[0]) < Math.scalb(1.0, 31 - own[o])) {
        return Refusal.ofQuantization(sums.rounding().get().refusal());
      }
      return Refusal.ofQuantization(
          "the bias %s of its output channel %d exceeds 32 bits of the scale 2^%d of its sums (input scale times weight scale)"
              .formatted(sums.bias()[o], o, -own[o]));
    }
    throw new IllegalStateException("every channel has a grid");
  }
}
