package lutmac.generator.program;

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
 * Small random networks with everything that the hardware claims to support: any kernel, stride,
 * padding and dilation, pools that can be fused and pools that cannot, skips, pad codes, several
 * readers of the input, pixel sums and raw accumulators.
 */
final class RandomNetworks {
  private final Random random;
  private final int maxDigits;
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final List<Tensor> maps = new ArrayList<>();

  private RandomNetworks(long seed, int maxDigits) {
    this.random = new Random(seed);
    this.maxDigits = maxDigits;
  }

  /** The network of a seed; weight levels have at most {@code maxDigits} signed digits. */
  static QuantizedNetwork network(long seed, int maxDigits) {
    return new RandomNetworks(seed, maxDigits).build();
  }

  /** A random input for a network. */
  static int[] input(QuantizedNetwork network, long seed) {
    Random random = new Random(seed);
    Tensor tensor = network.input().tensor();
    int low = (int) tensor.format().minCode();
    int high = (int) tensor.format().maxCode();
    int[] codes = new int[tensor.shape().size()];
    for (int i = 0; i < codes.length; i++) {
      // Extremes are frequent, so that widths are put to the test.
      codes[i] =
          switch (random.nextInt(4)) {
            case 0 -> low;
            case 1 -> high;
            default -> low + random.nextInt(high - low + 1);
          };
    }
    return codes;
  }

  private QuantizedNetwork build() {
    FixedFormat format = format(random.nextBoolean());
    Shape shape = new Shape(between(1, 12), between(1, 11), between(1, 11));
    List<Integer> pads = new ArrayList<>();
    boolean zeroPads = random.nextBoolean();
    for (int c = 0; c < shape.channels(); c++) {
      pads.add(zeroPads ? 0 : (int) (format.minCode() + random.nextInt(1 << format.bits())));
    }
    Tensor input = new Tensor("input", shape, format, pads);
    maps.add(input);
    int count = between(1, 5);
    for (int index = 0; index < count; index++) {
      boolean last = index == count - 1;
      Tensor source = pick(index);
      if (random.nextInt(4) == 0) {
        addPool("pool" + index, source);
      } else {
        addMac("conv" + index, source, last);
        if (!last && random.nextInt(3) == 0) {
          addPool("behind" + index, maps.get(maps.size() - 1));
        }
      }
    }
    return new QuantizedNetwork(
        "random",
        new InputEncoding(input, Preprocessing.none(), true),
        layers,
        random.nextBoolean() ? Rounding.HALF_EVEN : Rounding.HALF_UP,
        Map.of());
  }

  /** Mostly the newest map, sometimes any other. */
  private Tensor pick(int index) {
    if (index > 0 && random.nextInt(4) == 0) {
      return maps.get(random.nextInt(maps.size()));
    }
    return maps.get(maps.size() - 1);
  }

  private int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  private FixedFormat format(boolean signed) {
    return new FixedFormat(between(2, 8), 0, signed);
  }

  private void addPool(String name, Tensor source) {
    Window window = poolWindow(source.shape());
    Shape shape = window.outputShape(source.shape(), source.shape().channels());
    Tensor output = Tensor.zeroPadded(name, shape, source.format());
    layers.add(new MaxPoolLayer(name, source, output, window));
    maps.add(output);
  }

  private Window poolWindow(Shape shape) {
    int kernelHeight = between(1, Math.min(3, shape.height()));
    int kernelWidth = between(1, Math.min(3, shape.width()));
    if (random.nextBoolean()) {
      return new Window(
          kernelHeight,
          kernelWidth,
          kernelHeight + random.nextInt(2),
          kernelWidth + random.nextInt(2),
          0,
          0,
          0,
          0,
          1,
          1);
    }
    // Padding below the kernel's extent: every window holds at least one position of the map.
    return new Window(
        kernelHeight,
        kernelWidth,
        between(1, 2),
        between(1, 2),
        random.nextInt(kernelHeight),
        random.nextInt(kernelWidth),
        random.nextInt(kernelHeight),
        random.nextInt(kernelWidth),
        1,
        1);
  }

  private void addMac(String name, Tensor source, boolean last) {
    Shape in = source.shape();
    boolean sumPixels = last && random.nextInt(4) == 0;
    Window window;
    Tensor skipSource = null;
    if (sumPixels) {
      window = Window.pointwise();
    } else if (random.nextInt(4) == 0) {
      window = Window.covering(in.height(), in.width());
    } else if (random.nextInt(3) == 0) {
      window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    } else {
      window = window(in);
    }
    Shape pixels = sumPixels ? new Shape(1, 1, 1) : window.outputShape(in, 1);
    List<Tensor> sameSize =
        maps.stream()
            .filter(map -> map.shape().height() == pixels.height())
            .filter(map -> map.shape().width() == pixels.width())
            .toList();
    int channels = between(1, 20);
    if (!sumPixels && !sameSize.isEmpty() && random.nextBoolean()) {
      skipSource = sameSize.get(random.nextInt(sameSize.size()));
      channels = skipSource.shape().channels();
    }
    Shape shape = new Shape(channels, pixels.height(), pixels.width());

    Codebook codebook = codebook();
    byte[] codes = new byte[channels * in.channels() * window.taps()];
    boolean skewed = random.nextBoolean();
    for (int i = 0; i < codes.length; i++) {
      int size = codebook.levels().size();
      codes[i] = (byte) (skewed && random.nextInt(3) > 0 ? size - 1 : random.nextInt(size));
    }
    int[] bias = random.ints(channels, -3000, 3000).toArray();
    List<Integer> shifts = new ArrayList<>();
    List<Integer> alignments = new ArrayList<>();
    for (int o = 0; o < channels; o++) {
      shifts.add(random.nextInt(6) == 0 ? 0 : between(4, 11));
      alignments.add(random.nextInt(12));
    }
    Optional<Skip> skip =
        Optional.ofNullable(skipSource).map(tensor -> new Skip(tensor, alignments));
    boolean raw = last && random.nextBoolean();
    Tensor output;
    OutputStage stage;
    if (raw) {
      output =
          Tensor.zeroPadded(name, shape, new AccumulatorFormat(Collections.nCopies(channels, 0)));
      stage = new OutputStage.Accumulators();
    } else {
      FixedFormat format = format(random.nextBoolean());
      output = Tensor.zeroPadded(name, shape, format);
      stage = new OutputStage.Requantize(shifts, (int) format.minCode(), (int) format.maxCode());
    }
    layers.add(
        new MacLayer(name, source, output, skip, window, sumPixels, codebook, codes, bias, stage));
    maps.add(output);
  }

  private Window window(Shape in) {
    while (true) {
      Window window =
          new Window(
              between(1, 4),
              between(1, 4),
              between(1, 3),
              between(1, 3),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              between(1, 2),
              between(1, 2));
      if (in.height() + window.padTop() + window.padBottom() >= window.spanHeight()
          && in.width() + window.padLeft() + window.padRight() >= window.spanWidth()) {
        return window;
      }
    }
  }

  private Codebook codebook() {
    int size = 1 << between(1, 4);
    List<Integer> levels = new ArrayList<>();
    levels.add(0);
    while (levels.size() < size) {
      int level = between(-128, 127);
      if (SignedDigits.count(level) <= maxDigits) {
        levels.add(level);
      }
    }
    return new Codebook(levels);
  }
}
