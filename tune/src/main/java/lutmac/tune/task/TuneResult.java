package lutmac.tune.task;

import java.util.Comparator;
import java.util.List;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * A tuned network.
 *
 * @param network the best of all epochs: of the same layers as before, with new codes, tables,
 *     biases and scales
 * @param trained images that training saw
 * @param epochs before training, then after every epoch
 */
public record TuneResult(QuantizedNetwork network, int trained, List<EpochReport> epochs) {
  public TuneResult {
    epochs = List.copyOf(epochs);
  }

  /** The epoch that the network comes from: the first with the least loss. */
  public EpochReport best() {
    return epochs.stream().min(Comparator.comparingDouble(EpochReport::loss)).orElseThrow();
  }
}
