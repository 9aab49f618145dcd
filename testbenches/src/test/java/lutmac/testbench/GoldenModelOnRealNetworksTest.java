package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fast executor, which stands for the golden model elsewhere, is equal to its plain loops. */
@Tag("slow")
class GoldenModelOnRealNetworksTest {
  @ParameterizedTest
  @CsvSource({"LENET5, 10", "RESNET20, 3", "RESNET8, 10", "DSCNN, 10"})
  void everyFeatureMapIsEqual(RealNetwork real, int images) {
    QuantizedNetwork network = real.quantized();
    IntegerExecutor executor = new IntegerExecutor(network);
    for (int[] codes : real.testCodes(images)) {
      Map<String, int[]> golden = GoldenModel.run(network, codes);
      Map<String, int[]> fast = executor.runAll(codes);
      assertEquals(golden.keySet(), fast.keySet());
      golden.forEach((name, map) -> assertArrayEquals(map, fast.get(name), name));
    }
  }
}
