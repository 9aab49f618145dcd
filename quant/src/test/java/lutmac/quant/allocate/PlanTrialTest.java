package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lutmac.network.format.Rounding;
import lutmac.quant.fit.NetworkFitting;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** Plans that are decided between by building them. */
class PlanTrialTest {
  private static final WeightFormat TABLE = new WeightFormat.Table(4, 2);
  private static final ActivationFormat.Fixed BYTE = ActivationFormat.Fixed.of(8);

  @Test
  void aTrialTakesThePlanWhoseNetworkDivergesLeast() {
    Study study = StudiedChain.study();
    FormatPlan coarse = uniform(study, new WeightFormat.Table(2, 2), ActivationFormat.Fixed.of(3));
    FormatPlan fine = uniform(study, TABLE, BYTE);
    PlanTrial trial = new PlanTrial(study, new NetworkFitting(Rounding.HALF_EVEN, 1));
    assertEquals(1, trial.best(List.of(coarse, fine), PhaseProgress.none()));
    assertEquals(0, trial.best(List.of(fine, coarse), PhaseProgress.none()));
    assertEquals(0, trial.best(List.of(fine, fine), PhaseProgress.none()));
  }

  private static FormatPlan uniform(Study study, WeightFormat weights, ActivationFormat maps) {
    return study.uniform(LayerPlan.of(weights, true, maps), BYTE);
  }
}
