package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.MemorySizes;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.shape.Shape;
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
  void outputUnitIsAsSlowAsCostsOneCycleInAThousand() {
    QuantizedNetwork network = Networks.resNet20();
    AcceleratorConfig chosen = ConfigChooser.choose(network, 8, 8, new CsdStyle());
    int rate = chosen.features().output().rate();
    long least = cycles(network, rated(network, 1));
    assertTrue(1000 * (cycles(network, chosen) - least) <= least, rate + " costs too much");
    assertTrue(
        rate == OutputUnit.MAX_RATE
            || 1000 * (cycles(network, rated(network, rate + 1)) - least) > least,
        "a rate of " + (rate + 1) + " costs little, " + rate + " was chosen");
  }

  @Test
  void featureMapsHaveASecondBankWhereSkipsWouldWait() {
    assertEquals(1, banks(Networks.leNet5(), 8, 8, OptionalInt.empty()));
    QuantizedNetwork network = Networks.resNet20();
    assertEquals(1, banks(network, 14, 16, OptionalInt.empty()));
    assertEquals(2, banks(network, 32, 4, OptionalInt.empty()));
    assertEquals(1, banks(network, 32, 4, OptionalInt.of(1)));
  }

  @Test
  void pixelsThatAreFarApartAreWalkedLikeThoseOfPools() {
    QuantizedNetwork near = strided(15);
    QuantizedNetwork far = strided(16);
    AcceleratorConfig plain = ConfigChooser.choose(near, 4, 4, new CsdStyle());
    AcceleratorConfig walking = ConfigChooser.choose(far, 4, 4, new CsdStyle());
    assertFalse(plain.features().pools());
    assertTrue(walking.features().pools());
    for (QuantizedNetwork network : List.of(near, far)) {
      CompiledNetwork compiled = NetworkCompiler.compile(network, walking);
      assertEquals(
          Optional.empty(),
          CompiledExecution.firstDifference(compiled, RandomNetworks.input(network, 1)));
    }
    BadInputException e =
        assertThrows(BadInputException.class, () -> NetworkCompiler.compile(far, plain));
    assertTrue(e.getMessage().contains("layer 'strided': its columns are 16 apart"));
  }

  private static QuantizedNetwork strided(int stride) {
    return new Networks(new Shape(3, 18, 35), 0)
        .conv("first", 4, Networks.square(3, 1, 1))
        .conv("strided", 4, Networks.square(1, stride, 0))
        .build();
  }

  private static int banks(QuantizedNetwork network, int rows, int cols, OptionalInt given) {
    return ConfigChooser.choose(network, rows, cols, new CsdStyle(), OptionalInt.empty(), given, 1)
        .features()
        .reads()
        .banks();
  }

  private static AcceleratorConfig rated(QuantizedNetwork network, int rate) {
    AcceleratorConfig config =
        ConfigChooser.choose(
            network, 8, 8, new CsdStyle(), OptionalInt.of(rate), OptionalInt.empty(), 1);
    assertEquals(rate, config.features().output().rate());
    return config;
  }

  private static long cycles(QuantizedNetwork network, AcceleratorConfig config) {
    return CycleModel.predict(NetworkCompiler.compile(network, config)).stream()
        .mapToLong(LayerCycles::cycles)
        .sum();
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
