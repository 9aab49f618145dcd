package lutmac.tune.student;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.SignedDigits;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.tune.TinyNetworks;
import lutmac.tune.parameter.GradientSums;
import lutmac.tune.parameter.TrainableParameter;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StudentTest {
  private static final int IMAGES = 2;
  private static final long FLOAT_INTEGERS = 1 << 24;

  private static Student student(QuantizedNetwork network, ForwardArithmetic arithmetic) {
    Student student = new Student(network, TinyNetworks.namesake(network), true, true, arithmetic);
    student.refresh();
    return student;
  }

  /** Input codes of two images {@code [C, N, H, W]}. */
  private static float[] codes(QuantizedNetwork network, long seed) {
    Shape shape = network.input().tensor().shape();
    float[] codes = new float[IMAGES * shape.size()];
    for (int n = 0; n < IMAGES; n++) {
      int[] image = RandomNetworks.input(network, seed + n);
      for (int i = 0; i < image.length; i++) {
        int c = i / shape.pixels();
        codes[(c * IMAGES + n) * shape.pixels() + i % shape.pixels()] = image[i];
      }
    }
    return codes;
  }

  private static void assertComputes(
      QuantizedNetwork expected, Student student, QuantizedNetwork inputs, long seed) {
    float[][][] got = student.forward(student.newPass(IMAGES), codes(inputs, seed));
    for (int n = 0; n < IMAGES; n++) {
      Map<String, int[]> golden = GoldenModel.run(expected, RandomNetworks.input(inputs, seed + n));
      for (int o = 0; o < expected.outputs().size(); o++) {
        Tensor output = expected.outputs().get(o);
        assertArrayEquals(reals(output, golden.get(output.name())), got[n][o]);
      }
    }
  }

  /** Whether floats hold every sum of a network exactly, as they do up to 2^24. */
  private static boolean floatsHold(QuantizedNetwork network) {
    return network.macLayers().stream()
        .map(AccumulatorRange::of)
        .allMatch(
            range -> range.valueMin() >= -FLOAT_INTEGERS && range.valueMax() <= FLOAT_INTEGERS);
  }

  private static float[] reals(Tensor output, int[] integers) {
    float[] real = new float[integers.length];
    for (int i = 0; i < real.length; i++) {
      int frac = output.format().frac(i / output.shape().pixels());
      real[i] = (float) Math.scalb((double) integers[i], -frac);
    }
    return real;
  }

  /** The same network that returns the map of its second layer, too, which others read. */
  private static QuantizedNetwork twoOutputs(QuantizedNetwork network) {
    return new QuantizedNetwork(
        network.name(),
        network.input(),
        network.layers(),
        List.of(network.layers().get(1).output(), network.output()),
        network.rounding(),
        network.provenance());
  }

  @Test
  void everyOutputIsComputed() {
    for (int seed = 0; seed < 5; seed++) {
      QuantizedNetwork network = twoOutputs(TinyNetworks.everything(seed, Rounding.HALF_EVEN));
      Student student = student(network, ForwardArithmetic.INTEGER);
      assertComputes(network, student, network, seed);
      assertEquals(network.outputs(), student.export(Map.of()).outputs());
    }
  }

  private static void perturb(Student student, Random random, double most) {
    for (TrainableParameter parameter : student.parameters()) {
      for (int i = 0; i < parameter.size(); i++) {
        boolean zeroLevel = parameter.kind() == TrainableParameter.Kind.LEVEL && i == 0;
        double unit =
            switch (parameter.kind()) {
              case WEIGHT, LEVEL -> 8;
              case BIAS -> 100;
              case SCALE -> 1;
            };
        if (!zeroLevel) {
          parameter.values()[i] += (float) (most * unit * random.nextGaussian());
        }
      }
    }
  }

  // ---- forward

  @Property(tries = 60)
  void anUntrainedStudentComputesWhatTheHardwareComputes(@ForAll @LongRange(min = 0) long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    Assume.that(floatsHold(network));
    assertComputes(network, student(network, ForwardArithmetic.INTEGER), network, seed);
  }

  @Property(tries = 40)
  void soDoesOneWithActivationTables(@ForAll @LongRange(min = 0) long seed) {
    QuantizedNetwork network = RandomNetworks.networkOfActivations(seed);
    Assume.that(!network.macLayers().isEmpty() && floatsHold(network));
    Student student = student(network, ForwardArithmetic.INTEGER);
    assertComputes(network, student, network, seed);
    perturb(student, new Random(seed), 0.3);
    student.refresh();
    QuantizedNetwork perturbed = student.export(Map.of());
    Assume.that(floatsHold(perturbed));
    assertComputes(perturbed, student, network, seed);
  }

  @Property(tries = 60)
  void soDoesOneWhoseMapsHaveSeveralReaders(@ForAll @LongRange(min = 0) long seed) {
    QuantizedNetwork network = RandomNetworks.branchingNetwork(seed, 3);
    Assume.that(!network.macLayers().isEmpty() && floatsHold(network));
    assertComputes(network, student(network, ForwardArithmetic.INTEGER), network, seed);
  }

  @ParameterizedTest
  @EnumSource
  void groupsPlanesLogarithmsAndConcatenationsTakePart(Rounding rounding) {
    for (int seed = 0; seed < 20; seed++) {
      QuantizedNetwork network = TinyNetworks.everything(seed, rounding);
      assertComputes(network, student(network, ForwardArithmetic.INTEGER), network, seed);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatTrainingChangesTheExportedIntegersHave(Rounding rounding) {
    for (int seed = 0; seed < 20; seed++) {
      QuantizedNetwork network = TinyNetworks.everything(seed, rounding);
      Student student = student(network, ForwardArithmetic.INTEGER);
      perturb(student, new Random(seed), 0.5);
      student.refresh();
      QuantizedNetwork tuned = student.export(Map.of());
      assertNotEquals(weights(network), weights(tuned));
      assertComputes(tuned, student, network, seed);
    }
  }

  @Property(tries = 60)
  void exportedNetworksOfAnyShapeComputeWhatTheStudentComputed(
      @ForAll @LongRange(min = 0) long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    Student student = student(network, ForwardArithmetic.INTEGER);
    perturb(student, new Random(seed), 0.3);
    student.refresh();
    QuantizedNetwork perturbed = student.export(Map.of());
    Assume.that(floatsHold(perturbed));
    assertComputes(perturbed, student, network, seed);
  }

  @Test
  void anUntrainedStudentIsExportedAsItCame() {
    for (int seed = 0; seed < 20; seed++) {
      QuantizedNetwork network = TinyNetworks.everything(seed, Rounding.HALF_EVEN);
      QuantizedNetwork same =
          student(network, ForwardArithmetic.INTEGER).export(network.provenance());
      assertEquals(weights(network), weights(same));
      for (int i = 0; i < network.layers().size(); i++) {
        assertEquals(network.layers().get(i).output(), same.layers().get(i).output());
      }
      for (int i = 0; i < network.macLayers().size(); i++) {
        MacLayer layer = network.macLayers().get(i);
        MacLayer copy = same.macLayers().get(i);
        assertEquals(layer.stage(), copy.stage());
        assertEquals(layer.skip(), copy.skip());
        assertArrayEquals(layer.bias(), copy.bias());
      }
    }
  }

  @Test
  void tablesKeepTheirZeroAndTheirDigits() {
    QuantizedNetwork network = TinyNetworks.everything(1, Rounding.HALF_EVEN);
    Student student = student(network, ForwardArithmetic.INTEGER);
    perturb(student, new Random(1), 2);
    student.refresh();
    int moved = 0;
    for (MacLayer layer : student.export(Map.of()).macLayers()) {
      if (layer.planes().size() == 1) {
        Codebook table = layer.onlyPlane().codebook();
        assertEquals(0, table.level(0));
        for (int level : table.levels()) {
          assertTrue(SignedDigits.count(level) <= 2, "level " + level);
          moved += network.layers().contains(layer) ? 0 : 1;
        }
      }
    }
    assertTrue(moved > 0);
  }

  @Test
  void layersThatComeFromNoConvolutionStay() {
    QuantizedNetwork network = TinyNetworks.everything(1, Rounding.HALF_EVEN);
    Student student =
        new Student(network, TinyNetworks.floating(1), true, true, ForwardArithmetic.INTEGER);
    assertEquals(
        List.of(TrainableParameter.Kind.SCALE),
        student.parameters().stream().map(TrainableParameter::kind).toList());
  }

  private static List<Integer> weights(QuantizedNetwork network) {
    List<Integer> weights = new ArrayList<>();
    for (MacLayer layer : network.macLayers()) {
      for (int i = 0; i < layer.weightCount(); i++) {
        weights.add(layer.weight(i));
      }
    }
    return weights;
  }

  // ---- backward

  /** The result times fixed numbers: a function whose derivative by the result they are. */
  private static double value(Student student, float[] codes, float[][][] factors) {
    float[][][] result = student.forward(student.newPass(IMAGES), codes);
    double sum = 0;
    for (int n = 0; n < IMAGES; n++) {
      for (int o = 0; o < factors[n].length; o++) {
        for (int i = 0; i < factors[n][o].length; i++) {
          sum += (double) result[n][o][i] * factors[n][o][i];
        }
      }
    }
    return sum;
  }

  @Test
  void gradientsAreThoseOfFiniteDifferencesWithoutRounding() {
    for (int seed = 0; seed < 10; seed++) {
      QuantizedNetwork one = TinyNetworks.everything(seed, Rounding.HALF_EVEN);
      QuantizedNetwork network = seed % 2 == 0 ? one : twoOutputs(one);
      Student student = student(network, ForwardArithmetic.UNROUNDED);
      Random random = new Random(seed);
      float[] codes = codes(network, seed);
      float[][][] factors = new float[IMAGES][network.outputs().size()][];
      for (float[][] image : factors) {
        for (int o = 0; o < image.length; o++) {
          image[o] = new float[network.outputs().get(o).shape().size()];
          for (int i = 0; i < image[o].length; i++) {
            image[o][i] = (float) random.nextGaussian();
          }
        }
      }
      GradientSums sums = student.newSums();
      PassBuffers pass = student.newPass(IMAGES);
      student.forward(pass, codes);
      student.backward(pass, factors, sums);
      List<float[]> gradients = student.gradients(sums);
      List<TrainableParameter> parameters = student.parameters();
      // The last ones, the scales, only move in whole bits.
      for (int p = 0; p < parameters.size() - 1; p++) {
        TrainableParameter parameter = parameters.get(p);
        double size = parameter.kind() == TrainableParameter.Kind.BIAS ? 1 : 0.01;
        float[] before = parameter.values().clone();
        // Along the gradient, where the slope is greatest.
        float[] gradient = gradients.get(p);
        double norm = 0;
        for (float g : gradient) {
          norm += (double) g * g;
        }
        norm = Math.sqrt(norm);
        double[] found = new double[2];
        for (int side = 0; side < 2; side++) {
          double length = (side == 0 ? size : -size) / Math.max(norm, 1e-30);
          for (int i = 0; i < before.length; i++) {
            parameter.values()[i] = (float) (before[i] + length * gradient[i]);
          }
          student.refresh();
          found[side] = value(student, codes, factors);
        }
        System.arraycopy(before, 0, parameter.values(), 0, before.length);
        student.refresh();
        double slope = (found[0] - found[1]) / (2 * size);
        assertEquals(
            norm,
            slope,
            0.02 * norm + 1e-6,
            "seed " + seed + ", parameter " + p + " " + parameter.kind());
      }
    }
  }

  @Test
  void biasesHaveTheSameGradientsIfWeightsStay() {
    for (int seed = 0; seed < 10; seed++) {
      QuantizedNetwork network = TinyNetworks.everything(seed, Rounding.HALF_EVEN);
      List<List<Float>> expected = new ArrayList<>();
      Student all = student(network, ForwardArithmetic.INTEGER);
      List<float[]> gradients = gradients(all, codes(network, seed));
      for (int p = 0; p < gradients.size(); p++) {
        TrainableParameter.Kind kind = all.parameters().get(p).kind();
        if (kind == TrainableParameter.Kind.BIAS || kind == TrainableParameter.Kind.SCALE) {
          expected.add(list(gradients.get(p)));
        }
      }
      Student some =
          new Student(
              network, TinyNetworks.namesake(network), false, false, ForwardArithmetic.INTEGER);
      some.refresh();
      assertEquals(
          expected, gradients(some, codes(network, seed)).stream().map(StudentTest::list).toList());
      assertEquals(weights(network), weights(some.export(Map.of())));
    }
  }

  private static List<float[]> gradients(Student student, float[] codes) {
    PassBuffers pass = student.newPass(IMAGES);
    student.forward(pass, codes);
    GradientSums sums = student.newSums();
    student.backward(pass, new float[][][] {{{1, 2, 3}}, {{-1, 0, 1}}}, sums);
    return student.gradients(sums);
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  @Test
  void onlyWhatTheFormatClampsOrRoundsDependsOnTheScale() {
    // Layer 1 computes 3 x / 2, rounds and clamps it to 0..255, steps of 1/16; layer 2 copies it.
    for (int[] example :
        new int[][] {{200, 255, 255}, {100, 150, 0}, {4, 6, 0}, {3, 4, -1}, {5, 8, 1}}) {
      int x = example[0];
      int rounded = example[1];
      // 3 * 3 / 2 = 4.5 goes to 4, 7.5 to 8: the derivative of y by the exponent is ln 2 (y - u).
      double expected = Math.log(2) / 16 * (rounded == 255 ? 255 : rounded - 1.5 * x);
      assertEquals(example[2] == 0, expected == 0);
      Student student = student(copies(255), ForwardArithmetic.INTEGER);
      assertEquals(expected, scaleGradient(student, x, rounded / 16f), 1e-6);
    }
    // A ReLU that ends at code 100 = 6.25 ends there with any step.
    assertEquals(0, scaleGradient(student(copies(100), ForwardArithmetic.INTEGER), 200, 6.25f));
  }

  private static double scaleGradient(Student student, int x, float result) {
    PassBuffers pass = student.newPass(1);
    assertEquals(result, student.forward(pass, new float[] {x})[0][0][0]);
    GradientSums sums = student.newSums();
    student.backward(pass, new float[][][] {{{1}}}, sums);
    List<float[]> gradients = student.gradients(sums);
    return gradients.get(gradients.size() - 1)[0];
  }

  private static QuantizedNetwork copies(int hi) {
    Shape shape = new Shape(1, 1, 1);
    Tensor x = Tensor.zeroPadded("x", shape, new FixedFormat(8, 0, false));
    Tensor a = Tensor.zeroPadded("a", shape, new FixedFormat(8, 4, false));
    Tensor y = Tensor.zeroPadded("y", shape, new AccumulatorFormat(List.of(4)));
    return new QuantizedNetwork(
        "copies",
        new InputEncoding(x, Preprocessing.none(), true),
        List.of(
            layer("one", x, a, 3, new OutputStage.Requantize(List.of(1), 0, hi)),
            layer("two", a, y, 1, new OutputStage.Accumulators())),
        Rounding.HALF_EVEN,
        Map.of());
  }

  private static MacLayer layer(
      String name, Tensor from, Tensor to, int weight, OutputStage stage) {
    return new MacLayer(
        name,
        from,
        to,
        Optional.empty(),
        Window.pointwise(),
        false,
        new Codebook(List.of(0, weight)),
        new byte[] {1},
        new int[1],
        stage);
  }

  // ---- scales

  @Test
  void aMovedScaleChangesWhatTheCodesMeanNotWhatTheyCompute() {
    // Layer 1 of "copies" with one bit less: 3 x / 4 in steps of 1/8.
    Student student = student(copies(255), ForwardArithmetic.INTEGER);
    TrainableParameter scale = student.parameters().get(student.parameters().size() - 1);
    scale.values()[0] = 0.6f;
    student.refresh();
    QuantizedNetwork moved = student.export(Map.of());
    assertEquals(new FixedFormat(8, 3, false), TinyNetworks.format(moved, "a"));
    assertEquals(new AccumulatorFormat(List.of(3)), moved.output().format());
    assertEquals(new OutputStage.Requantize(List.of(2), 0, 255), moved.macLayers().get(0).stage());
    assertEquals(150 / 16f, student.forward(student.newPass(1), new float[] {100})[0][0][0]);
    // What was clamped is so no longer.
    assertEquals(300 / 16f, student.forward(student.newPass(1), new float[] {200})[0][0][0]);
  }

  @Test
  void aClampOfReluKeepsItsRealValue() {
    Student student = student(copies(100), ForwardArithmetic.INTEGER);
    TrainableParameter scale = student.parameters().get(student.parameters().size() - 1);
    scale.values()[0] = -1;
    student.refresh();
    assertEquals(
        new OutputStage.Requantize(List.of(0), 0, 200),
        student.export(Map.of()).macLayers().get(0).stage());
  }

  @Test
  void aMoveThatWouldOpenAClampOfUnknownPlaceIsRefused() {
    // The format of "a" ends below its ReLU6: one bit less might let values above 6 through.
    Shape shape = new Shape(1, 1, 1);
    FloatNetwork teacher =
        new FloatNetwork(
            "clamped",
            "x",
            shape,
            List.of(new FloatNode("relu", new FloatOp.Relu(6), List.of("x"), "a", shape)),
            "a");
    for (int hi : new int[] {255, 96}) {
      Student student = new Student(copies(hi), teacher, true, true, ForwardArithmetic.INTEGER);
      TrainableParameter scale = student.parameters().get(student.parameters().size() - 1);
      scale.values()[0] = 1;
      student.refresh();
      int frac = TinyNetworks.format(student.export(Map.of()), "a").frac(0);
      assertEquals(hi == 255 ? 4 : 3, frac);
    }
  }

  @Test
  void aMoveThatNoShiftCanMakeIsRefused() {
    Student student = student(copies(255), ForwardArithmetic.INTEGER);
    TrainableParameter scale = student.parameters().get(student.parameters().size() - 1);
    for (int update = 0; update < 3; update++) {
      // The shift was 1: two bits more would make it negative.
      scale.values()[0] -= 0.9f;
      student.refresh();
    }
    assertEquals(
        new OutputStage.Requantize(List.of(0), 0, 255),
        student.export(Map.of()).macLayers().get(0).stage());
    assertEquals(-1.49f, scale.values()[0]);
  }
}
