package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.recipe.Budget;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.BudgetPrice;
import lutmac.quant.result.FloatReference;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.Sensitivity;
import org.junit.jupiter.api.Test;

/**
 * The smallest network within a loss. Point n of the curve costs {@code 10 n}; its network carries
 * n as its provenance, and the plan as its name.
 */
class AccuracySearchTest {
  private static final int POINTS = 9;
  private final List<Integer> built = new ArrayList<>();

  /** Networks from n on are good enough: every n. */
  @Test
  void findsTheSmallestNetworkWithinTheBudget() {
    for (int enough = 0; enough < POINTS; enough++) {
      built.clear();
      int first = enough;
      QuantizationResult result = search(n -> n >= first ? 1.0 : 1.1, 0);
      assertEquals(Integer.toString(enough), result.network().provenance().get("point"));
      Allocation allocation = result.allocation().orElseThrow();
      assertEquals(10L * enough, allocation.chosen().cost());
      assertEquals(built.size(), allocation.trials().size());
      assertTrue(built.size() <= 5, "of 9 points one and four halvings: " + built);
    }
  }

  @Test
  void trialsSayWhatEachNetworkLost() {
    QuantizationResult result = search(n -> 8 - n, 0);
    result
        .allocation()
        .orElseThrow()
        .trials()
        .forEach(
            trial -> {
              assertEquals(8 - trial.point().cost() / 10, trial.percent());
              assertEquals(trial.percent() <= 1, trial.within());
              assertEquals(250, trial.images());
            });
  }

  /** Point 4 costs 40; nothing below the one next to 45 is of use. */
  @Test
  void triesNothingSmallerThanIsEnough() {
    QuantizationResult result = search(n -> 0, 45);
    assertEquals("4", result.network().provenance().get("point"));
    assertTrue(built.stream().allMatch(n -> n >= 4), built.toString());
  }

  @Test
  void refusesWhereTheWidestFormatsLoseTooMuch() {
    String message = assertThrows(BadInputException.class, () -> search(n -> 2.5, 0)).getMessage();
    assertTrue(message.contains("250 held-out images") && message.contains("2.50 %"), message);
    assertEquals(List.of(POINTS - 1), built);
  }

  private QuantizationResult search(IntToDoubleFunction lost, long limit) {
    List<Allocation.Point> curve = new ArrayList<>();
    for (int n = 0; n < POINTS; n++) {
      curve.add(new Allocation.Point(10L * n, POINTS - n, Map.of(), Map.of()));
    }
    FormatPlan any = new FormatPlan(ActivationFormat.Fixed.of(8), Map.of());
    Allocation allocation =
        new Allocation(
            any,
            new Sensitivity(Map.of(), Map.of(), 1),
            curve.get(POINTS - 1),
            curve,
            Allocation.Unit.MEMORY_BITS,
            new BudgetPrice(Allocation.Unit.MEMORY_BITS, 1000, 0),
            List.of());
    return new AccuracySearch(
            new Budget.Accuracy(1, Optional.empty()),
            point ->
                new FormatPlan(ActivationFormat.Fixed.of(8).at((int) point.cost() / 10), Map.of()),
            plan -> result(plan.input().frac().orElseThrow()),
            network -> lost.applyAsDouble(Integer.parseInt(network.provenance().get("point"))),
            250)
        .search(allocation, limit);
  }

  private QuantizationResult result(int point) {
    built.add(point);
    Tensor x = Tensor.zeroPadded("x", new Shape(1, 1, 1), new FixedFormat(8, 0, false));
    Tensor y = Tensor.zeroPadded("y", new Shape(1, 1, 1), new FixedFormat(8, 0, false));
    QuantizedNetwork network =
        new QuantizedNetwork(
            "net",
            new InputEncoding(x, Preprocessing.none(), true),
            List.of(new MaxPoolLayer("pool", x, y, Window.pointwise())),
            Rounding.HALF_EVEN,
            Map.of("point", Integer.toString(point)));
    MemoryReport memory = new MemoryReport(1, 1, 1, 1, 1, 1, 1, 1, 1);
    return new QuantizationResult(
        network,
        new QuantizationReport("net", 1, "u8.0", true, List.of(), memory),
        PinnedFormats.none(),
        new FloatReference("x", List.of(), Map.of()),
        Optional.empty());
  }
}
