package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The RTL computes what was quantized: every word of every layer, on real networks. */
@Tag("slow")
class RealNetworkCosimulationTest {
  /** Cycles of starting and ending a layer, which the model knows only roughly. */
  private static final double HAND_OVER = 120;

  @ParameterizedTest
  @CsvSource({
    "LENET5,   bins,  8,  8, 1000",
    "LENET5,   csd,   8,  8, 1000",
    "RESNET8,  bins, 14, 16,   20",
    "RESNET20, bins, 14, 16,   20"
  })
  void everyWordOfEveryLayerIsBitExact(
      RealNetwork network, String pe, int rows, int cols, int images) {
    CompiledNetwork compiled =
        Hardware.compile(network.quantized(), rows, cols, PeStyles.named(pe));
    SimulationReport report = Hardware.simulate(compiled, network.testCodes(images));
    System.out.println(ReportText.of(report));
    assertEquals(Verdict.BIT_EXACT, report.verdict(), () -> ReportText.of(report));
    assertEquals(images, report.images());
    assertTrue(report.wordsCompared() > 0);
    assertPredicted(compiled, report);
  }

  /** The closed-form cycle model is right to 3 % of a layer, or the few cycles of its hand-over. */
  private static void assertPredicted(CompiledNetwork compiled, SimulationReport report) {
    List<LayerCycles> predicted = CycleModel.predict(compiled);
    for (int i = 0; i < predicted.size(); i++) {
      long simulated = report.layers().get(i).cycles();
      assertEquals(
          simulated,
          predicted.get(i).cycles(),
          Math.max(HAND_OVER, 0.03 * simulated),
          "cycles of " + predicted.get(i).name());
    }
  }

  @ParameterizedTest
  @CsvSource({"csd, 14, 16", "bins, 8, 16"})
  void convolutionsOfResNet20KeepTheArrayBusy(String pe, int rows, int cols) {
    CompiledNetwork compiled =
        Hardware.compile(RealNetwork.RESNET20.quantized(), rows, cols, PeStyles.named(pe));
    SimulationReport report = Hardware.simulate(compiled, RealNetwork.RESNET20.testCodes(2));
    System.out.println(ReportText.of(report));
    assertEquals(Verdict.BIT_EXACT, report.verdict(), () -> ReportText.of(report));

    long cycles = 0;
    long macs = 0;
    // The last layer is the classifier; every other one is a convolution.
    for (SimulatedLayer layer : report.layers().subList(0, report.layers().size() - 1)) {
      cycles += layer.cycles();
      macs += layer.macs();
    }
    double busy = macs / ((double) cycles * rows * cols);
    assertPredicted(compiled, report);
    System.out.printf("ResNet-20 convolutions, %s %dx%d: busy %.4f%n", pe, rows, cols, busy);
    assertTrue(busy >= 0.88, "busy share of the convolutions: " + busy);
  }
}
