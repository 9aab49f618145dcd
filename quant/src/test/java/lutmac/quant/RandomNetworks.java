package lutmac.quant;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.quant.format.AccumulatorFormat;
import lutmac.quant.format.Codebook;
import lutmac.quant.format.FixedFormat;
import lutmac.quant.format.Rounding;
import lutmac.quant.format.SignedDigits;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;
import lutmac.quant.network.InputEncoding;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.MaxPoolLayer;
import lutmac.quant.network.OutputStage;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.QuantizedLayer;
import lutmac.quant.network.QuantizedNetwork;
import lutmac.quant.network.Skip;
import lutmac.quant.network.Tensor;

/**
 * Random quantized networks for property tests: every one is valid and its accumulators fit 32
 * bits. Unless said otherwise its table entries have at most two signed digits, its first layer
 * multiplies, and its last layer returns accumulators. One seed always gives one network.
 */
public final class RandomNetworks {
  private static final int DIGITS = 2;

  private final Random random;
  private final Limits limits;
  private final boolean branching;
  private final List<Integer> values;
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final List<Tensor> made = new ArrayList<>();

  /**
   * How large a network may become.
   *
   * @param channels most channels of a feature map
   * @param extent largest height and width of the input
   * @param layers most layers
   */
  public record Limits(int channels, int extent, int layers) {
    /** Networks that simulate in moments. */
    public static Limits small() {
      return new Limits(20, 12, 6);
    }
  }

  private RandomNetworks(long seed, Limits limits, boolean branching, int digits) {
    this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
    this.limits = limits;
    this.branching = branching;
    this.values = values(digits);
  }

  /** A small network of any kind: pools, skips, pixel sums, strides, paddings, dilations. */
  public static QuantizedNetwork network(long seed) {
    return network(seed, Limits.small());
  }

  /** A network of any kind within limits. */
  public static QuantizedNetwork network(long seed, Limits limits) {
    return new RandomNetworks(seed, limits, false, DIGITS).build(seed);
  }

  /**
   * A small network of everything that the hardware claims to support: any layer may be the first
   * or the last and may read any map before it, the input included, so that maps have several
   * readers or none; some layers name one weight code again and again. A sum over pixels has no
   * skip.
   *
   * @param digits most signed digits of a table entry, 1 to 4
   */
  public static QuantizedNetwork branchingNetwork(long seed, int digits) {
    return new RandomNetworks(seed, Limits.small(), true, digits).buildBranching(seed);
  }

  /** A network whose accumulators exceed 2^24, where float32 stops being exact. */
  public static QuantizedNetwork wideNetwork(long seed) {
    return new RandomNetworks(seed, Limits.small(), false, DIGITS).buildWide(seed);
  }

  /** Random input codes {@code [C, H, W]}, the extremes more often than the rest. */
  public static int[] input(QuantizedNetwork network, long seed) {
    Random random = new Random(seed);
    Tensor tensor = network.input().tensor();
    int min = (int) tensor.format().minCode();
    int max = (int) tensor.format().maxCode();
    int[] codes = new int[tensor.shape().size()];
    for (int i = 0; i < codes.length; i++) {
      int kind = random.nextInt(8);
      codes[i] = kind == 0 ? min : kind == 1 ? max : min + random.nextInt(max - min + 1);
    }
    return codes;
  }

  private static List<Integer> values(int digits) {
    List<Integer> values = new ArrayList<>();
    for (int v = -128; v <= 127; v++) {
      if (v != 0 && SignedDigits.count(v) <= digits) {
        values.add(v);
      }
    }
    return values;
  }

  // ---- whole networks

  private QuantizedNetwork build(long seed) {
    Tensor current = input(between(1, Math.min(5, limits.channels())), limits.extent());
    Tensor input = current;
    int count = between(1, limits.layers());
    for (int i = 0; i < count - 1; i++) {
      boolean poolable = i > 0 && current.shape().pixels() > 1;
      if (poolable && random.nextInt(4) == 0) {
        current = maxPool(current);
      } else if (i > 0 && random.nextInt(12) == 0) {
        current = mac(current, Window.pointwise(), true, false);
      } else {
        current = mac(current, window(current.shape(), 5), false, false);
      }
    }
    switch (random.nextInt(3)) {
      case 0 ->
          mac(
              current,
              Window.covering(current.shape().height(), current.shape().width()),
              false,
              true);
      case 1 -> mac(current, Window.pointwise(), true, true);
      default -> mac(current, window(current.shape(), 3), false, true);
    }
    return network(input, seed);
  }

  private QuantizedNetwork buildBranching(long seed) {
    Tensor input = input(between(1, 12), limits.extent());
    made.add(input);
    int count = between(1, limits.layers());
    for (int i = 0; i < count; i++) {
      boolean last = i == count - 1;
      boolean newest = random.nextInt(4) > 0;
      Tensor source = made.get(newest ? made.size() - 1 : random.nextInt(made.size()));
      Shape shape = source.shape();
      int kind = random.nextInt(8);
      if (kind < 2) {
        maxPool(source);
        continue;
      }
      boolean raw = last && random.nextBoolean();
      boolean sumPixels = last && kind == 2;
      Window window =
          sumPixels
              ? Window.pointwise()
              : kind == 3 ? Window.covering(shape.height(), shape.width()) : window(shape, 5);
      Tensor output = mac(source, window, sumPixels, raw);
      if (!last && random.nextInt(3) == 0) {
        maxPool(output);
      }
    }
    return network(input, seed);
  }

  private QuantizedNetwork buildWide(long seed) {
    Tensor input =
        switch (random.nextInt(3)) {
          case 0 -> fullRangeInput(new Shape(between(135, 150), between(3, 5), between(3, 5)));
          case 1 -> fullRangeInput(new Shape(between(1, 2), between(24, 27), between(24, 27)));
          default -> fullRangeInput(new Shape(between(3, 9), between(23, 25), between(23, 25)));
        };
    Shape shape = input.shape();
    boolean last = random.nextBoolean();
    Tensor next =
        shape.channels() >= 135
            ? wideMac(input, new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1), false, last)
            : shape.channels() <= 2
                ? wideMac(input, Window.covering(24, 24), false, last)
                : wideMac(input, Window.pointwise(), true, last);
    if (!last) {
      mac(next, Window.covering(next.shape().height(), next.shape().width()), false, true);
    }
    return network(input, seed);
  }

  private QuantizedNetwork network(Tensor input, long seed) {
    Preprocessing preprocessing =
        random.nextBoolean()
            ? Preprocessing.none()
            : new Preprocessing(
                List.of(127.5),
                List.of(58.395),
                random.nextBoolean(),
                Optional.of(new Preprocessing.Crop(input.shape().height(), input.shape().width())),
                random.nextInt(2));
    return new QuantizedNetwork(
        "random" + seed,
        new InputEncoding(input, preprocessing, true),
        layers,
        random.nextBoolean() ? Rounding.HALF_EVEN : Rounding.HALF_UP,
        Map.of("seed", Long.toString(seed)));
  }

  // ---- feature maps

  private Tensor input(int channels, int extent) {
    boolean signed = random.nextInt(3) == 0;
    int bits = random.nextInt(3) == 0 ? between(2, 8) : 8;
    FixedFormat format = new FixedFormat(bits, between(-1, 7), signed);
    Shape shape = new Shape(channels, between(1, extent), between(1, extent));
    return new Tensor("input", shape, format, padCodes(channels, format));
  }

  private Tensor fullRangeInput(Shape shape) {
    FixedFormat format =
        new FixedFormat(8, between(0, 7), shape.channels() > 2 && random.nextInt(3) == 0);
    return new Tensor("input", shape, format, padCodes(shape.channels(), format));
  }

  private List<Integer> padCodes(int channels, FixedFormat format) {
    if (random.nextBoolean()) {
      return Collections.nCopies(channels, 0);
    }
    List<Integer> codes = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      codes.add(between((int) format.minCode(), (int) format.maxCode()));
    }
    return codes;
  }

  private FixedFormat outputFormat(int frac) {
    int bits = random.nextInt(3) == 0 ? between(2, 7) : 8;
    return new FixedFormat(bits, frac, random.nextInt(3) == 0);
  }

  // ---- layers

  private Tensor maxPool(Tensor input) {
    Shape shape = input.shape();
    Window window;
    if (random.nextBoolean()) {
      int height = between(1, Math.min(3, shape.height()));
      int width = between(1, Math.min(3, shape.width()));
      window = new Window(height, width, height, width, 0, 0, 0, 0, 1, 1);
    } else {
      int height = between(1, Math.min(3, shape.height()));
      int width = between(1, Math.min(3, shape.width()));
      window =
          new Window(
              height,
              width,
              between(1, 2),
              between(1, 2),
              random.nextInt(height),
              random.nextInt(width),
              random.nextInt(height),
              random.nextInt(width),
              1,
              1);
    }
    Tensor output =
        Tensor.zeroPadded(
            "map" + layers.size(), window.outputShape(shape, shape.channels()), input.format());
    layers.add(new MaxPoolLayer("pool" + layers.size(), input, output, window));
    made.add(output);
    return output;
  }

  /** A window that fits: strides 1 to 3, dilations 1 to 2, asymmetric paddings. */
  private Window window(Shape input, int largestKernel) {
    while (true) {
      int height = between(1, largestKernel);
      int width = random.nextBoolean() ? height : between(1, largestKernel);
      if (random.nextInt(3) == 0 && height % 2 == 1 && width % 2 == 1) {
        return new Window(height, width, 1, 1, height / 2, width / 2, height / 2, width / 2, 1, 1);
      }
      int dilation = random.nextInt(4) == 0 ? 2 : 1;
      Window window =
          new Window(
              height,
              width,
              between(1, 3),
              between(1, 3),
              random.nextInt(height),
              random.nextInt(width),
              random.nextInt(height),
              random.nextInt(width),
              dilation,
              random.nextBoolean() ? dilation : 1);
      if (input.height() + window.padTop() + window.padBottom() >= window.spanHeight()
          && input.width() + window.padLeft() + window.padRight() >= window.spanWidth()) {
        return window;
      }
    }
  }

  private Tensor mac(Tensor input, Window window, boolean sumPixels, boolean last) {
    Shape shape = outputShape(input, window, sumPixels, between(1, limits.channels()));
    Optional<Tensor> source = Optional.empty();
    if (random.nextInt(5) < 3 && !(branching && sumPixels)) {
      List<Tensor> candidates = new ArrayList<>(made);
      candidates.removeIf(
          t -> t.shape().height() != shape.height() || t.shape().width() != shape.width());
      if (!candidates.isEmpty()) {
        source = Optional.of(candidates.get(random.nextInt(candidates.size())));
      }
    }
    int channels = source.map(t -> t.shape().channels()).orElse(shape.channels());
    int bits = random.nextInt(4) == 0 ? between(1, 3) : 4;
    List<Integer> levels = new ArrayList<>(List.of(0));
    while (levels.size() < 1 << bits) {
      levels.add(values.get(random.nextInt(values.size())));
    }
    byte[] codes = new byte[channels * input.shape().channels() * window.taps()];
    boolean skewed = branching && random.nextBoolean();
    for (int i = 0; i < codes.length; i++) {
      boolean same = skewed && random.nextInt(3) > 0;
      codes[i] = (byte) (same ? levels.size() - 1 : random.nextInt(levels.size()));
    }
    Shape exact = new Shape(channels, shape.height(), shape.width());
    return add(input, window, sumPixels, exact, new Codebook(levels), codes, source, last, false);
  }

  /** A layer of weights so large that its sums exceed 2^24. */
  private Tensor wideMac(Tensor input, Window window, boolean sumPixels, boolean last) {
    Shape shape = outputShape(input, window, sumPixels, between(1, 4));
    List<Integer> levels = List.of(0, 127, -128, 126, -127, 124, 120, -126);
    byte[] codes = new byte[shape.channels() * input.shape().channels() * window.taps()];
    int block = codes.length / shape.channels();
    for (int o = 0; o < shape.channels(); o++) {
      // All of one sign, or (never in channel 0, so that one channel is surely wide) mixed.
      int kind = random.nextInt(o == 0 ? 2 : 3);
      for (int i = 0; i < block; i++) {
        int code = random.nextInt(levels.size());
        codes[o * block + i] = (byte) (kind == 0 ? (code % 2 == 0 ? 1 : 3) : kind == 1 ? 2 : code);
      }
    }
    return add(
        input, window, sumPixels, shape, new Codebook(levels), codes, Optional.empty(), last, true);
  }

  private static Shape outputShape(Tensor input, Window window, boolean sumPixels, int channels) {
    return sumPixels ? new Shape(channels, 1, 1) : window.outputShape(input.shape(), channels);
  }

  private Tensor add(
      Tensor input,
      Window window,
      boolean sumPixels,
      Shape shape,
      Codebook codebook,
      byte[] codes,
      Optional<Tensor> source,
      boolean last,
      boolean largeBias) {
    int channels = shape.channels();
    int[] bias = new int[channels];
    List<Integer> shifts = new ArrayList<>();
    int outputBits = 7;
    for (int o = 0; o < channels; o++) {
      double spread = spread(input, codebook, codes, o, channels, sumPixels);
      bias[o] =
          largeBias && random.nextInt(3) == 0
              ? random.nextInt(1 << 29) - (1 << 28)
              : (int) Math.rint(random.nextGaussian() * spread);
      double octaves = Math.log(Math.max(1, 2 * spread)) / Math.log(2);
      int shift = (int) Math.rint(octaves) - outputBits + between(-1, 1);
      shifts.add(Math.max(0, Math.min(28, shift)));
    }
    // Half of the layers have one shift for all channels, as without per-channel scales.
    if (random.nextBoolean()) {
      Collections.fill(shifts, Collections.max(shifts));
    }
    int smallest = Collections.min(shifts);
    int frac = between(-2, 9);
    if (source.isPresent()) {
      frac = source.get().format().frac(0) + Math.max(-smallest, between(-2, 1));
    }
    List<Integer> accumulatorFracs = new ArrayList<>();
    for (int shift : shifts) {
      accumulatorFracs.add(frac + shift);
    }
    Optional<Skip> skip =
        source.map(
            t -> new Skip(t, accumulatorFracs.stream().map(f -> f - t.format().frac(0)).toList()));
    TensorFormat format = last ? new AccumulatorFormat(accumulatorFracs) : outputFormat(frac);
    OutputStage stage = last ? new OutputStage.Accumulators() : requantize(shifts, format);
    Tensor output = Tensor.zeroPadded(last ? "logits" : "map" + layers.size(), shape, format);
    layers.add(
        new MacLayer(
            "layer" + layers.size(),
            input,
            output,
            skip,
            window,
            sumPixels,
            codebook,
            codes,
            bias,
            stage));
    made.add(output);
    return output;
  }

  private OutputStage requantize(List<Integer> shifts, TensorFormat format) {
    int lo = (int) format.minCode();
    int hi = (int) format.maxCode();
    return switch (random.nextInt(4)) {
      case 0 -> new OutputStage.Requantize(shifts, Math.min(0, hi), hi);
      case 1 -> new OutputStage.Requantize(shifts, 0, between(1, hi));
      default -> new OutputStage.Requantize(shifts, lo, hi);
    };
  }

  /** Root mean square of one output channel's sum for independent, uniform inputs. */
  private static double spread(
      Tensor input, Codebook codebook, byte[] codes, int o, int channels, boolean sumPixels) {
    int block = codes.length / channels;
    double squares = 0;
    for (int i = 0; i < block; i++) {
      double weight = codebook.level(codes[o * block + i]);
      squares += weight * weight;
    }
    double inputSquare = Math.pow(input.format().maxCode(), 2) / 3;
    double pixels = sumPixels ? input.shape().pixels() : 1;
    return Math.sqrt(squares * inputSquare * pixels);
  }

  private int between(int lowest, int highest) {
    return lowest + random.nextInt(highest - lowest + 1);
  }
}
