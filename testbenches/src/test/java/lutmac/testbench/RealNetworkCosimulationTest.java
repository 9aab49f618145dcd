package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The RTL computes what was quantized: every word of every layer, on real networks. */
@Tag("slow")
class RealNetworkCosimulationTest {
  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({
    "LENET5,   bins,  8,  8, 1000",
    "RESNET8,  bins, 14, 16,   20",
    "RESNET20, bins, 14, 16,   20"
  })
  void everyWordOfManyImagesIsBitExact(
      RealNetwork network, String pe, int rows, int cols, int images) {
    everyWordOfEveryLayerIsBitExact(network, pe, rows, cols, images);
  }

  @ParameterizedTest
  @CsvSource({
    "LENET5,   bins,  8,  8,  100",
    "LENET5,   csd,   8,  8,  100",
    "RESNET8,  bins, 14, 16,    8"
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

  @Tag("campaign")
  @Test
  void everyWordOfEveryLayerOfResNet20IsBitExact() {
    everyWordOfEveryLayerIsBitExact(RealNetwork.RESNET20, "bins", 14, 16, 8);
  }

  /** The cycle model is right to the cycle. */
  private static void assertPredicted(CompiledNetwork compiled, SimulationReport report) {
    assertEquals(
        CycleModel.predict(compiled).stream().map(LayerCycles::cycles).toList(),
        report.layers().stream().map(SimulatedLayer::cycles).toList());
    assertEquals(
        report.cyclesPerImage(), report.layers().stream().mapToLong(SimulatedLayer::cycles).sum());
  }

  @Test
  void convolutionsOfResNet20KeepTheArrayBusy() {
    assertBusy("csd", 14, 16);
  }

  @Test
  @Tag("campaign")
  void convolutionsOfResNet20KeepALowArrayBusy() {
    assertBusy("bins", 8, 16);
  }

  private static void assertBusy(String pe, int rows, int cols) {
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
