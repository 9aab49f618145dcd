package lutmac.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IntegerExecutorTest {

  /** Every tensor of random layers equals a plain loop over the definition. */
  @Property(tries = 400)
  void equalsThePlainLoopOnRandomLayers(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int channels,
      @ForAll @IntRange(min = 1, max = 11) int outputs,
      @ForAll @IntRange(min = 1, max = 14) int height,
      @ForAll @IntRange(min = 1, max = 14) int width,
      @ForAll Rounding rounding) {
    Random random = new Random(seed);
    Shape shape = new Shape(channels, height, width);
    FixedFormat inputFormat = new FixedFormat(8, 0, random.nextBoolean());
    List<Integer> pads = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      pads.add(random.nextInt(120));
    }
    Tensor input = new Tensor("in", shape, inputFormat, pads);
    boolean sumPixels = random.nextInt(5) == 0;
    Window window = sumPixels ? Window.pointwise() : window(random, shape);
    Shape made = sumPixels ? new Shape(outputs, 1, 1) : window.outputShape(shape, outputs);
    FixedFormat outFormat = new FixedFormat(8, 0, random.nextBoolean());
    MacLayer first =
        layer(random, "first", input, Tensor.zeroPadded("a", made, outFormat), window, sumPixels);
    Tensor b = Tensor.zeroPadded("b", made, outFormat);
    MacLayer second =
        withSkip(
            random,
            layer(random, "second", first.output(), b, Window.pointwise(), false),
            random.nextBoolean() ? first.output() : null);
    Window pooling = window(random, made);
    MaxPoolLayer pool =
        new MaxPoolLayer(
            "pool",
            b,
            Tensor.zeroPadded("c", pooling.outputShape(made, outputs), outFormat),
            pooling);
    QuantizedNetwork network = network(input, rounding, first, second, pool);
    int[] codes = codes(random, shape, inputFormat);

    Map<String, int[]> maps = new IntegerExecutor(network).runAll(codes);

    int[] a = plain(first, codes, null, rounding);
    int[] expectedB = plain(second, a, second.skip().isPresent() ? a : null, rounding);
    assertEquals(List.of("in", "a", "b", "c"), List.copyOf(maps.keySet()));
    assertArrayEquals(codes, maps.get("in"));
    assertArrayEquals(a, maps.get("a"));
    assertArrayEquals(expectedB, maps.get("b"));
    assertArrayEquals(plainMaxPool(pool, expectedB), maps.get("c"));
    assertArrayEquals(maps.get("c"), new IntegerExecutor(network).run(codes));
  }

  @Property(tries = 15)
  void equalsThePlainLoopOnMapsThatNeedSeveralTiles(@ForAll long seed) {
    Random random = new Random(seed);
    Shape shape = new Shape(40 + random.nextInt(8), 40 + random.nextInt(9), 70);
    Tensor input = Tensor.zeroPadded("in", shape, new FixedFormat(8, 0, false));
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    Tensor output =
        Tensor.zeroPadded("out", window.outputShape(shape, 3), new FixedFormat(8, 0, false));
    MacLayer layer = layer(random, "layer", input, output, window, false);
    int[] codes = codes(random, shape, new FixedFormat(8, 0, false));
    assertArrayEquals(
        plain(layer, codes, null, Rounding.HALF_EVEN),
        new IntegerExecutor(network(input, Rounding.HALF_EVEN, layer)).run(codes));
  }

  @Test
  void accumulatorsWrapAtThirtyTwoBits() {
    Tensor input = Tensor.zeroPadded("in", new Shape(1, 1, 1), new FixedFormat(8, 0, false));
    Tensor output = Tensor.zeroPadded("out", new Shape(1, 1, 1), new AccumulatorFormat(List.of(0)));
    MacLayer layer =
        new MacLayer(
            "layer",
            input,
            output,
            Optional.empty(),
            Window.pointwise(),
            false,
            new Codebook(List.of(0, 127)),
            new byte[] {1},
            new int[] {Integer.MAX_VALUE},
            new OutputStage.Accumulators());
    int[] result =
        new IntegerExecutor(network(input, Rounding.HALF_EVEN, layer)).run(new int[] {2});
    assertArrayEquals(new int[] {Integer.MIN_VALUE + 253}, result);
  }

  @Test
  void severalThreadsGetTheResultsOfOne() {
    Random random = new Random(7);
    Shape shape = new Shape(3, 12, 12);
    FixedFormat format = new FixedFormat(8, 0, false);
    Tensor input = Tensor.zeroPadded("in", shape, format);
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    Tensor output = Tensor.zeroPadded("out", window.outputShape(shape, 5), format);
    MacLayer layer = layer(random, "layer", input, output, window, false);
    IntegerExecutor executor = new IntegerExecutor(network(input, Rounding.HALF_UP, layer));
    List<int[]> images = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      images.add(codes(random, shape, format));
    }
    List<Integer> progress = new ArrayList<>();
    List<int[]> results = executor.runRange(10, 200, images::get, progress::add);
    assertEquals(190, results.size());
    for (int i = 0; i < results.size(); i++) {
      assertArrayEquals(
          plain(layer, images.get(10 + i), null, Rounding.HALF_UP), results.get(i), "image " + i);
      assertEquals(i + 1, progress.get(i));
    }
  }

  @Test
  void rejectsAnImageOfAnotherSize() {
    Tensor input = Tensor.zeroPadded("in", new Shape(1, 2, 2), new FixedFormat(8, 0, false));
    Tensor output = Tensor.zeroPadded("out", new Shape(1, 2, 2), new FixedFormat(8, 0, false));
    MacLayer layer = layer(new Random(1), "layer", input, output, Window.pointwise(), false);
    IntegerExecutor executor = new IntegerExecutor(network(input, Rounding.HALF_UP, layer));
    assertThrows(IllegalArgumentException.class, () -> executor.run(new int[3]));
  }

  private static QuantizedNetwork network(
      Tensor input, Rounding rounding, QuantizedLayer... layers) {
    return new QuantizedNetwork(
        "random",
        new InputEncoding(input, Preprocessing.none(), true),
        List.of(layers),
        rounding,
        Map.of());
  }

  /** A window that fits, whose every position sees at least one pixel. */
  private static Window window(Random random, Shape shape) {
    int kernelHeight = 1 + random.nextInt(Math.min(4, shape.height()));
    int kernelWidth = 1 + random.nextInt(Math.min(4, shape.width()));
    int dilationHeight =
        kernelHeight > 1 && 2 * kernelHeight - 1 <= shape.height() ? 1 + random.nextInt(2) : 1;
    int dilationWidth =
        kernelWidth > 1 && 2 * kernelWidth - 1 <= shape.width() ? 1 + random.nextInt(2) : 1;
    return new Window(
        kernelHeight,
        kernelWidth,
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        random.nextInt(kernelHeight),
        random.nextInt(kernelWidth),
        random.nextInt(kernelHeight),
        random.nextInt(kernelWidth),
        dilationHeight,
        dilationWidth);
  }

  private static MacLayer layer(
      Random random, String name, Tensor input, Tensor output, Window window, boolean sumPixels) {
    int outputs = output.shape().channels();
    List<Integer> levels = new ArrayList<>(List.of(0));
    for (int i = 1; i < 16; i++) {
      levels.add(random.nextInt(256) - 128);
    }
    byte[] codes = new byte[outputs * input.shape().channels() * window.kernelArea()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(16);
    }
    int[] bias = random.ints(outputs, -5000, 5000).toArray();
    boolean signed = output.format().minCode() < 0;
    List<Integer> shifts =
        random.ints(outputs, 0, random.nextInt(8) == 0 ? 32 : 12).boxed().toList();
    OutputStage stage = new OutputStage.Requantize(shifts, signed ? -128 : 0, signed ? 127 : 200);
    return new MacLayer(
        name,
        input,
        output,
        Optional.empty(),
        window,
        sumPixels,
        new Codebook(levels),
        codes,
        bias,
        stage);
  }

  private static MacLayer withSkip(Random random, MacLayer layer, Tensor source) {
    if (source == null) {
      return layer;
    }
    List<Integer> alignment = random.ints(layer.outChannels(), 0, 9).boxed().toList();
    return new MacLayer(
        layer.name(),
        layer.input(),
        layer.output(),
        Optional.of(new Skip(source, alignment)),
        layer.window(),
        layer.sumPixels(),
        layer.onlyPlane().codebook(),
        layer.onlyPlane().codes(),
        layer.bias(),
        layer.stage());
  }

  private static int[] codes(Random random, Shape shape, FixedFormat format) {
    return random.ints(shape.size(), (int) format.minCode(), (int) format.maxCode() + 1).toArray();
  }

  /** The layer's definition, one output at a time. */
  private static int[] plain(MacLayer layer, int[] in, int[] skip, Rounding rounding) {
    Shape from = layer.input().shape();
    Shape to = layer.output().shape();
    Window w = layer.window();
    int[] out = new int[to.size()];
    for (int o = 0; o < to.channels(); o++) {
      for (int y = 0; y < to.height(); y++) {
        for (int x = 0; x < to.width(); x++) {
          long sum = 0;
          if (layer.sumPixels()) {
            for (int i = 0; i < in.length; i++) {
              sum += (long) in[i] * layer.weight(o, i / from.pixels(), 0, 0);
            }
          } else {
            for (int c = 0; c < from.channels(); c++) {
              for (int ky = 0; ky < w.kernelHeight(); ky++) {
                for (int kx = 0; kx < w.kernelWidth(); kx++) {
                  int iy = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                  int ix = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                  boolean inside = iy >= 0 && iy < from.height() && ix >= 0 && ix < from.width();
                  int value =
                      inside
                          ? in[(c * from.height() + iy) * from.width() + ix]
                          : layer.input().padCodes().get(c);
                  sum += (long) value * layer.weight(o, c, ky, kx);
                }
              }
            }
          }
          int at = (o * to.height() + y) * to.width() + x;
          long v = sum + layer.bias()[o];
          if (skip != null) {
            v += (long) skip[at] << layer.skip().orElseThrow().alignment().get(o);
          }
          OutputStage.Requantize stage = (OutputStage.Requantize) layer.stage();
          long rounded = divide(v, stage.shift().get(o), rounding);
          out[at] = (int) Math.max(stage.lo(), Math.min(stage.hi(), rounded));
        }
      }
    }
    return out;
  }

  /** Rounded {@code v / 2^shift} in exact arithmetic. */
  private static long divide(long v, int shift, Rounding rounding) {
    BigInteger divisor = BigInteger.ONE.shiftLeft(shift);
    BigInteger[] parts = BigInteger.valueOf(v).divideAndRemainder(divisor);
    if (parts[1].signum() < 0) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(divisor);
    }
    int half = parts[1].shiftLeft(1).compareTo(divisor);
    boolean up = half > 0 || (half == 0 && (rounding == Rounding.HALF_UP || parts[0].testBit(0)));
    return parts[0].longValueExact() + (up ? 1 : 0);
  }

  private static int[] plainMaxPool(MaxPoolLayer layer, int[] in) {
    Shape from = layer.input().shape();
    Shape to = layer.output().shape();
    Window w = layer.window();
    int[] out = new int[to.size()];
    for (int at = 0; at < out.length; at++) {
      int c = at / to.pixels();
      int y = at / to.width() % to.height();
      int x = at % to.width();
      int best = Integer.MIN_VALUE;
      for (int ky = 0; ky < w.kernelHeight(); ky++) {
        for (int kx = 0; kx < w.kernelWidth(); kx++) {
          int iy = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
          int ix = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
          if (iy >= 0 && iy < from.height() && ix >= 0 && ix < from.width()) {
            best = Math.max(best, in[(c * from.height() + iy) * from.width() + ix]);
          }
        }
      }
      out[at] = best;
    }
    return out;
  }
}
