package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** Formats of the least expected divergence within a budget, on a chain of three layers. */
class AllocatingPlannerTest {
  private static final ActivationFormat.Fixed BYTE = ActivationFormat.Fixed.of(8);
  private static final List<WeightFormat> WEIGHTS =
      List.of(
          new WeightFormat.Table(2, 2),
          new WeightFormat.Table(3, 2),
          new WeightFormat.Table(4, 2),
          new WeightFormat.FixedPoint(6));
  private static final Study STUDY = StudiedChain.study();

  /** All 64 selections, by the sensitivities that the allocation reports. */
  @Test
  void noSelectionWithinAMeanOfBitsIsExpectedToDivergeLess() {
    for (double bits : new double[] {2, 2.6, 3.5, 4.4, 6}) {
      Allocation allocation = allocate(new Recipe.Auto(WEIGHTS, List.of(BYTE), mean(bits)));
      Map<String, Map<WeightFormat, Double>> harms = allocation.sensitivity().weights();
      List<FusedLayer.Linear> layers = STUDY.linearLayers();
      double least = Double.POSITIVE_INFINITY;
      for (WeightFormat a : WEIGHTS) {
        for (WeightFormat b : WEIGHTS) {
          for (WeightFormat c : WEIGHTS) {
            long cost = 0;
            double harm = 0;
            List<WeightFormat> formats = List.of(a, b, c);
            for (int i = 0; i < 3; i++) {
              cost += (long) layers.get(i).weights().length * formats.get(i).bits();
              harm += harms.get(layers.get(i).name()).get(formats.get(i));
            }
            least = cost <= bits * count() ? Math.min(least, harm) : least;
          }
        }
      }
      assertEquals(least, allocation.chosen().divergence(), 1e-12 + 1e-9 * least, bits + " bits");
      assertTrue(allocation.chosen().cost() <= bits * count(), bits + " bits");
    }
  }

  @Test
  void planHasTheChosenFormats() {
    Allocation allocation = allocate(new Recipe.Auto(WEIGHTS, List.of(BYTE), mean(3.5)));
    assertEquals(3, allocation.chosen().weights().size());
    allocation
        .chosen()
        .weights()
        .forEach((layer, format) -> assertEquals(format, allocation.plan().of(layer).weights()));
    allocation.plan().layers().values().forEach(layer -> assertEquals(BYTE, layer.output().free()));
  }

  @Test
  void featureMapsCompeteWhereTheBudgetCountsThem() {
    List<ActivationFormat> activations =
        List.of(ActivationFormat.Fixed.of(3), ActivationFormat.Fixed.of(5), BYTE);
    Allocation small =
        allocate(new Recipe.Auto(WEIGHTS, activations, new Budget.CompressionRatio(9)));
    Allocation large =
        allocate(new Recipe.Auto(WEIGHTS, activations, new Budget.CompressionRatio(4)));
    assertTrue(bits(small) < bits(large), bits(small) + " bits against " + bits(large));
    assertTrue(small.chosen().divergence() > large.chosen().divergence());
  }

  private static int bits(Allocation allocation) {
    return allocation.chosen().activations().values().stream()
        .mapToInt(ActivationFormat::bits)
        .sum();
  }

  /** The search goes from the least divergence down the curve; it starts with all of it. */
  @Test
  void anAccuracyBudgetChoosesTheLeastDivergenceFirst() {
    Allocation allocation =
        allocate(new Recipe.Auto(WEIGHTS, List.of(BYTE), new Budget.Accuracy(1, Optional.empty())));
    assertEquals(allocation.curve().get(allocation.curve().size() - 1), allocation.chosen());
    allocation
        .chosen()
        .weights()
        .values()
        .forEach(format -> assertEquals(new WeightFormat.FixedPoint(6), format));
  }

  @Test
  void rejectsBudgetBelowTheSmallestFormats() {
    Recipe.Auto recipe = new Recipe.Auto(WEIGHTS, List.of(BYTE), mean(1.9));
    String message = assertThrows(BadInputException.class, () -> allocate(recipe)).getMessage();
    assertTrue(message.contains("of 1.9 bits a weight"), message);
  }

  @Test
  void aPlanMadeOtherwiseIsPlacedAsWhatItIs() {
    WeightFormat weights = new WeightFormat.FixedPoint(5);
    FormatPlan plan =
        STUDY.uniform(LayerPlan.of(weights, true, ActivationFormat.Fixed.of(4)), BYTE);
    Allocation placed =
        AllocatingPlanner.placed(STUDY, plan, new RoundedLayers(), PhaseProgress.none());
    assertEquals(plan, placed.plan());
    placed.chosen().weights().values().forEach(format -> assertEquals(weights, format));
    assertEquals(2, placed.chosen().activations().size());
    Sensitivity sensitivity = placed.sensitivity();
    double expected = 0;
    for (String layer : placed.chosen().weights().keySet()) {
      expected += sensitivity.weights().get(layer).get(weights);
    }
    for (String map : placed.chosen().activations().keySet()) {
      expected += sensitivity.activations().get(map).get(ActivationFormat.Fixed.of(4));
    }
    assertEquals(expected, placed.chosen().divergence(), 1e-12 + 1e-9 * expected);
  }

  private static Budget mean(double bits) {
    return new Budget.MeanWeightBits(bits);
  }

  private static long count() {
    return STUDY.linearLayers().stream().mapToLong(layer -> layer.weights().length).sum();
  }

  private static Allocation allocate(Recipe.Auto recipe) {
    return new AllocatingPlanner(
            STUDY, recipe, Optional.empty(), new RoundedLayers(), PhaseProgress.none())
        .allocate(PhaseProgress.none());
  }
}
