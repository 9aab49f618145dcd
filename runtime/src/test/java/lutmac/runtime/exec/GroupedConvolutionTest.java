package lutmac.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlanes;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The fast convolutions against the golden model, for any window and any groups. */
class GroupedConvolutionTest {

  @Property(tries = 300)
  void integerConvolutionIsTheConvolution(@ForAll("layers") Layer layer, @ForAll long seed) {
    List<Integer> pads = pads(layer, seed);
    assertArrayEquals(
        golden(layer, pads), new IntegerConvolution(mac(layer, pads, false)).apply(layer.in()));
  }

  @Property(tries = 100)
  void integerConvolutionSumsThePixelsOfEveryGroup(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 3) int groupChannels,
      @ForAll @IntRange(min = 1, max = 3) int groupOutputs) {
    Shape shape = new Shape(groups * groupChannels, 3, 5);
    Layer layer = Layer.random(seed, shape, groups * groupOutputs, Window.pointwise(), groups);
    int[] pixels = golden(layer, zeros(shape.channels()));
    int[] sums = new int[layer.outputs()];
    for (int i = 0; i < pixels.length; i++) {
      sums[i / 15] += pixels[i];
    }
    MacLayer mac = mac(layer, zeros(shape.channels()), true);
    assertArrayEquals(sums, new IntegerConvolution(mac).apply(layer.in()));
  }

  /**
   * Each term's sum over all output pixels, tap by tap: with them the mean of every sum is known.
   */
  @Property(tries = 200)
  void termSumsAreThoseOfTheUnrolledWindows(@ForAll("layers") Layer layer, @ForAll long seed) {
    List<Integer> pads = pads(layer, seed);
    long[] got = new IntegerConvolution(mac(layer, pads, false)).termSums(layer.in());
    Window w = layer.window();
    Shape out = w.outputShape(layer.input(), 1);
    int at = 0;
    for (int c = 0; c < layer.input().channels(); c++) {
      for (int ky = 0; ky < w.kernelHeight(); ky++) {
        for (int kx = 0; kx < w.kernelWidth(); kx++) {
          long sum = 0;
          for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
              sum += at(layer, pads, c, y, x, ky, kx);
            }
          }
          assertEquals(sum, got[at++]);
        }
      }
    }
    assertEquals(at, got.length);
  }

  @Property(tries = 50)
  void termSumsOfSummedPixelsAreTheChannelsSums(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int groups) {
    Layer layer =
        Layer.random(seed, new Shape(2 * groups, 4, 3), groups, Window.pointwise(), groups);
    long[] sums = new long[2 * groups];
    for (int i = 0; i < layer.in().length; i++) {
      sums[i / 12] += layer.in()[i];
    }
    MacLayer mac = mac(layer, zeros(2 * groups), true);
    assertArrayEquals(sums, new IntegerConvolution(mac).termSums(layer.in()));
  }

  /** A convolution, its integer weights {@code [O, I / groups, Kh, Kw]} and one input. */
  record Layer(Shape input, int outputs, Window window, int groups, int[] weights, int[] in) {
    static Layer random(long seed, Shape input, int outputs, Window window, int groups) {
      Random random = new Random(seed);
      int count = outputs * (input.channels() / groups) * window.kernelArea();
      int[] weights = random.ints(count, -128, 128).toArray();
      return new Layer(
          input, outputs, window, groups, weights, random.ints(input.size(), 0, 256).toArray());
    }
  }

  @net.jqwik.api.Provide
  net.jqwik.api.Arbitrary<Layer> layers() {
    return net.jqwik.api.Arbitraries.longs().map(GroupedConvolutionTest::layer);
  }

  private static Layer layer(long seed) {
    Random random = new Random(seed);
    int groups = 1 + random.nextInt(4);
    int channels = groups * (1 + random.nextInt(4));
    // Few pixels and many take different ways through the loops.
    int extent = random.nextBoolean() ? 4 : 12;
    Shape input = new Shape(channels, 1 + random.nextInt(extent), 1 + random.nextInt(extent));
    while (true) {
      Window window =
          new Window(
              1 + random.nextInt(4),
              1 + random.nextInt(4),
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              random.nextInt(3),
              random.nextInt(3),
              random.nextInt(3),
              random.nextInt(3),
              1 + random.nextInt(2),
              1 + random.nextInt(2));
      if (input.height() + window.padTop() + window.padBottom() >= window.spanHeight()
          && input.width() + window.padLeft() + window.padRight() >= window.spanWidth()) {
        return Layer.random(seed + 1, input, groups * (1 + random.nextInt(5)), window, groups);
      }
    }
  }

  /** The sums by the golden model, of a network of this one layer. */
  private static int[] golden(Layer layer, List<Integer> pads) {
    MacLayer mac = mac(layer, pads, false);
    QuantizedNetwork network =
        new QuantizedNetwork(
            "one layer",
            new InputEncoding(mac.input(), Preprocessing.none(), true),
            List.of(mac),
            Rounding.HALF_EVEN,
            Map.of());
    return GoldenModel.run(network, layer.in()).get(mac.output().name());
  }

  /** What tap ky, kx of output pixel y, x sees of a channel. */
  private static int at(Layer layer, List<Integer> pads, int c, int y, int x, int ky, int kx) {
    Window w = layer.window();
    Shape map = layer.input();
    int row = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
    int column = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
    boolean inside = row >= 0 && row < map.height() && column >= 0 && column < map.width();
    return inside ? layer.in()[(c * map.height() + row) * map.width() + column] : pads.get(c);
  }

  private static MacLayer mac(Layer layer, List<Integer> pads, boolean sumPixels) {
    Shape made =
        sumPixels
            ? new Shape(layer.outputs(), 1, 1)
            : layer.window().outputShape(layer.input(), layer.outputs());
    List<Integer> fractions = new ArrayList<>();
    for (int o = 0; o < layer.outputs(); o++) {
      fractions.add(0);
    }
    return new MacLayer(
        "layer",
        new Tensor("in", layer.input(), new FixedFormat(8, 0, false), pads),
        Tensor.zeroPadded("out", made, new AccumulatorFormat(fractions)),
        Optional.empty(),
        layer.window(),
        layer.groups(),
        sumPixels,
        WeightPlanes.ofIntegers(8, layer.weights()),
        new int[layer.outputs()],
        new OutputStage.Accumulators());
  }

  private static List<Integer> pads(Layer layer, long seed) {
    return new Random(seed).ints(layer.input().channels(), 0, 256).boxed().toList();
  }

  private static List<Integer> zeros(int count) {
    return java.util.Collections.nCopies(count, 0);
  }
}
