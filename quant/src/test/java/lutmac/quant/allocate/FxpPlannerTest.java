package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** Dynamic fixed point within a budget. */
class FxpPlannerTest {
  private static final Study STUDY = StudiedChain.study();

  /** Every number of the network, by the plan: 32 bits of float against what it takes now. */
  @Test
  void planHasTheCompressionRatioThatWasWanted() {
    Allocation allocation = allocate(new Budget.CompressionRatio(6.44));
    long floats = STUDY.inputShape().size();
    long bits = 8L * STUDY.inputShape().size();
    for (FusedLayer.Linear layer : STUDY.linearLayers()) {
      LayerPlan plan = allocation.plan().of(layer.name());
      int weightBits = plan.weights().bits();
      floats += layer.weights().length + layer.bias().length + layer.outputShape().size();
      bits += (long) layer.weights().length * weightBits + 32L * layer.bias().length;
      // Tables of 8-bit levels, a second one for what is above 4 bits.
      bits += 8L * (1 << Math.min(4, weightBits));
      bits += weightBits > 4 ? 8L * (1 << (weightBits - 4)) : 0;
      bits +=
          (long) layer.outputShape().size()
              * (STUDY.returnsSums(layer) ? 32 : plan.output().bits());
    }
    double ratio = 32.0 * floats / bits;
    assertTrue(ratio >= 6.44 && ratio < 7, "ratio " + ratio);
  }

  @Test
  void everythingIsFixedPointAndFeatureMapsHaveTheirScale() {
    Allocation allocation = allocate(new Budget.CompressionRatio(6.44));
    for (FusedLayer.Linear layer : STUDY.linearLayers()) {
      LayerPlan plan = allocation.plan().of(layer.name());
      assertEquals(new WeightFormat.FixedPoint(plan.weights().bits()), plan.weights());
      assertTrue(plan.output().uniform());
    }
    assertEquals(allocation.curve().get(0), allocation.chosen());
  }

  @Test
  void theWayDownFallsInCostBitByBitAndStartsAt8() {
    List<Allocation.Point> path = allocate(new Budget.CompressionRatio(6.44)).curve();
    Allocation.Point start = path.get(path.size() - 1);
    start.weights().values().forEach(f -> assertEquals(new WeightFormat.FixedPoint(8), f));
    start.activations().values().forEach(f -> assertEquals(ActivationFormat.Fixed.of(8), f));
    for (int i = 1; i < path.size(); i++) {
      assertTrue(path.get(i - 1).cost() < path.get(i).cost());
      assertEquals(1, bits(path.get(i)) - bits(path.get(i - 1)));
    }
  }

  /** The search walks the path from there. */
  @Test
  void anAccuracyBudgetChoosesAllBitsFirst() {
    Allocation allocation = allocate(new Budget.Accuracy(1, Optional.empty()));
    assertEquals(5 * 8, bits(allocation.chosen()));
    assertEquals(5 * 2, bits(allocation.curve().get(0)));
  }

  @Test
  void rejectsBudgetBelowTwoBitsEverywhere() {
    String message =
        assertThrows(BadInputException.class, () -> allocate(new Budget.CompressionRatio(30)))
            .getMessage();
    assertTrue(message.contains("30.0 times less memory"), message);
  }

  private static int bits(Allocation.Point point) {
    return point.weights().values().stream().mapToInt(WeightFormat::bits).sum()
        + point.activations().values().stream().mapToInt(ActivationFormat::bits).sum();
  }

  private static Allocation allocate(Budget budget) {
    return new FxpPlanner(
            STUDY.withImages(8), new Recipe.Fxp(budget), Optional.empty(), new RoundedLayers())
        .allocate(PhaseProgress.none());
  }
}
