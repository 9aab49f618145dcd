package lutmac.quant.allocate;

import java.util.List;
import java.util.Optional;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.fit.Fitting;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.sensitivity.HeldOut;
import lutmac.quant.study.Study;

/**
 * Decides between whole plans by what their networks really do: each is built on some of the
 * calibration images and compared with the float network on others. Sums of sensitivities do not
 * know what formats do to each other, alignments and clipped weights for example.
 */
final class PlanTrial {
  /** Multiply-accumulates of the float network on the images that a trial network is built on. */
  private static final double MACS = 4e10;

  private static final int LEAST_FITTED = 32;
  private static final int MOST_FITTED = 256;
  private static final int MOST_MEASURED = 512;

  private final Study study;
  private final HeldOut heldOut;
  private final Fitting fitting;

  PlanTrial(Study study, Fitting fitting) {
    int affordable = (int) Math.min(MOST_FITTED, MACS / Math.max(1, study.macs()));
    int wanted = Math.max(LEAST_FITTED, affordable);
    int fitted = Math.min(wanted, Math.max(1, study.data().count() / 2));
    // One image has to serve for both.
    int first = study.data().count() > fitted ? fitted : 0;
    this.study = study.withImages(fitted);
    this.heldOut =
        new HeldOut(study, study.data().from(first).first(MOST_MEASURED), Optional.empty());
    this.fitting = fitting;
  }

  /** Index of the plan whose network diverges least; of equal ones the first. */
  int best(List<FormatPlan> plans, PhaseProgress progress) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < plans.size(); i++) {
      double divergence = heldOut.divergence(built(plans.get(i), progress));
      if (divergence < least) {
        least = divergence;
        best = i;
      }
    }
    return best;
  }

  private QuantizedNetwork built(FormatPlan plan, PhaseProgress progress) {
    return fitting.network(study.scaledFor(plan), plan, progress);
  }
}
