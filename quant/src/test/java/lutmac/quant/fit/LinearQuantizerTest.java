package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Techniques;
import org.junit.jupiter.api.Test;

/** One layer, from weights and formats to the hardware's layer and its codes. */
class LinearQuantizerTest {
  private static final double[][] WEIGHTS = {{0.9, -0.47, 0.21}, {0.33, 0.08, -0.71}};
  private static final Optional<TensorFormat> ACCUMULATORS = Optional.empty();

  @Test
  void codesAreThoseOfTheGoldenModel() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, new double[] {-3, 1}, 6, 3);
    Optional<TensorFormat> output = Optional.of(new FixedFormat(6, 1, true));
    LinearQuantizer.Result result =
        quantize(Techniques.all(), layer.task(PointwiseLayer.FIXED8, output));
    OutputStage stage = result.layer().stage();
    assertEquals(
        List.of(-32, 31),
        stage.fold(clamp -> List.of(clamp.lo(), clamp.hi()), accumulators -> List.of()));
    for (int n = 0; n < 6; n++) {
      assertArrayEquals(
          golden(result.layer(), layer.codes()[n]), result.output().orElseThrow().values(n));
    }
  }

  /** Two bits a weight are far off; the mean over all images and pixels is not. */
  @Test
  void biasCorrectionGivesEveryChannelTheFloatMean() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, new double[] {-3, 1}, 6, 3);
    LayerPlan plan = PointwiseLayer.plan(new WeightFormat.FixedPoint(2));
    LayerTask task = layer.task(plan, ACCUMULATORS);
    for (int o = 0; o < 2; o++) {
      MacLayer made = quantize(Techniques.nearest(), task).layer();
      double corrected = meanError(layer, made, o);
      double plain =
          meanError(
              layer,
              quantize(new Techniques(true, true, false, false, false, false), task).layer(),
              o);
      // A bias is an integer.
      double half = Math.scalb(0.5, -made.output().format().frac(o));
      assertEquals(0, corrected, 1.01 * half, "channel " + o);
      assertTrue(Math.abs(plain) > 0.1, "without it: " + plain);
    }
  }

  private static double meanError(PointwiseLayer layer, MacLayer made, int channel) {
    float[][] wanted = layer.sums(layer.weights());
    double error = 0;
    for (int n = 0; n < wanted.length; n++) {
      int[] sums = golden(made, layer.codes()[n]);
      for (int i = channel * 4; i < (channel + 1) * 4; i++) {
        error += Math.scalb((double) sums[i], -made.output().format().frac(channel));
        error -= wanted[n][i];
      }
    }
    return error / (wanted.length * 4);
  }

  /** {@code 1000 * 2^21} is the greatest bias below {@code 2^31}, and a pin asks for 2^28. */
  @Test
  void sumsThatExceedTheirWordLowerTheExponentAndSaySo() {
    PointwiseLayer layer =
        PointwiseLayer.random(new double[][] {{0.5, 0.25}}, new double[] {1000}, 2, 1);
    LayerPlan pinned =
        new LayerPlan(
            new WeightFormat.FixedPoint(8),
            false,
            Optional.of(24),
            Optional.empty(),
            Optional.empty(),
            ActivationFormat.Fixed.of(8));
    LinearQuantizer.Result result =
        quantize(
            new Techniques(true, true, false, false, false, false),
            layer.task(pinned, ACCUMULATORS));
    assertEquals(21, result.layer().output().format().frac(0));
    assertEquals(1000 << 21, result.layer().bias()[0]);
    assertEquals(
        List.of(
            "sums with 28 fraction bits exceed 32 bits: lowered to 21",
            "pinned weight exponent moved from 24 to 17: the formats around the layer allow no other"),
        result.report().notes());
  }

  @Test
  void layerWhoseFormatsLeaveNoRoomIsRefused() {
    PointwiseLayer layer =
        PointwiseLayer.random(new double[][] {{0.5, 0.25}}, new double[] {1000}, 2, 1);
    LayerTask task = layer.task(PointwiseLayer.FIXED8, Optional.of(new FixedFormat(8, 22, true)));
    String message =
        assertThrows(
                BadInputException.class,
                () -> quantize(new Techniques(true, true, false, false, false, false), task))
            .getMessage();
    assertTrue(message.contains("'conv'") && message.contains("22 fraction bits"), message);
  }

  @Test
  void reportSaysHowManyWeightsBecameZeroAndHowFarTheyAreOff() {
    double[][] weights = {{1, 0.02, 0.5, -0.03}};
    PointwiseLayer layer = PointwiseLayer.random(weights, new double[1], 3, 1);
    LayerTask task = layer.task(PointwiseLayer.plan(new WeightFormat.FixedPoint(4)), ACCUMULATORS);
    LinearQuantizer.Result result = quantize(Techniques.nearest(), task);
    assertEquals(0.5, result.report().zeroWeights());
    double energy = 1 + 0.02 * 0.02 + 0.25 + 0.03 * 0.03;
    double noise = 0;
    MacLayer made = result.layer();
    for (int k = 0; k < 4; k++) {
      double weight = Math.scalb((double) made.weight(k), 4 - made.output().format().frac(0));
      noise += (weights[0][k] - weight) * (weights[0][k] - weight);
    }
    assertEquals(10 * Math.log10(energy / noise), result.report().weightSqnr().orElseThrow(), 1e-9);
  }

  private static LinearQuantizer.Result quantize(Techniques techniques, LayerTask task) {
    WeightTarget target = new TargetEstimator(techniques, 1).estimate(task);
    return new LinearQuantizer(techniques, Rounding.HALF_EVEN).quantize(task, target);
  }

  private static int[] golden(MacLayer layer, byte[] codes) {
    int[] integers = new int[codes.length];
    Arrays.setAll(integers, i -> codes[i] & 0xFF);
    QuantizedNetwork network =
        new QuantizedNetwork(
            "one layer",
            new InputEncoding(layer.input(), Preprocessing.none(), false),
            List.of(layer),
            Rounding.HALF_EVEN,
            Map.of());
    return GoldenModel.run(network, integers).get("y");
  }
}
