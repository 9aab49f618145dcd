package lutmac.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.golden.GoldenModel;
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

  @Property(tries = 400)
  void equalsTheGoldenModelOnRandomLayers(
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

    Map<String, int[]> golden = GoldenModel.run(network, codes);
    assertEquals(List.copyOf(golden.keySet()), List.copyOf(maps.keySet()));
    golden.forEach((name, map) -> assertArrayEquals(map, maps.get(name), name));
    assertArrayEquals(maps.get("c"), new IntegerExecutor(network).run(codes));
  }

  @Property(tries = 15)
  void equalsTheGoldenModelOnMapsThatNeedSeveralTiles(@ForAll long seed) {
    Random random = new Random(seed);
    Shape shape = new Shape(40 + random.nextInt(8), 40 + random.nextInt(9), 70);
    Tensor input = Tensor.zeroPadded("in", shape, new FixedFormat(8, 0, false));
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    Tensor output =
        Tensor.zeroPadded("out", window.outputShape(shape, 3), new FixedFormat(8, 0, false));
    MacLayer layer = layer(random, "layer", input, output, window, false);
    int[] codes = codes(random, shape, new FixedFormat(8, 0, false));
    QuantizedNetwork network = network(input, Rounding.HALF_EVEN, layer);
    assertArrayEquals(
        GoldenModel.run(network, codes).get("out"), new IntegerExecutor(network).run(codes));
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
    QuantizedNetwork network = network(input, Rounding.HALF_UP, layer);
    IntegerExecutor executor = new IntegerExecutor(network);
    List<int[]> images = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      images.add(codes(random, shape, format));
    }
    List<Integer> progress = new ArrayList<>();
    List<int[]> results = executor.runRange(10, 200, images::get, progress::add);
    assertEquals(190, results.size());
    for (int i = 0; i < results.size(); i++) {
      assertArrayEquals(
          GoldenModel.run(network, images.get(10 + i)).get("out"), results.get(i), "image " + i);
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
}
