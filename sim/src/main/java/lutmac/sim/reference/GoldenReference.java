package lutmac.sim.reference;

import java.util.Map;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;

/** The golden model itself. */
public record GoldenReference(QuantizedNetwork network) implements Reference {
  @Override
  public Map<String, int[]> maps(int image, int[] codes) {
    return GoldenModel.run(network, codes);
  }

  @Override
  public boolean golden(int image) {
    return true;
  }

  @Override
  public String title() {
    return "golden model";
  }
}
