package lutmac.network.quantized;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.TensorFormat;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;

/**
 * Random quantized networks for property tests: every one is valid and its accumulators fit 32
 * bits. Unless said otherwise its convolutions have one group and one weight plane, its maps are
 * fixed point, its table entries have at most two signed digits, its first layer multiplies, and
 * its last layer returns accumulators. One seed always gives one network.
 */
public final class RandomNetworks {
  private static final int DIGITS = 2;

  /** Longest row of a map of few rows. */
  /** Pixels of the largest map that is enlarged. */
  private static final int MOST_ENLARGED = 36;

  private static final int LONGEST_ROW = 70;

  /** Every 8-bit integer has at most so many signed digits. */
  private static final int MOST_DIGITS = 4;

  private static final List<Integer> LARGE_LEVELS = List.of(127, -128, 126, -127, 124, 120, -126);

  private final Random random;
  private final Limits limits;
  private boolean tables;
  private boolean deep;
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

  /** A network whose design every tool simulates in a moment. */
  public static QuantizedNetwork tiny() {
    return network(4, new Limits(4, 5, 3));
  }

  /** A network that still needs less than a second, with maps to divide into strips. */
  public static QuantizedNetwork tinyWithStrips() {
    return network(6, new Limits(6, 12, 5));
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

  /**
   * A small network of everything that a quantized network may hold: branches as in {@link
   * #branchingNetwork}, any 8-bit table entries, groups and depthwise layers, two weight planes,
   * logarithmic maps, activation tables, concatenations, large kernels, long rows. Many of its sums
   * exceed 2^24.
   */
  public static QuantizedNetwork anyNetwork(long seed) {
    return anyNetwork(seed, Limits.small());
  }

  /** The same within other limits. */
  public static QuantizedNetwork anyNetwork(long seed, Limits limits) {
    RandomNetworks networks = new RandomNetworks(seed, limits, true, MOST_DIGITS);
    networks.tables = networks.random.nextInt(3) == 0;
    return networks.buildAny(seed);
  }

  /** A network like {@link #anyNetwork} of large maps with few channels. */
  public static QuantizedNetwork largeNetwork(long seed) {
    RandomNetworks networks = new RandomNetworks(seed, new Limits(12, 40, 6), true, MOST_DIGITS);
    networks.tables = networks.random.nextInt(3) == 0;
    return seed % 3 == 0 ? networks.buildOutputs(seed) : networks.buildAny(seed);
  }

  /** A network like {@link #largeNetwork} whose layers mostly read what the one before made. */
  public static QuantizedNetwork deepNetwork(long seed) {
    RandomNetworks networks = new RandomNetworks(seed, new Limits(12, 40, 8), true, MOST_DIGITS);
    networks.deep = true;
    return networks.buildAny(seed);
  }

  /**
   * A network like {@link #anyNetwork} that returns several maps: sums that it does not round, maps
   * that other layers read, concatenations.
   */
  public static QuantizedNetwork networkOfSeveralOutputs(long seed) {
    return networkOfSeveralOutputs(seed, Limits.small());
  }

  /** The same within other limits. */
  public static QuantizedNetwork networkOfSeveralOutputs(long seed, Limits limits) {
    RandomNetworks networks = new RandomNetworks(seed, limits, true, MOST_DIGITS);
    networks.tables = networks.random.nextInt(3) == 0;
    return networks.buildOutputs(seed);
  }

  /** A network like {@link #anyNetwork} of which many layers end in activation tables. */
  public static QuantizedNetwork networkOfActivations(long seed) {
    RandomNetworks networks = new RandomNetworks(seed, Limits.small(), true, MOST_DIGITS);
    networks.tables = true;
    return networks.buildAny(seed);
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

  private QuantizedNetwork buildAny(long seed) {
    Tensor input = anyInput();
    addAny(between(1, limits.layers()));
    return network(input, seed);
  }

  private QuantizedNetwork buildOutputs(long seed) {
    Tensor input = anyInput();
    Set<Tensor> outputs = new LinkedHashSet<>();
    for (int i = between(1, 3); i > 0; i--) {
      addAny(layers.size() + between(1, limits.layers() / 2));
      outputs.add(layers.get(layers.size() - 1).output());
      outputs.add(layers.get(random.nextInt(layers.size())).output());
      made.removeIf(map -> map.format().raw());
    }
    QuantizedNetwork whole = network(input, seed);
    return new QuantizedNetwork(
        whole.name(),
        whole.input(),
        whole.layers(),
        List.copyOf(outputs),
        whole.rounding(),
        whole.provenance());
  }

  private Tensor anyInput() {
    Tensor input =
        random.nextInt(10) == 0
            ? input(between(1, 3), 2, LONGEST_ROW)
            : input(between(1, 12), limits.extent());
    made.add(input);
    return input;
  }

  /** Adds layers of any kind until there are at least so many; the last one may be raw. */
  private void addAny(int count) {
    while (layers.size() < count) {
      boolean newest = deep && random.nextInt(5) > 0;
      Tensor source = made.get(newest ? made.size() - 1 : random.nextInt(made.size()));
      switch (random.nextInt(6)) {
        case 0 -> anyPool(source);
        case 1 -> concat(source);
        default -> anyMac(source, Optional.empty(), layers.size() == count - 1);
      }
    }
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
    return input(channels, extent, extent);
  }

  private Tensor input(int channels, int height, int width) {
    boolean signed = random.nextInt(3) == 0;
    int bits = random.nextInt(3) == 0 ? between(2, 8) : 8;
    FixedFormat format = new FixedFormat(bits, between(-1, 7), signed);
    Shape shape = new Shape(channels, between(1, height), between(1, width));
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

  /** A pool of any window: dilated, padded on any side, of any stride, or of repeated pixels. */
  private void anyPool(Tensor input) {
    if (random.nextBoolean()) {
      maxPool(input);
      return;
    }
    Shape shape = input.shape();
    Window window = window(shape, 4);
    while (!everyPositionSees(window, shape)) {
      window = window(shape, 4);
    }
    if (shape.pixels() <= MOST_ENLARGED && random.nextInt(3) == 0) {
      window = Window.repeating(between(1, 3), between(1, 3));
    }
    String number = Integer.toString(layers.size());
    Shape pooled = window.outputShape(shape, shape.channels());
    Tensor output = Tensor.zeroPadded("map" + number, pooled, input.format());
    layers.add(new MaxPoolLayer("pool" + number, input, output, window));
    made.add(output);
  }

  /** Whether a dilated window has at no position all its taps in the padding. */
  private static boolean everyPositionSees(Window window, Shape map) {
    Shape positions = window.outputShape(map, 1);
    return everyPositionSees(
            positions.height(),
            window.strideHeight(),
            window.padTop(),
            window.kernelHeight(),
            window.dilationHeight(),
            map.height())
        && everyPositionSees(
            positions.width(),
            window.strideWidth(),
            window.padLeft(),
            window.kernelWidth(),
            window.dilationWidth(),
            map.width());
  }

  private static boolean everyPositionSees(
      int positions, int stride, int pad, int kernel, int dilation, int extent) {
    return IntStream.range(0, positions)
        .allMatch(
            at ->
                IntStream.range(0, kernel)
                    .map(tap -> at * stride + tap * dilation - pad)
                    .anyMatch(y -> y >= 0 && y < extent));
  }

  /** The channels of a map and of other maps of its format and size, made where there are none. */
  private Tensor concat(Tensor source) {
    List<Tensor> inputs = new ArrayList<>(List.of(source));
    List<Tensor> candidates = new ArrayList<>(made);
    candidates.removeIf(
        t ->
            !t.format().equals(source.format())
                || t.shape().height() != source.shape().height()
                || t.shape().width() != source.shape().width());
    for (int i = between(0, 2); i > 0; i--) {
      inputs.add(
          random.nextBoolean()
              ? anyMac(source, Optional.of(source.format()), false)
              : candidates.get(random.nextInt(candidates.size())));
    }
    Collections.shuffle(inputs, random);
    int channels = inputs.stream().mapToInt(t -> t.shape().channels()).sum();
    Shape shape = new Shape(channels, source.shape().height(), source.shape().width());
    Tensor output = Tensor.zeroPadded("map" + layers.size(), shape, source.format());
    layers.add(new ConcatLayer("concat" + layers.size(), inputs, output));
    made.add(output);
    return output;
  }

  /**
   * A layer of any kind whose accumulators fit 32 bits.
   *
   * @param wanted format of its output, which then has its input's size
   */
  private Tensor anyMac(Tensor source, Optional<TensorFormat> wanted, boolean last) {
    while (true) {
      MacLayer layer = drawMac(source, wanted, last);
      if (AccumulatorRange.of(layer).fitsInt32()) {
        layers.add(layer);
        made.add(layer.output());
        return layer.output();
      }
    }
  }

  private MacLayer drawMac(Tensor input, Optional<TensorFormat> wanted, boolean last) {
    Shape from = input.shape();
    boolean raw = last && random.nextBoolean();
    boolean sumPixels = wanted.isEmpty() && random.nextInt(8) == 0;
    Window window;
    if (wanted.isPresent()) {
      int radius = random.nextInt(2);
      int kernel = 2 * radius + 1;
      window = new Window(kernel, kernel, 1, 1, radius, radius, radius, radius, 1, 1);
    } else if (sumPixels) {
      window = Window.pointwise();
    } else if (from.pixels() <= MOST_ENLARGED
        && input.padCodes().stream().allMatch(code -> code == 0)
        && random.nextInt(8) == 0) {
      window = transposed(from);
    } else if (random.nextInt(6) == 0) {
      window = Window.covering(from.height(), from.width());
    } else {
      window = window(from, random.nextInt(8) == 0 ? 11 : 5);
    }
    int groups = groups(from.channels());
    int multiple = between(1, Math.max(1, limits.channels() / groups));
    Shape shape = outputShape(input, window, sumPixels, groups * multiple);
    Optional<Tensor> skip = Optional.empty();
    if (wanted.isEmpty() && !window.insertsZeros() && random.nextBoolean()) {
      List<Tensor> candidates = new ArrayList<>(made);
      candidates.removeIf(
          t ->
              t.shape().height() != shape.height()
                  || t.shape().width() != shape.width()
                  || t.shape().channels() % groups != 0);
      if (!candidates.isEmpty()) {
        skip = Optional.of(candidates.get(random.nextInt(candidates.size())));
      }
    }
    int channels = skip.map(t -> t.shape().channels()).orElse(shape.channels());
    Shape exact = new Shape(channels, shape.height(), shape.width());
    int weights = channels * (from.channels() / groups) * window.kernelArea();
    Draw draw = new Draw(input, window, groups, sumPixels, exact, planes(weights), skip);
    return layer(draw, wanted.map(Target::of).orElseGet(this::anyTarget), raw, false);
  }

  /** 1, as many as channels, or any number that divides them. */
  private int groups(int channels) {
    int kind = random.nextInt(3);
    if (kind < 2) {
      return kind == 0 ? 1 : channels;
    }
    int groups = between(1, channels);
    while (channels % groups != 0) {
      groups--;
    }
    return groups;
  }

  /** One table, two of them, or the two planes of integers. */
  private List<WeightPlane> planes(int weights) {
    if (random.nextInt(4) == 0) {
      int bits = between(5, 8);
      int half = 1 << (bits - 1);
      int[] integers = new int[weights];
      for (int i = 0; i < weights; i++) {
        integers[i] = random.nextInt(8) == 0 ? half - 1 : random.nextInt(2 * half) - half;
      }
      return WeightPlanes.ofIntegers(bits, integers);
    }
    int most = HardwareLimits.MAX_CODE_BITS;
    if (random.nextInt(3) > 0) {
      return List.of(plane(weights, most, random.nextInt(2) == 0 ? LARGE_LEVELS : values));
    }
    // No quantizer makes two tables that are none of integers; arrays need not hold all of them.
    List<Integer> simple = values(DIGITS);
    return List.of(plane(weights, most - 1, simple), plane(weights, most - 1, simple));
  }

  /** Codes of a table of at most so many bits. */
  private WeightPlane plane(int weights, int mostBits, List<Integer> from) {
    int bits = random.nextBoolean() ? between(1, mostBits - 1) : mostBits;
    List<Integer> levels = new ArrayList<>(List.of(0));
    while (levels.size() < 1 << bits) {
      levels.add(from.get(random.nextInt(from.size())));
    }
    // Large weights of one sign make the largest sums.
    boolean same = from.equals(LARGE_LEVELS);
    byte[] codes = new byte[weights];
    for (int i = 0; i < weights; i++) {
      codes[i] = (byte) (same && random.nextInt(8) > 0 ? 1 : random.nextInt(levels.size()));
    }
    return new WeightPlane(new Codebook(levels), codes);
  }

  /** Fixed point or logarithmic. */
  private Target anyTarget() {
    TensorFormat format = outputFormat(0);
    if (random.nextInt(3) == 0) {
      format = new FixedFormat(between(2, 4), 0, random.nextBoolean());
    }
    if (random.nextBoolean()) {
      int bits = between(3, 6);
      int step = between(0, 3);
      while (!LogFormat.exists(bits, step)) {
        step++;
      }
      format = new LogFormat(bits, step, 0);
    }
    Target target = Target.of(format);
    return new Target(target.bits(), target.format(), Optional.empty());
  }

  /** A window that fits: strides mostly 1 to 3, dilations 1 to 2, asymmetric paddings. */
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
              stride(),
              stride(),
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

  /** A window over pixels that lie up to 4 apart, with zeros between them. */
  private Window transposed(Shape input) {
    while (true) {
      int height = between(1, 5);
      int width = random.nextBoolean() ? height : between(1, 5);
      int dilation = random.nextInt(4) == 0 ? between(2, 3) : 1;
      Window window =
          new Window(
              height,
              width,
              1,
              1,
              random.nextInt((height - 1) * dilation + 1),
              random.nextInt(width),
              random.nextInt((height - 1) * dilation + 1),
              random.nextInt(width),
              dilation,
              1,
              new Upsampling(between(1, 4), between(2, 3), Upsampling.Filling.ZEROS));
      Shape seen = window.upsampling().of(input);
      if (seen.height() + window.padTop() + window.padBottom() >= window.spanHeight()
          && seen.width() + window.padLeft() + window.padRight() >= window.spanWidth()) {
        return window;
      }
    }
  }

  private int stride() {
    return random.nextInt(12) == 0 ? between(4, 9) : between(1, 3);
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
    byte[] codes = new byte[channels * input.shape().channels() * window.kernelArea()];
    boolean skewed = branching && random.nextBoolean();
    for (int i = 0; i < codes.length; i++) {
      boolean same = skewed && random.nextInt(3) > 0;
      codes[i] = (byte) (same ? levels.size() - 1 : random.nextInt(levels.size()));
    }
    Shape exact = new Shape(channels, shape.height(), shape.width());
    return add(input, window, sumPixels, exact, new Codebook(levels), codes, source, last, false);
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
    List<WeightPlane> planes = List.of(new WeightPlane(codebook, codes));
    Draw draw = new Draw(input, window, 1, sumPixels, shape, planes, source);
    MacLayer layer =
        layer(draw, new Target(7, this::outputFormat, Optional.empty()), last, largeBias);
    layers.add(layer);
    made.add(layer.output());
    return layer.output();
  }

  /** A layer of weights so large that its sums exceed 2^24. */
  private Tensor wideMac(Tensor input, Window window, boolean sumPixels, boolean last) {
    Shape shape = outputShape(input, window, sumPixels, between(1, 4));
    List<Integer> levels = new ArrayList<>(List.of(0));
    levels.addAll(LARGE_LEVELS);
    byte[] codes = new byte[shape.channels() * input.shape().channels() * window.kernelArea()];
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

  /** A layer without its biases and output. */
  private record Draw(
      Tensor input,
      Window window,
      int groups,
      boolean sumPixels,
      Shape shape,
      List<WeightPlane> planes,
      Optional<Tensor> skip) {

    /** Root mean square of output channel o's sum for independent, uniform inputs. */
    double spread(int o) {
      int block = planes.get(0).codes().length / shape.channels();
      double squares = 0;
      for (int i = o * block; i < (o + 1) * block; i++) {
        double weight = 0;
        for (WeightPlane plane : planes) {
          weight += plane.codebook().level(plane.codes()[i]);
        }
        squares += weight * weight;
      }
      double inputSquare = Math.pow(input.format().maxCode(), 2) / 3;
      double pixels = sumPixels ? input.shape().pixels() : 1;
      return Math.sqrt(squares * inputSquare * pixels);
    }
  }

  /**
   * What a layer's output shall be.
   *
   * @param bits of an output of usual size, without sign
   * @param format the format of given fraction bits
   * @param frac its fraction bits; without, any
   */
  private record Target(int bits, IntFunction<TensorFormat> format, Optional<Integer> frac) {
    static Target of(TensorFormat wanted) {
      int bits = Long.SIZE - Long.numberOfLeadingZeros(wanted.maxCode());
      IntFunction<TensorFormat> format =
          frac ->
              wanted instanceof LogFormat log
                  ? new LogFormat(log.bits(), log.resolution(), frac)
                  : new FixedFormat(
                      ((FixedFormat) wanted).bits(), frac, ((FixedFormat) wanted).signed());
      return new Target(bits, format, Optional.of(wanted.frac(0)));
    }
  }

  private MacLayer layer(Draw draw, Target target, boolean last, boolean largeBias) {
    int channels = draw.shape().channels();
    int[] bias = new int[channels];
    List<Integer> shifts = new ArrayList<>();
    boolean table = tables && !last && random.nextInt(3) > 0;
    int bits = table ? between(6, 8) : target.bits();
    for (int o = 0; o < channels; o++) {
      double spread = draw.spread(o);
      bias[o] =
          largeBias && random.nextInt(3) == 0
              ? random.nextInt(1 << 29) - (1 << 28)
              : (int) Math.rint(random.nextGaussian() * spread);
      double octaves = Math.log(Math.max(1, 2 * spread)) / Math.log(2);
      int shift = (int) Math.rint(octaves) - bits + between(-1, 1);
      shifts.add(Math.max(0, Math.min(28, shift)));
    }
    // Half of the layers have one shift for all channels, as without per-channel scales.
    if (random.nextBoolean()) {
      Collections.fill(shifts, Collections.max(shifts));
    }
    int smallest = Collections.min(shifts);
    int frac = between(-2, 9);
    if (draw.skip().isPresent()) {
      frac = draw.skip().get().format().frac(0) + Math.max(-smallest, between(-2, 1));
    }
    frac = table ? frac : target.frac().orElse(frac);
    List<Integer> accumulatorFracs = new ArrayList<>();
    for (int shift : shifts) {
      accumulatorFracs.add(frac + shift);
    }
    Optional<Skip> skip =
        draw.skip()
            .map(
                t ->
                    new Skip(
                        t, accumulatorFracs.stream().map(f -> f - t.format().frac(0)).toList()));
    TensorFormat format =
        last
            ? new AccumulatorFormat(accumulatorFracs)
            : target.format().apply(table ? target.frac().orElse(between(-2, 9)) : frac);
    OutputStage stage =
        last
            ? new OutputStage.Accumulators()
            : table ? activation(shifts, frac, format) : requantize(shifts, format);
    Tensor output =
        Tensor.zeroPadded(
            last ? "logits" + (anyRaw() ? layers.size() : "") : "map" + layers.size(),
            draw.shape(),
            format);
    return new MacLayer(
        "layer" + layers.size(),
        draw.input(),
        output,
        skip,
        draw.window(),
        draw.groups(),
        draw.sumPixels(),
        draw.planes(),
        bias,
        stage);
  }

  private boolean anyRaw() {
    return layers.stream().anyMatch(layer -> layer.output().format().raw());
  }

  /** Any table: nothing but its length and its values are for the hardware to rely on. */
  private OutputStage activation(List<Integer> shifts, int frac, TensorFormat format) {
    int entries = random.nextInt(3) == 0 ? between(1, 256) : 256;
    int lo = random.nextInt(3) == 0 ? -128 : between(-300, 50);
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      values.add(
          format instanceof LogFormat log
              ? log.decode(random.nextInt(1 << log.bits()))
              : between((int) format.minCode(), (int) format.maxCode()));
    }
    return new OutputStage.Requantize(
        shifts, lo, lo + entries - 1, Optional.of(new ActivationTable("random", frac, values)));
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

  private int between(int lowest, int highest) {
    return lowest + random.nextInt(highest - lowest + 1);
  }
}
