package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fast executor, which stands for the golden model elsewhere, is equal to its plain loops. */
@Tag("slow")
class GoldenModelOnRealNetworksTest {
  private static final int IMAGES = 10;

  @ParameterizedTest
  @EnumSource(names = {"LENET5", "RESNET20", "RESNET8", "DSCNN"})
  void everyFeatureMapIsEqual(RealNetwork real) {
    QuantizedNetwork network = real.quantized();
    IntegerExecutor executor = new IntegerExecutor(network);
    for (int[] codes : real.testCodes(IMAGES)) {
      Map<String, int[]> golden = GoldenModel.run(network, codes);
      Map<String, int[]> fast = executor.runAll(codes);
      assertEquals(golden.keySet(), fast.keySet());
      golden.forEach((name, map) -> assertArrayEquals(map, fast.get(name), name));
    }
  }
}
