package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.Recipe;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real networks in every way that the quantizer knows: what it picks, the RTL computes. */
@Tag("slow")
class RecipeCosimulationTest {

  /** Ways to quantize a network. */
  enum Way {
    NARROW(uniform(new WeightFormat.Table(2, 2), ActivationFormat.Fixed.of(2))),
    MEDIUM(uniform(new WeightFormat.Table(3, 2), ActivationFormat.Fixed.of(4))),
    ANY_DIGITS(uniform(new WeightFormat.Table(4, 4), ActivationFormat.Fixed.of(6))),
    INTEGERS(uniform(new WeightFormat.FixedPoint(8), ActivationFormat.Fixed.of(8))),
    LOGARITHMIC(uniform(new WeightFormat.FixedPoint(5), ActivationFormat.Log.of(5, 2))),
    FINE_LOGARITHMIC(uniform(new WeightFormat.FixedPoint(6), ActivationFormat.Log.of(6, 3))),
    COARSE_LOGARITHMIC(uniform(new WeightFormat.Table(4, 2), ActivationFormat.Log.of(4, 1))),
    BUDGET(
        new Recipe.Auto(
            Recipe.Auto.allWeights(),
            Recipe.Auto.allActivations(),
            new Budget.CompressionRatio(8)));

    private final Recipe recipe;

    Way(Recipe recipe) {
      this.recipe = recipe;
    }

    private static Recipe uniform(WeightFormat weights, ActivationFormat maps) {
      return new Recipe.Uniform(weights, true, maps);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LENET5,  NARROW,             bins,  8,  8",
    "LENET5,  MEDIUM,             csd,   5,  7",
    "LENET5,  INTEGERS,           bins,  4,  4",
    "DSCNN,   COARSE_LOGARITHMIC, csd,   4,  8"
  })
  void everyWordOfEveryLayerIsBitExact(
      RealNetwork network, Way way, String pe, int rows, int cols) {
    assertBitExact(network, way, pe, rows, cols);
  }

  /** Wide arrays take a minute each to build. */
  @ParameterizedTest
  @Tag("campaign")
  @CsvSource({
    "LENET5,  ANY_DIGITS,         csd,   4,  8",
    "LENET5,  LOGARITHMIC,        csd,   8,  8",
    "LENET5,  BUDGET,             bins,  8,  8",
    "RESNET8, INTEGERS,           csd,  14, 16",
    "RESNET8, MEDIUM,             bins, 14, 16",
    "DSCNN,   FINE_LOGARITHMIC,   bins, 14, 16",
    "RESNET8, BUDGET,             csd,  14, 16",
    "DSCNN,   NARROW,             csd,  14, 16",
    "DSCNN,   ANY_DIGITS,         bins,  8,  8",
    "DSCNN,   INTEGERS,           bins, 14, 16",
    "DSCNN,   COARSE_LOGARITHMIC, csd,  14, 16",
    "DSCNN,   BUDGET,             csd,   8,  8",
    "VWW,     LOGARITHMIC,        csd,  14, 16",
    "VWW,     BUDGET,             bins, 14, 16"
  })
  void everyWordOfEveryLayerIsBitExactOnWideArrays(
      RealNetwork network, Way way, String pe, int rows, int cols) {
    assertBitExact(network, way, pe, rows, cols);
  }

  private static void assertBitExact(RealNetwork network, Way way, String pe, int rows, int cols) {
    QuantizedNetwork quantized = network.quantized(way.recipe);
    CompiledNetwork compiled = Hardware.compile(quantized, rows, cols, PeStyles.named(pe));
    List<int[]> images = network.testCodes(quantized, 2);
    SimulationReport report = Hardware.simulate(compiled, images);
    assertEquals(Verdict.BIT_EXACT, report.verdict(), () -> ReportText.of(report));
    assertEquals(images.size(), report.images());
  }
}
