package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.PeStyle;
import lutmac.quant.network.QuantizedNetwork;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class NetworkCompilerTest {
  private static final int[][] ARRAYS = {{3, 4}, {8, 8}, {14, 16}, {16, 8}, {5, 3}, {1, 2}};

  @Property(tries = 300)
  void csdProgramComputesTheNetwork(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 5) int array) {
    QuantizedNetwork network = RandomNetworks.network(seed, 2);
    AcceleratorConfig config =
        ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], PeStyle.CSD);
    requireRight(network, config, seed);
  }

  @Property(tries = 300)
  void binsProgramComputesTheNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int array,
      @ForAll @IntRange(min = 12, max = 18) int binBits) {
    QuantizedNetwork network = RandomNetworks.network(seed, 4);
    AcceleratorConfig config =
        ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], PeStyle.BINS, binBits, 2);
    requireRight(network, config, seed);
  }

  private static void requireRight(QuantizedNetwork network, AcceleratorConfig config, long seed) {
    CompiledNetwork compiled = NetworkCompiler.compile(network, config);
    int[] input = RandomNetworks.input(network, seed);
    assertEquals(Optional.empty(), CompiledExecution.firstDifference(compiled, input));
  }
}
