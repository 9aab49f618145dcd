package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.MemorySizes;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import org.junit.jupiter.api.Test;

class ConfigChooserTest {

  @Test
  void buffersArePowersOfTwoThatTheNetworkHalfFillsAtLeast() {
    QuantizedNetwork network = Networks.resNet20();
    AcceleratorConfig config = ConfigChooser.choose(network, 8, 16, new CsdStyle());
    NetworkPlan plan = new NetworkPlanner(network, config).plan();
    assertTight(plan.featureMapWords(), config.featureMapWords());
    assertTight(plan.weightWords(), config.weightWords());
    assertTight(plan.parameterWords(), config.parameterWords());
    assertTight(plan.programWords(), config.programWords());
    assertEquals(plan.accBits(), config.accBits());
  }

  private static void assertTight(long used, int depth) {
    assertTrue(used <= depth && used > depth / 2, used + " of " + depth);
  }

  @Test
  void memoriesAddUp() {
    MemorySizes sizes =
        MemorySizes.of(new AcceleratorConfig(8, 16, new CsdStyle(), 24, 1024, 512, 32, 256));
    assertEquals(1024 * 128, sizes.featureMaps());
    assertEquals(512 * 64, sizes.weights());
    assertEquals(32 * 16 * 42, sizes.parameters());
    assertEquals(256 * 32, sizes.program());
    assertEquals(131072 + 32768 + 21504 + 8192, sizes.total());
  }

  @Test
  void rejectsImpossibleArraysAsBadInput() {
    QuantizedNetwork network = Networks.leNet5();
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> ConfigChooser.choose(network, 0, 8, new CsdStyle()));
    assertTrue(e.getMessage().contains("1 to 64 rows"), e.getMessage());
  }
}
