package lutmac.quant.sensitivity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.Rounding;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Window;
import lutmac.quant.fit.NetworkFitting;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a coarse network loses, against plain counting over the golden model's results. */
class HeldOutTest {
  private static final Study STUDY = StudiedChain.study();
  private static QuantizedNetwork coarse;
  private static List<float[]> floats;
  private static List<float[]> quantized;

  @BeforeAll
  static void runBothNetworks() {
    ActivationFormat byBits = ActivationFormat.Fixed.of(3);
    WeightFormat table = new WeightFormat.Table(1, 2);
    // The outputs are in different units.
    LayerPlan last =
        new LayerPlan(
            table,
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.of(List.of(0, 1, -1, 2, 0)),
            byBits);
    FormatPlan plan =
        STUDY
            .uniform(LayerPlan.of(table, true, byBits), ActivationFormat.Fixed.of(8))
            .with(STUDY.layers().get(STUDY.layers().size() - 1).name(), last);
    coarse = new NetworkFitting(Rounding.HALF_EVEN, 1).network(STUDY, plan, PhaseProgress.none());
    floats = new ArrayList<>();
    quantized = new ArrayList<>();
    InputPlan input = new InputPlan(coarse.input(), STUDY.data());
    for (int n = 0; n < STUDY.data().count(); n++) {
      Map<String, float[]> maps = new HashMap<>();
      maps.put(STUDY.inputName(), STUDY.data().real(n));
      STUDY.run().run(0, STUDY.layers().size(), maps);
      floats.add(maps.get(STUDY.outputs().get(0)));
      int[] sums = GoldenModel.run(coarse, input.integers(n)).get(coarse.output().name());
      float[] reals = new float[sums.length];
      for (int o = 0; o < reals.length; o++) {
        reals[o] = (float) (sums[o] * Math.pow(2, -coarse.output().format().frac(o)));
      }
      quantized.add(reals);
    }
  }

  @Test
  void withoutLabelsTheLossIsTheShareOfChangedClasses() {
    int changed = 0;
    for (int n = 0; n < floats.size(); n++) {
      changed += top(floats.get(n)) == top(quantized.get(n)) ? 0 : 1;
    }
    assertTrue(changed > 0, "the network is too good for this test");
    HeldOut heldOut = new HeldOut(STUDY, STUDY.data(), Optional.empty());
    assertEquals(100.0 * changed / floats.size(), heldOut.lostPercent(coarse), 1e-9);
    assertEquals(64, heldOut.images());
  }

  /** Labels that the quantized network always meets: it gains what the float network misses. */
  @Test
  void withLabelsTheLossIsPointsOfTop1AndMayBeAGain() {
    int[] right = quantized.stream().mapToInt(HeldOutTest::top).toArray();
    int missed = 0;
    for (int n = 0; n < right.length; n++) {
      missed += top(floats.get(n)) == right[n] ? 0 : 1;
    }
    HeldOut heldOut = new HeldOut(STUDY, STUDY.data(), Optional.of(right));
    assertEquals(-100.0 * missed / right.length, heldOut.lostPercent(coarse), 1e-9);
  }

  /** The class of the first output is hardly ever lost, the second loses much of its energy. */
  @Test
  void ofSeveralOutputsTheLossIsThatOfTheOneThatLosesMost() {
    FloatNetwork heads =
        FloatNetworks.on(StudiedChain.INPUT, 4)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .mean("ar", "m")
            .conv("m", "classes", 4, Window.pointwise())
            .conv("ar", "number", 1, Window.covering(8, 8))
            .result("classes", "number");
    Study study = StudiedChain.study(heads);
    FormatPlan plan =
        study.uniform(
            LayerPlan.of(new WeightFormat.Table(1, 2), true, ActivationFormat.Fixed.of(4)),
            ActivationFormat.Fixed.of(8));
    QuantizedNetwork network =
        new NetworkFitting(Rounding.HALF_EVEN, 1).network(study, plan, PhaseProgress.none());
    InputPlan input = new InputPlan(network.input(), study.data());
    int changed = 0;
    double noise = 0;
    double energy = 0;
    for (int n = 0; n < study.data().count(); n++) {
      Map<String, float[]> maps = new HashMap<>();
      maps.put(study.inputName(), study.data().real(n));
      study.run().run(0, study.layers().size(), maps);
      Map<String, int[]> got = GoldenModel.run(network, input.integers(n));
      changed += top(maps.get("classes")) == top(reals(network, 0, got)) ? 0 : 1;
      double error = maps.get("number")[0] - reals(network, 1, got)[0];
      noise += error * error;
      energy += maps.get("number")[0] * maps.get("number")[0];
    }
    double classes = 100.0 * changed / study.data().count();
    double number = 100 * noise / energy;
    double most = Math.max(classes, number);
    assertTrue(Math.abs(classes - number) > 0.1, classes + " and " + number);
    HeldOut heldOut = new HeldOut(study, study.data(), Optional.empty());
    assertEquals(most, heldOut.lostPercent(network), 1e-4 * most);
    HeldOut labelled = new HeldOut(study, study.data(), Optional.of(new int[study.data().count()]));
    assertTrue(labelled.lostPercent(network) >= number * (1 - 1e-4), "labels are of the first");
  }

  private static float[] reals(QuantizedNetwork network, int output, Map<String, int[]> maps) {
    int[] sums = maps.get(network.outputs().get(output).name());
    float[] reals = new float[sums.length];
    for (int o = 0; o < reals.length; o++) {
      reals[o] = (float) (sums[o] * Math.pow(2, -network.outputs().get(output).format().frac(o)));
    }
    return reals;
  }

  /** {@code 16 KL} of the softmax at temperature 4. */
  @Test
  void divergenceIsTheMeanOverAllImages() {
    double sum = 0;
    for (int n = 0; n < floats.size(); n++) {
      double[] wanted = softmax(floats.get(n));
      double[] got = softmax(quantized.get(n));
      for (int o = 0; o < wanted.length; o++) {
        sum += 16 * wanted[o] * Math.log(wanted[o] / got[o]);
      }
    }
    double mean = sum / floats.size();
    assertEquals(
        mean, new HeldOut(STUDY, STUDY.data(), Optional.empty()).divergence(coarse), 1e-5 * mean);
  }

  private static double[] softmax(float[] logits) {
    double[] shares = new double[logits.length];
    double sum = 0;
    for (int o = 0; o < shares.length; o++) {
      shares[o] = Math.exp(logits[o] / 4);
      sum += shares[o];
    }
    for (int o = 0; o < shares.length; o++) {
      shares[o] /= sum;
    }
    return shares;
  }

  private static int top(float[] logits) {
    int top = 0;
    for (int o = 1; o < logits.length; o++) {
      top = logits[o] > logits[top] ? o : top;
    }
    return top;
  }
}
