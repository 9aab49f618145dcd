package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.Preprocessor;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.testbench.networks.ShownNetwork;
import lutmac.testbench.networks.TrainedNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes of networks that people build, on the RTL of every style. */
@Tag("slow")
class ShownNetworkCosimulationTest {
  private static final int IMAGES = 2;

  static Stream<Arguments> everyNetworkOnEveryStyle() {
    List<Arguments> all = new ArrayList<>();
    for (ShownNetwork network : ShownNetwork.values()) {
      List<PeStyle> styles = PeStyles.all();
      // Activation tables lie behind the array: one style shows them as well as all do.
      boolean tables =
          network.quantized().macLayers().stream().anyMatch(mac -> mac.activation().isPresent());
      for (PeStyle pe : tables ? List.of(styles.get(network.ordinal() % styles.size())) : styles) {
        all.add(Arguments.of(network, pe.name()));
      }
    }
    return all.stream();
  }

  /** A sample: what the styles have most of their own, a network each. */
  @ParameterizedTest
  @CsvSource({
    "UNET,            bins",
    "MOBILENET_V3,    csd",
    "GROUPED,         serial",
    "UNET_TRANSPOSED, dsp"
  })
  void everyWordOfEveryLayerIsBitExact(ShownNetwork shown, String pe) {
    assertBitExact(shown, pe, 4, 4);
  }

  @ParameterizedTest
  @Tag("campaign")
  @MethodSource("everyNetworkOnEveryStyle")
  void everyWordOfEveryLayerIsBitExactOnEveryStyle(ShownNetwork shown, String pe) {
    assertBitExact(shown, pe, 8, 8);
  }

  @ParameterizedTest
  @Tag("campaign")
  @EnumSource
  void trainedNetworksAreBitExact(TrainedNetwork trained) {
    QuantizedNetwork network = trained.quantized();
    assertBitExact(network, trained.codes(network, IMAGES), "csd", 8, 8);
  }

  private static void assertBitExact(ShownNetwork shown, String pe, int rows, int cols) {
    QuantizedNetwork network = shown.quantized();
    Preprocessor inputs =
        new Preprocessor(
            shown.images(IMAGES, 9), shown.preprocessing(), network.input().tensor().shape());
    List<int[]> codes =
        IntStream.range(0, IMAGES).mapToObj(n -> inputs.codes(n, network.input())).toList();
    assertBitExact(network, codes, pe, rows, cols);
  }

  private static void assertBitExact(
      QuantizedNetwork network, List<int[]> codes, String pe, int rows, int cols) {
    CompiledNetwork compiled = Hardware.compile(network, rows, cols, PeStyles.named(pe));

    SimulationReport report = Hardware.simulate(compiled, codes);

    assertEquals(Verdict.BIT_EXACT, report.verdict(), () -> ReportText.of(report));
    assertEquals(IMAGES, report.images());
  }
}
