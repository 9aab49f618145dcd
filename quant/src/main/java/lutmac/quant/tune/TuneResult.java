package lutmac.quant.tune;

import java.util.List;
import lutmac.quant.network.QuantizedNetwork;

/**
 * A tuned network.
 *
 * @param network the best of all epochs: of the same layers as before, with new codes, tables,
 *     biases and scales
 * @param epochs before training, then after every epoch
 */
public record TuneResult(QuantizedNetwork network, List<EpochReport> epochs) {
  public TuneResult {
    epochs = List.copyOf(epochs);
  }
}
