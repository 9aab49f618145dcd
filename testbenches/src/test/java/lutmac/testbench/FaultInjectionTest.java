package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.Descriptor;
import lutmac.rtl.layout.DescriptorField;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The comparison can fail, and then names the layer that is wrong. */
@Tag("slow")
class FaultInjectionTest {

  @Test
  void oneFlippedWeightBitNamesItsLayer() {
    CompiledNetwork compiled =
        Hardware.compile(RealNetwork.LENET5.quantized(), 4, 4, PeStyles.standard());
    int victim = 1;
    SimulationReport report =
        Hardware.simulate(withFlippedWeightBit(compiled, victim), RealNetwork.LENET5.testCodes(4));

    assertEquals(Verdict.MISMATCH, report.verdict());
    Mismatch first = report.firstMismatch().orElseThrow();
    assertEquals(victim, first.layer());
    assertEquals(compiled.layers().get(victim).name(), first.layerName());
    assertEquals(0, report.layers().get(0).mismatches(), "the layer before it is right");
    assertTrue(Files.exists(report.waveform().orElseThrow()), "there is a waveform to look at");
  }

  /** Flips the top code bit of column 0 in the first weight word of a layer. */
  private static CompiledNetwork withFlippedWeightBit(CompiledNetwork compiled, int layer) {
    Descriptor descriptor = Descriptor.decodeAll(compiled.program()).get(layer);
    int wordBytes = (4 * compiled.config().cols() + 7) / 8;
    byte[] weights = compiled.weights().clone();
    weights[descriptor.getInt(DescriptorField.W_BASE) * wordBytes] ^= 0x8;
    return new CompiledNetwork(
        compiled.network(),
        compiled.config(),
        compiled.program(),
        weights,
        compiled.parameters(),
        compiled.inputViews(),
        compiled.inputFreeAt(),
        compiled.outputViews(),
        compiled.layers(),
        compiled.schedule());
  }

  @Test
  void oneFlippedProgramBitIsRefusedByTheHardwareAndNamesItsLayer() {
    CompiledNetwork compiled =
        Hardware.compile(RealNetwork.LENET5.quantized(), 4, 4, PeStyles.standard());
    int[] program = compiled.program().clone();
    int victim = Descriptor.decode(program, 0).words();
    program[victim + DescriptorField.HI.word()] ^= (int) DescriptorField.HI.encode(2);
    SimulationReport report =
        Hardware.simulate(
            new CompiledNetwork(
                compiled.network(),
                compiled.config(),
                program,
                compiled.weights(),
                compiled.parameters(),
                compiled.inputViews(),
                compiled.inputFreeAt(),
                compiled.outputViews(),
                compiled.layers(),
                compiled.schedule()),
            RealNetwork.LENET5.testCodes(1));

    assertEquals(Verdict.FAILED, report.verdict());
    String failure = report.failure().orElseThrow();
    assertTrue(
        failure.startsWith(
            "the accelerator stopped: a descriptor or its tables are not what the compiler wrote,"
                + " in layer 1, cycle "),
        failure);
  }

  @Test
  void oneInvertedWireNamesTheFirstLayerThatItSpoils() {
    SimulationReport report =
        simulateWith(
            "lutmac_requantizer.sv", "quotient(\\[[^+]*\\+ [^;]*'\\(up\\));", "quotient$1 ^ 1'b1;");

    assertEquals(Verdict.MISMATCH, report.verdict());
    assertEquals(0, report.firstMismatch().orElseThrow().layer());
  }

  @Test
  void wireThatBreaksAContractIsNamedByTheAssertion() {
    SimulationReport report =
        simulateWith("lutmac_row_feeder.sv", "assign x_o([^=]*)=", "assign x_o$1= '1 &~");

    assertEquals(Verdict.FAILED, report.verdict());
    String failure = report.failure().orElseThrow();
    assertTrue(failure.startsWith("assertion failed: mac_array.activation_range: "), failure);
    assertTrue(
        failure.contains(
            " [lutmac_top.core.u_mac_array.u_contract.u_activation_range], in layer 0, cycle "),
        failure);
  }

  /** LeNet-5 on hardware in which the first match of a pattern is another text. */
  private static SimulationReport simulateWith(String file, String pattern, String replacement) {
    CompiledNetwork compiled =
        Hardware.compile(RealNetwork.LENET5.quantized(), 4, 4, new CsdStyle());
    SortedMap<String, String> rtl = new TreeMap<>(Hardware.rtl(compiled.config()));
    String changed = rtl.get(file).replaceFirst(pattern, replacement);
    assertNotEquals(rtl.put(file, changed), changed, "the text to break is gone");
    return Hardware.simulate(compiled, rtl, RealNetwork.LENET5.testCodes(1), options -> options);
  }
}
