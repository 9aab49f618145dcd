package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlanes;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.reader.CodeRounding;
import lutmac.onnx.reader.ImportedNode.Quantize;

/**
 * The mean of pixels whose number is no power of two, exactly, by long division in tables. With S
 * the sum of a channel's P codes, the result is {@code round(S * n / d)}: {@code n / d} is {@code
 * 2^(more fraction bits) / P} in lowest terms, n a power of two. With {@code base = 2^b}:
 *
 * <pre>
 *   A = floor(S / base)                   N = base * A - S, in -(base - 1)..0
 *   Q = floor(base * A * n / d)           R = base * A * n mod d        (tables of A)
 *   T = R - n * N, so that S * n / d = Q + T / d
 *   G = 4 * (T / d), its fraction as 0, less than 2, 2 or 3: below, at or above a half  (a table of T)
 *   result = round((4 * Q + G) / 4)
 * </pre>
 *
 * Two layers read the map, four more a single pixel of every channel.
 */
final class ExactMean {
  private static final int TABLE = ActivationTable.MAX_ENTRIES;

  private final String name;
  private final Tensor input;
  private final Quantize quantize;
  private final UnaryOperator<String> fresh;
  private final List<MacLayer> layers = new ArrayList<>();
  private final int channels;
  private final int numeratorBits;
  private final int divisor;
  private final int baseBits;
  private final long least;
  private final boolean signed;

  private ExactMean(
      Operand.Linear linear, long least, Quantize quantize, UnaryOperator<String> fresh) {
    this.name = linear.name();
    this.input = linear.input();
    this.quantize = quantize;
    this.fresh = fresh;
    this.channels = input.shape().channels();
    this.least = least;
    this.signed = least < 0;
    int more = quantize.frac() - linear.inputFrac();
    this.numeratorBits = Math.max(0, more);
    this.divisor = more < 0 ? scaled(linear.divisor(), -more) : linear.divisor();
    this.baseBits = baseBits();
  }

  private static int scaled(int divisor, int bits) {
    return bits > Byte.SIZE ? TABLE : divisor << bits;
  }

  /** Whether some sums are the mean of so many pixels, with nothing but a clamp behind. */
  static boolean is(Operand.Sum sum) {
    Operand.Linear linear = sum.linear();
    return linear.sumPixels()
        && linear.divisor() > 1
        && linear.conv().groups() == linear.conv().outChannels()
        && sum.skip().isEmpty()
        && sum.function().isEmpty()
        && sum.offset() == 0
        && linear.ofOnes();
  }

  /**
   * The layers, the last of which makes the mean's codes.
   *
   * @param least the least code that the pixels can have
   * @param output what the feature map is called
   * @param fresh a name like the wanted one that nothing has
   * @throws MacAssembly.RefusedLayer if its numbers are too large for tables of 256 entries
   */
  static List<MacLayer> layers(
      Operand.Sum sum, long least, Quantize quantize, String output, UnaryOperator<String> fresh) {
    try {
      ExactMean mean = new ExactMean(sum.linear(), least, quantize, fresh);
      mean.build(output, quantize.encode(sum.lo()), quantize.encode(sum.hi()));
      return mean.layers;
    } catch (Refusal e) {
      throw new MacAssembly.RefusedLayer(sum.linear().name(), e);
    }
  }

  /** The largest base whose rests and the divisor's fit one table. */
  private int baseBits() {
    for (int bits = Byte.SIZE - 1; bits > 0; bits--) {
      int most = ((1 << bits) - 1 << numeratorBits) + divisor - 1;
      if (most < TABLE && 4 * (most / divisor) + 3 < TABLE && holdsSums(bits)) {
        return bits;
      }
    }
    throw Refusal.ofQuantization(
        "the mean of %d pixels is no integer times a power of two, and its numbers are too large for tables of %d entries; pool fewer pixels, quantize the mean with a scale nearer to its input's, or let the quantizer multiply the mean as hardware does (Vitis AI and Quark: 49 * 21 / 1024 for 7x7)"
            .formatted(input.shape().pixels(), TABLE));
  }

  /** Whether 8 bits hold A and Q, or what they cut off is cut off the result anyway. */
  private boolean holdsSums(int bits) {
    int pixels = input.shape().pixels();
    long lowest = Math.floorDiv(pixels * least, 1L << bits);
    long most = Math.floorDiv(pixels * input.format().maxCode(), 1L << bits);
    long lo = signed ? Byte.MIN_VALUE : 0;
    long hi = signed ? Byte.MAX_VALUE : TABLE - 1;
    return lowest >= lo
        && quotient(lowest, bits) >= lo
        && (most <= hi || quotient(hi, bits) >= quantize.hi())
        && (quotient(Math.min(most, hi), bits) <= hi || quantize.hi() <= hi);
  }

  private long quotient(long code, int bits) {
    return Math.floorDiv(code << bits << numeratorBits, (long) divisor);
  }

  private void build(String output, int lo, int hi) {
    int frac = input.format().frac(0);
    int base = 1 << baseBits;
    FixedFormat byteOfSums = new FixedFormat(Byte.SIZE, frac - baseBits, signed);
    // Odd sums over an even step: no ties, whatever the hardware's rounding.
    Tensor high =
        add(
            input,
            Optional.empty(),
            2,
            1 - base,
            new OutputStage.Requantize(
                all(baseBits + 1), (int) byteOfSums.minCode(), (int) byteOfSums.maxCode()),
            tensor("high", byteOfSums));
    FixedFormat rests = new FixedFormat(baseBits + 1, frac, true);
    Tensor rest =
        add(
            input,
            Optional.of(new Skip(high, all(baseBits))),
            -1,
            0,
            new OutputStage.Requantize(all(0), 1 - base, 0),
            tensor("rest", rests));
    FixedFormat codes = new FixedFormat(Byte.SIZE, quantize.frac(), signed);
    Tensor quotient = looked(high, codes, "quotient", code -> clamped(codes, code));
    FixedFormat bytes = new FixedFormat(Byte.SIZE, frac + numeratorBits, false);
    Tensor remainder =
        looked(
            high,
            bytes,
            "remainder",
            code -> (int) Math.floorMod((long) code << baseBits << numeratorBits, (long) divisor));
    Tensor fraction = fraction(rest, remainder, base);
    add(
        quotient,
        Optional.of(new Skip(fraction, all(0))),
        4,
        0,
        new OutputStage.Requantize(all(2), lo, hi),
        Tensor.zeroPadded(output, quotient.shape(), quantize.format()));
  }

  private int clamped(FixedFormat format, int code) {
    return (int) Math.max(format.minCode(), Math.min(format.maxCode(), quotient(code, baseBits)));
  }

  /** G, of T. */
  private Tensor fraction(Tensor rest, Tensor remainder, int base) {
    int most = (base - 1 << numeratorBits) + divisor - 1;
    List<Integer> values = new ArrayList<>();
    for (int t = 0; t <= most; t++) {
      values.add(4 * (t / divisor) + quarters(2 * (t % divisor)));
    }
    ActivationTable table =
        new ActivationTable(
            "4 x / %d, rounded".formatted(divisor), remainder.format().frac(0), values);
    return add(
        rest,
        Optional.of(new Skip(remainder, all(0))),
        -(1 << numeratorBits),
        0,
        new OutputStage.Requantize(all(0), 0, most, Optional.of(table)),
        tensor("fraction", new FixedFormat(Byte.SIZE, quantize.frac() + 2, false)));
  }

  /** A fraction of {@code twice / (2 * divisor)} as what the hardware's rounding makes of it. */
  private int quarters(int twice) {
    CodeRounding rounding = quantize.rounding();
    boolean tie = twice == divisor;
    if (rounding == CodeRounding.HALF_EVEN && tie) {
      return 2;
    }
    if (twice == 0) {
      return 0;
    }
    return rounding.round((double) twice / (2 * divisor)) == 0 ? 1 : 3;
  }

  /** Whether a half is a possible fraction: hardware must round it as the file does. */
  static boolean hasTies(Operand.Sum sum, Quantize quantize) {
    return quantize.rounding() == CodeRounding.HALF_EVEN
        && quantize.frac() < sum.linear().inputFrac();
  }

  private Tensor looked(Tensor from, FixedFormat format, String what, IntUnaryOperator function) {
    int lo = (int) from.format().minCode();
    int hi = (int) from.format().maxCode();
    List<Integer> values = new ArrayList<>();
    for (int code = lo; code <= hi; code++) {
      values.add(function.applyAsInt(code));
    }
    ActivationTable table =
        new ActivationTable(what + " by " + divisor, from.format().frac(0), values);
    return add(
        from,
        Optional.empty(),
        1,
        0,
        new OutputStage.Requantize(all(0), lo, hi, Optional.of(table)),
        tensor(what, format));
  }

  private Tensor tensor(String what, FixedFormat format) {
    return Tensor.zeroPadded(fresh.apply(name + "." + what), new Shape(channels, 1, 1), format);
  }

  private List<Integer> all(int value) {
    return Collections.nCopies(channels, value);
  }

  /** Adds a depthwise layer of one weight; of the network's map, a sum over its pixels. */
  private Tensor add(
      Tensor from, Optional<Skip> skip, int weight, int bias, OutputStage stage, Tensor made) {
    int[] weights = new int[channels];
    Arrays.fill(weights, weight);
    int[] biases = new int[channels];
    Arrays.fill(biases, bias);
    layers.add(
        new MacLayer(
            layers.isEmpty() ? name : made.name(),
            from,
            made,
            skip,
            Window.pointwise(),
            channels,
            from.equals(input),
            List.of(WeightPlanes.ofTable(new Codebook(List.of(0, weight)), weights)),
            biases,
            stage));
    return made;
  }
}
