package lutmac.testbench.netlist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.sim.verilator.RtlSources;
import lutmac.testbench.Hardware;
import lutmac.testbench.RealNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What synthesis makes of a design computes what the design computes. */
@Tag("slow")
class NetlistCosimulationTest {
  @ParameterizedTest
  @ValueSource(strings = {"bins", "csd"})
  void gatesOfAnAcceleratorAreBitExact(String style) throws Exception {
    requireBitExact(RealNetwork.LENET5, style, 4, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bins", "csd"})
  @Tag("campaign")
  void gatesOfALargeAcceleratorAreBitExact(String style) throws Exception {
    requireBitExact(RealNetwork.RESNET20, style, 14, 16);
  }

  private static void requireBitExact(RealNetwork network, String style, int rows, int cols)
      throws Exception {
    CompiledNetwork compiled =
        Hardware.compile(network.quantized(), rows, cols, PeStyles.named(style));
    RtlSources gates = Netlist.synthesized(new RtlSources(Hardware.rtl(compiled.config())));
    Hardware.expectLongRuns(gates, compiled.config().bus());
    List<int[]> images = network.testCodes(1);
    SimulationReport report = Hardware.simulate(compiled, gates.files(), images, chosen -> chosen);
    assertEquals(Verdict.BIT_EXACT, report.verdict(), () -> ReportText.of(report));
    assertEquals(
        Hardware.simulate(compiled, images).cyclesPerImage(),
        report.cyclesPerImage(),
        "cycles of the RTL");
  }
}
