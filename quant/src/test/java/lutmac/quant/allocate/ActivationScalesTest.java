package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.sensitivity.DisturbedRuns;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** The scale of a feature map where two are about as good by squared error. */
class ActivationScalesTest {
  private static final Study STUDY = StudiedChain.study();
  private static final ActivationFormat BYTE = ActivationFormat.Fixed.of(8);

  /**
   * The feature map of the first layer, its scales by squared error on samples, their harm each
   * measured alone: the second is taken if its harm is less by a fifth.
   */
  @Test
  void ofTwoThatAreCloseTheOneThatHarmsClearlyLessIsTaken() {
    int doubts = 0;
    int seconds = 0;
    for (int bits = 2; bits <= 8; bits++) {
      FormatPlan plan = plan(ActivationFormat.Fixed.of(bits));
      Study study = STUDY.scaledFor(plan);
      FormatPlan decided = ActivationScales.decide(study, plan, PhaseProgress.none());
      for (FusedLayer.Linear layer : study.linearLayers().subList(0, 2)) {
        boolean signed = layer.ceiling().isEmpty();
        int best = best(study, layer, bits, signed, Integer.MIN_VALUE);
        int second = best(study, layer, bits, signed, best);
        double ratio =
            error(study, layer, new FixedFormat(bits, second, signed))
                / error(study, layer, new FixedFormat(bits, best, signed));
        Optional<Integer> expected = Optional.empty();
        if (ratio <= 3) {
          double harmOfBest = harm(study, layer, new FixedFormat(bits, best, signed));
          double harmOfSecond = harm(study, layer, new FixedFormat(bits, second, signed));
          boolean clearly = harmOfSecond < 0.8 * harmOfBest;
          expected = Optional.of(clearly ? second : best);
          doubts++;
          seconds += clearly ? 1 : 0;
        }
        assertEquals(
            expected,
            decided.of(layer.name()).output().frac(),
            "%s with %d bits".formatted(layer.name(), bits));
      }
    }
    assertTrue(doubts > 1, "nothing was in doubt");
    assertTrue(seconds < doubts, "the better scale never won");
  }

  @Test
  void pinnedScalesStay() {
    FormatPlan plan = plan(ActivationFormat.Fixed.of(4).at(2));
    assertEquals(plan, ActivationScales.decide(STUDY, plan, PhaseProgress.none()));
  }

  @Test
  void nothingButScalesChanges() {
    FormatPlan plan = plan(ActivationFormat.Fixed.of(3));
    FormatPlan decided = ActivationScales.decide(STUDY.scaledFor(plan), plan, PhaseProgress.none());
    plan.layers()
        .forEach(
            (name, layer) -> {
              LayerPlan made = decided.of(name);
              assertEquals(layer, made.with(made.output().free()));
            });
    assertEquals(plan.input(), decided.input());
  }

  private static FormatPlan plan(ActivationFormat format) {
    return STUDY.uniform(LayerPlan.of(new WeightFormat.Table(4, 2), true, format), BYTE);
  }

  /** Of the fractions from the finest that clips nothing on, five of them, but for one. */
  private static int best(
      Study study, FusedLayer.Linear layer, int bits, boolean signed, int excluded) {
    int widest = 30;
    while (clips(study, layer, new FixedFormat(bits, widest, signed))) {
      widest--;
    }
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int frac = widest; frac < widest + 5; frac++) {
      double error = error(study, layer, new FixedFormat(bits, frac, signed));
      if (frac != excluded && error < least) {
        least = error;
        best = frac;
      }
    }
    return best;
  }

  private static boolean clips(Study study, FusedLayer.Linear layer, FixedFormat format) {
    double high = study.statistics().get(layer.output()).mostOfAll();
    double low = study.statistics().get(layer.output()).leastOfAll();
    return high > format.maxCode() * format.scale() * (1 + 1e-9)
        || (format.signed() && low < format.minCode() * format.scale() * (1 + 1e-9));
  }

  private static double error(Study study, FusedLayer.Linear layer, FixedFormat format) {
    double sum = 0;
    for (float[] channel : study.statistics().get(layer.output()).samples()) {
      for (float value : channel) {
        double error = format.encode(value) * format.scale() - value;
        sum += error * error;
      }
    }
    return sum;
  }

  private static double harm(Study study, FusedLayer.Linear layer, FixedFormat format) {
    ActivationRounding rounding = ActivationRounding.of(format, layer.ceiling());
    return new DisturbedRuns(study)
        .divergences(
            List.of(new DisturbedRuns.OfActivation(layer, rounding)),
            study.data().count(),
            "test",
            PhaseProgress.none())[0];
  }
}
