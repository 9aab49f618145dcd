package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.study.CalibrationData;
import lutmac.quant.study.Study;
import lutmac.runtime.image.Images;
import org.junit.jupiter.api.Test;

class MxqnPlannerTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Preprocessing PLAIN =
      new Preprocessing(List.of(0.0), List.of(1.0), false, Optional.empty(), 0);

  private static final float[][] SMOOTH = Images.reals(INPUT, 16, 1).pixels();
  private static final float[][] LONG_TAILED = logNormal(16);

  private enum Kind {
    FIXED,
    LOG
  }

  @Test
  void everyMapHasTheKindOfFormatWithTheBetterSqnr() {
    Set<Kind> seen = EnumSet.noneOf(Kind.class);
    for (int n = 0; n < 8; n++) {
      int bits = 3 + n / 2;
      Study study = study(bits, n % 2 == 0 ? SMOOTH : LONG_TAILED);
      var plan = MxqnPlanner.plan(study, new Recipe.Mxqn(7, bits));
      for (FusedLayer.Linear layer : study.linearLayers()) {
        LayerPlan formats = plan.of(layer.name());
        assertEquals(new WeightFormat.FixedPoint(7), formats.weights());
        assertEquals(bits, formats.output().bits());
        ActivationStatistics map = study.statistics().get(layer.output());
        if (!study.returnsSums(layer) && map.leastOfAll() >= 0) {
          double fixed = sqnr(map, Kind.FIXED, bits);
          double log = sqnr(map, Kind.LOG, bits);
          Kind better = fixed > log ? Kind.FIXED : Kind.LOG;
          Kind chosen = formats.output() instanceof ActivationFormat.Fixed ? Kind.FIXED : Kind.LOG;
          assertEquals(better, chosen, "%d bits: %s dB, %s dB".formatted(bits, fixed, log));
          seen.add(chosen);
        }
      }
    }
    assertEquals(EnumSet.allOf(Kind.class), seen);
  }

  @Test
  void mapsWithNegativeValuesAreFixedPoint() {
    Study study = study(4, SMOOTH);
    var plan = MxqnPlanner.plan(study, new Recipe.Mxqn(8, 4));
    FusedLayer.Linear signed =
        study.linearLayers().stream()
            .filter(layer -> !study.returnsSums(layer) && layer.ceiling().isEmpty())
            .findFirst()
            .orElseThrow();
    assertTrue(plan.of(signed.name()).output() instanceof ActivationFormat.Fixed);
  }

  private static Study study(int bits, float[][] inputs) {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 3)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "b", 8, FloatNetworks.SAME)
            .conv("b", "c", 8, FloatNetworks.SAME)
            .relu("c", "cr")
            .conv("cr", "d", 8, FloatNetworks.SAME)
            .relu("d", "dr", 6)
            .conv("dr", "y", 4, FloatNetworks.SAME)
            .result("y");
    return Study.of(
        network, CalibrationData.ofReals(inputs), PLAIN, true, Optional.empty(), bits, 1);
  }

  private static float[][] logNormal(int count) {
    Random random = new Random(2);
    float[][] inputs = new float[count][INPUT.size()];
    for (float[] input : inputs) {
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) Math.exp(2 * random.nextGaussian());
      }
    }
    return inputs;
  }

  /** The best of all scales and, for logarithms, of all steps, dB. */
  private static double sqnr(ActivationStatistics map, Kind kind, int bits) {
    double best = Double.NEGATIVE_INFINITY;
    for (int frac = -12; frac <= 16; frac++) {
      for (int step = 0; step <= 3; step++) {
        if (kind == Kind.FIXED) {
          best = Math.max(best, sqnr(map, new FixedFormat(bits, frac, false)));
        } else if (LogFormat.exists(bits, step)) {
          best = Math.max(best, sqnr(map, new LogFormat(bits, step, frac)));
        }
      }
    }
    return best;
  }

  private static double sqnr(ActivationStatistics map, TensorFormat format) {
    double error = 0;
    for (float[] channel : map.samples()) {
      float[] stored = ActivationRounding.of(format, Optional.empty()).apply(channel);
      for (int i = 0; i < channel.length; i++) {
        error += Math.pow(stored[i] - channel[i], 2);
      }
    }
    return 10 * Math.log10(map.energy() / error);
  }
}
