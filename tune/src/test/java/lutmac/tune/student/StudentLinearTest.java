package lutmac.tune.student;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.tune.kernel.ChannelMajor;
import lutmac.tune.parameter.GradientSums;
import lutmac.tune.parameter.TrainableParameter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/**
 * One linear layer in training against the golden model: forward the same integers, backward their
 * differences. These are exact, although both round: weights, and what they move by, are multiples
 * of {@code 2^shift}, so every move is a whole number of output codes; and halves go up, whatever
 * number they stand behind.
 */
class StudentLinearTest {
  private static final int IMAGES = 2;

  /** Index of the layer's input: not the network's, whose gradient nobody computes. */
  private static final int IN = 1;

  private static final int OUT = 2;
  private static final StudentLinear.Slots SLOTS = new StudentLinear.Slots(1, 2, 0);
  private static final FixedFormat SIGNED = new FixedFormat(8, 0, true);

  /** Multiples of 4, within two signed digits. */
  private static final Codebook FOURS =
      new Codebook(List.of(0, 4, 8, 12, 16, 20, 24, 28, -32, -28, -24, -20, -16, -12, -8, -4));

  // ---- a random layer

  private static int[] ints(Random random, int count, int least, int greatest) {
    return random.ints(count, least, greatest + 1).toArray();
  }

  private static WeightPlane plane(Codebook table, int count, Random random) {
    byte[] codes = new byte[count];
    random.nextBytes(codes);
    for (int i = 0; i < count; i++) {
      codes[i] = (byte) (codes[i] & (table.levels().size() - 1));
    }
    return new WeightPlane(table, codes);
  }

  /**
   * Of any groups and window; if the shape stays the same, with a skip connection from its own
   * input; sometimes behind a sum over all pixels.
   *
   * @param shifts of output channels by number
   */
  private static MacLayer layer(
      Random random,
      List<Codebook> tables,
      IntUnaryOperator shifts,
      TensorFormat format,
      int lo,
      int hi) {
    int groups = 1 + random.nextInt(2);
    Shape from = new Shape(groups * (1 + random.nextInt(3)), 3 + random.nextInt(3), 4);
    boolean sumPixels = random.nextInt(4) == 0;
    boolean same = !sumPixels && random.nextBoolean();
    Window window =
        sumPixels
            ? Window.pointwise()
            : same ? new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1) : anyWindow(random);
    int outputs = same ? from.channels() : groups * (1 + random.nextInt(3));
    Shape to = sumPixels ? new Shape(outputs, 1, 1) : window.outputShape(from, outputs);
    List<Integer> padding = IntStream.of(ints(random, from.channels(), -2, 2)).boxed().toList();
    Tensor x = new Tensor("x", from, SIGNED, padding);
    int weights =
        outputs * (from.channels() / groups) * window.kernelHeight() * window.kernelWidth();
    List<Integer> shift = IntStream.range(0, outputs).map(shifts).boxed().toList();
    return new MacLayer(
        "linear",
        x,
        Tensor.zeroPadded("y", to, format),
        same
            ? Optional.of(new Skip(x, Collections.nCopies(outputs, 2 + random.nextInt(2))))
            : Optional.empty(),
        window,
        groups,
        sumPixels,
        tables.stream().map(table -> plane(table, weights, random)).toList(),
        ints(random, outputs, -30, 30),
        format instanceof AccumulatorFormat
            ? new OutputStage.Accumulators()
            : new OutputStage.Requantize(shift, lo, hi));
  }

  private static Window anyWindow(Random random) {
    return new Window(
        1 + random.nextInt(3),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        random.nextInt(2),
        random.nextInt(2),
        random.nextInt(2),
        random.nextInt(2),
        1,
        1 + random.nextInt(2));
  }

  private static int[][] images(MacLayer layer, Random random) {
    int[][] images = new int[IMAGES][];
    Arrays.setAll(images, n -> ints(random, layer.input().shape().size(), -2, 2));
    return images;
  }

  // ---- both models

  private static int[] golden(MacLayer layer, Rounding rounding, int[] image) {
    QuantizedNetwork network =
        new QuantizedNetwork(
            "one",
            new InputEncoding(layer.input(), Preprocessing.none(), true),
            List.of(layer),
            rounding,
            Map.of());
    return GoldenModel.run(network, image).get("y");
  }

  private static StudentLinear student(MacLayer layer, Rounding rounding) {
    StudentLinear student =
        new StudentLinear(
            layer,
            rounding,
            ForwardArithmetic.INTEGER,
            new LayerWiring(List.of(IN), layer.skip().map(skip -> IN), OUT),
            SLOTS,
            new StudentLinear.Learning(true, true, true),
            false);
    student.refresh(ScaleMoves.NONE);
    return student;
  }

  private static PassBuffers forward(StudentLinear student, MacLayer layer, int[][] images) {
    Shape shape = layer.input().shape();
    PassBuffers pass = new PassBuffers(IMAGES, 3);
    pass.newMap(LayerWiring.NETWORK_INPUT, 1);
    float[] in = pass.newMap(IN, IMAGES * shape.size());
    for (int n = 0; n < IMAGES; n++) {
      ChannelMajor.place(floats(images[n]), shape, n, IMAGES, in);
    }
    student.forward(pass);
    return pass;
  }

  private static float[] floats(int[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }

  private static void assertComputes(MacLayer expected, StudentLinear student, Random random) {
    int[][] images = images(expected, random);
    PassBuffers pass = forward(student, expected, images);
    float[][] got = ChannelMajor.perImage(pass.map(OUT), expected.output().shape(), IMAGES);
    for (int n = 0; n < IMAGES; n++) {
      assertArrayEquals(floats(golden(expected, Rounding.HALF_EVEN, images[n])), got[n]);
    }
  }

  // ---- forward

  @Property(tries = 200)
  void computesTheGoldenModelsIntegers(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    Codebook any = new Codebook(List.of(0, 1, 7, -3, 30, -66, 127, -128));
    Codebook low = new Codebook(List.of(0, 1, 2, 3));
    TensorFormat format =
        List.of(SIGNED, new LogFormat(5, 2, 5), new AccumulatorFormat(Collections.nCopies(6, 0)))
            .get(random.nextInt(3));
    boolean wide = format instanceof LogFormat;
    MacLayer layer =
        layer(
            random,
            random.nextBoolean() ? List.of(any) : List.of(low, any),
            o -> wide ? 0 : (o + 2) % 5,
            format,
            wide ? 0 : -100,
            wide ? 1000 : 77);
    int[][] images = images(layer, random);
    for (Rounding rounding : Rounding.values()) {
      PassBuffers pass = forward(student(layer, rounding), layer, images);
      float[][] got = ChannelMajor.perImage(pass.map(OUT), layer.output().shape(), IMAGES);
      for (int n = 0; n < IMAGES; n++) {
        assertArrayEquals(floats(golden(layer, rounding, images[n])), got[n]);
      }
    }
  }

  @Property(tries = 100)
  void whatParametersBecomeIsExported(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    MacLayer layer = layer(random, List.of(FOURS), o -> o % 3, SIGNED, -128, 127);
    StudentLinear student = student(layer, Rounding.HALF_EVEN);
    for (TrainableParameter parameter : student.parameters()) {
      boolean levels = parameter.kind() == TrainableParameter.Kind.LEVEL;
      for (int i = levels ? 1 : 0; i < parameter.size(); i++) {
        parameter.values()[i] += (random.nextBoolean() ? 1 : -1) * (1 + 10 * random.nextFloat());
      }
    }
    student.refresh(ScaleMoves.NONE);
    Tensor x = layer.input();
    MacLayer exported = student.export(List.of(x, x));
    assertFalse(Arrays.equals(layer.bias(), exported.bias()));
    assertComputes(exported, student, random);
  }

  /** An input of two more fraction bits: sums gain them, and give them away in the stage. */
  @Property(tries = 100)
  void movedFormatsMoveShiftsAndBiases(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    MacLayer layer = layer(random, List.of(FOURS), o -> 2 + o % 3, SIGNED, -128, 127);
    StudentLinear student = student(layer, Rounding.HALF_EVEN);
    student.refresh(new ScaleMoves(2, 1, 2));
    Tensor x = layer.input().withFormat(new FixedFormat(8, 2, true));
    MacLayer exported = student.export(List.of(x, x));
    assertEquals(new FixedFormat(8, 1, true), exported.output().format());
    for (int o = 0; o < layer.outChannels(); o++) {
      assertEquals(4 * layer.bias()[o], exported.bias()[o]);
      assertEquals(List.of(3, 4, 5).get(o % 3), shifts(exported).get(o));
    }
    assertEquals(layer.skip().map(Skip::alignment), exported.skip().map(Skip::alignment));
    assertComputes(exported, student, random);
  }

  private static List<Integer> shifts(MacLayer layer) {
    return ((OutputStage.Requantize) layer.stage()).shift();
  }

  // ---- backward

  /** A layer whose results stay far from where they are clamped, with a pass through it. */
  private static final class Slope {
    final MacLayer layer;
    final int[][] images;
    final int[][] factors;
    final StudentLinear student;
    final GradientSums sums;
    final PassBuffers pass;

    Slope(Random random) {
      boolean accumulators = random.nextInt(3) == 0;
      layer =
          layer(
              random,
              List.of(FOURS),
              o -> 2,
              accumulators ? new AccumulatorFormat(Collections.nCopies(6, 0)) : SIGNED,
              Integer.MIN_VALUE / 2,
              Integer.MAX_VALUE / 2);
      images = images(layer, random);
      factors = new int[IMAGES][];
      Arrays.setAll(factors, n -> ints(random, layer.output().shape().size(), -3, 3));
      student = student(layer, Rounding.HALF_UP);
      pass = forward(student, layer, images);
      pass.clearGradients();
      for (int n = 0; n < IMAGES; n++) {
        ChannelMajor.place(
            floats(factors[n]), layer.output().shape(), n, IMAGES, pass.gradient(OUT));
      }
      List<Integer> sizes = student.slotSizes();
      sums = new GradientSums(List.of(3, sizes.get(0), sizes.get(1)));
      student.backward(pass, sums);
    }

    /** The function that the factors are the derivative of, by the golden model. */
    long value(MacLayer other, int[][] inputs) {
      long sum = 0;
      for (int n = 0; n < IMAGES; n++) {
        int[] result = golden(other, Rounding.HALF_UP, inputs[n]);
        for (int i = 0; i < result.length; i++) {
          sum += (long) factors[n][i] * result[i];
        }
      }
      return sum;
    }

    void assertSlope(MacLayer moved, int[][] inputs, double move, float gradient, String of) {
      assertEquals((value(moved, inputs) - value(layer, images)) / move, gradient, 1e-3, of);
    }
  }

  private static MacLayer with(MacLayer layer, Codebook table, byte[] codes, int[] bias) {
    return new MacLayer(
        layer.name(),
        layer.input(),
        layer.output(),
        layer.skip(),
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        List.of(new WeightPlane(table, codes)),
        bias,
        layer.stage());
  }

  @Property(tries = 60)
  void weightsHaveTheSlopeOfTheGoldenModel(@ForAll @LongRange(min = 0) long seed) {
    Slope slope = new Slope(new Random(seed));
    float[] gradient = slope.student.gradients(slope.sums).get(0);
    byte[] codes = slope.layer.onlyPlane().codes();
    for (int i = 0; i < codes.length; i++) {
      byte[] moved = codes.clone();
      moved[i] = (byte) ((codes[i] + 1) % 16);
      int move = FOURS.level(moved[i]) - FOURS.level(codes[i]);
      MacLayer other = with(slope.layer, FOURS, moved, slope.layer.bias());
      slope.assertSlope(other, slope.images, move, gradient[i], "weight " + i);
    }
  }

  @Property(tries = 60)
  void levelsHaveTheSlopeOfAllWeightsOfTheirCode(@ForAll @LongRange(min = 0) long seed) {
    Slope slope = new Slope(new Random(seed));
    float[] gradient = slope.student.gradients(slope.sums).get(1);
    assertEquals(0, gradient[0], "level 0 stays");
    for (int code = 1; code < 16; code++) {
      Integer[] levels = FOURS.levels().toArray(Integer[]::new);
      levels[code] += 8;
      MacLayer other =
          with(
              slope.layer,
              new Codebook(List.of(levels)),
              slope.layer.onlyPlane().codes(),
              slope.layer.bias());
      slope.assertSlope(other, slope.images, 8, gradient[code], "level " + code);
    }
  }

  @Property(tries = 60)
  void biasesHaveTheSlopeOfTheGoldenModel(@ForAll @LongRange(min = 0) long seed) {
    Slope slope = new Slope(new Random(seed));
    float[] gradient = slope.student.gradients(slope.sums).get(2);
    for (int o = 0; o < gradient.length; o++) {
      int[] bias = slope.layer.bias().clone();
      bias[o] += 4;
      MacLayer other = with(slope.layer, FOURS, slope.layer.onlyPlane().codes(), bias);
      slope.assertSlope(other, slope.images, 4, gradient[o], "bias " + o);
    }
  }

  /** The skip connection reads the input, too. */
  @Property(tries = 60)
  void inputsHaveTheSlopeOfTheGoldenModel(@ForAll @LongRange(min = 0) long seed) {
    Slope slope = new Slope(new Random(seed));
    float[][] gradient =
        ChannelMajor.perImage(slope.pass.gradient(IN), slope.layer.input().shape(), IMAGES);
    for (int n = 0; n < IMAGES; n++) {
      for (int i = 0; i < gradient[n].length; i++) {
        int[][] moved = {slope.images[0].clone(), slope.images[1].clone()};
        moved[n][i]++;
        slope.assertSlope(slope.layer, moved, 1, gradient[n][i], "input " + n + ", " + i);
      }
    }
  }

  private static MacLayer copying(TensorFormat format, int shift, int lo, int hi) {
    Shape shape = new Shape(1, 1, 1);
    return new MacLayer(
        "copy",
        Tensor.zeroPadded("x", shape, SIGNED),
        Tensor.zeroPadded("y", shape, format),
        Optional.empty(),
        Window.pointwise(),
        false,
        new Codebook(List.of(0, 4)),
        new byte[] {1},
        new int[1],
        new OutputStage.Requantize(List.of(shift), lo, hi));
  }

  /** The bias' gradient of a layer that copies its input, for an output's gradient of 1 and 10. */
  private static float biasGradient(MacLayer layer, int first, int second) {
    StudentLinear student = student(layer, Rounding.HALF_EVEN);
    PassBuffers pass = forward(student, layer, new int[][] {{first}, {second}});
    pass.clearGradients();
    pass.gradient(OUT)[0] = 1;
    pass.gradient(OUT)[1] = 10;
    GradientSums sums = new GradientSums(List.of(3, 1, 1));
    student.backward(pass, sums);
    return student.gradients(sums).get(2)[0];
  }

  @Test
  void aClampStopsTheGradient() {
    MacLayer layer = copying(SIGNED, 2, -20, 30);
    assertEquals(11f / 4, biasGradient(layer, -20, 30));
    assertEquals(1f / 4, biasGradient(layer, 29, 31));
    assertEquals(10f / 4, biasGradient(layer, -21, -19));
    assertEquals(0, biasGradient(layer, -128, 127));
  }

  @Test
  void roundingToALogarithmicValueCountsAsTheIdentity() {
    MacLayer layer = copying(new LogFormat(5, 2, 5), 0, 0, 480);
    // 400 is no value of the format: 16, 19, 23, 27 and their doubles are.
    assertEquals(11, biasGradient(layer, 100, 64));
    assertEquals(1, biasGradient(layer, 100, 125), "500 is clamped");
  }

  // ---- limits

  @Test
  void shiftsBeyondTheHardwaresAreNotAllowed() {
    StudentLinear student = student(copying(SIGNED, 2, -20, 30), Rounding.HALF_EVEN);
    assertTrue(student.allows(ScaleMoves.NONE));
    assertTrue(student.allows(new ScaleMoves(29, 0, 0)));
    assertFalse(student.allows(new ScaleMoves(30, 0, 0)));
    assertTrue(student.allows(new ScaleMoves(-2, 0, 0)));
    assertFalse(student.allows(new ScaleMoves(-3, 0, 0)));
    assertTrue(student.allows(new ScaleMoves(0, 2, 0)));
    assertFalse(student.allows(new ScaleMoves(0, 3, 0)));
  }

  @Test
  void alignmentsBeyondTheHardwaresAreNotAllowed() {
    Skip skip = new Skip(copying(SIGNED, 2, -20, 30).input(), List.of(1, 3));
    SkipAlignment alignment = new SkipAlignment(skip);
    assertTrue(alignment.allows(new ScaleMoves(28, 0, 0)));
    assertFalse(alignment.allows(new ScaleMoves(29, 0, 0)));
    assertTrue(alignment.allows(new ScaleMoves(0, 0, 1)));
    assertFalse(alignment.allows(new ScaleMoves(0, 0, 2)));
  }

  @Test
  void aFrozenLayerLearnsNothing() {
    MacLayer layer = copying(SIGNED, 2, -20, 30);
    StudentLinear student =
        new StudentLinear(
            layer,
            Rounding.HALF_EVEN,
            ForwardArithmetic.INTEGER,
            new LayerWiring(List.of(IN), Optional.empty(), OUT),
            SLOTS,
            StudentLinear.Learning.NOTHING,
            false);
    assertEquals(List.of(), student.parameters());
    assertEquals(List.of(0, 0), student.slotSizes());
  }
}
