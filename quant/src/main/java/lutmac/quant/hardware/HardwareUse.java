package lutmac.quant.hardware;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What an accelerator takes for a network and one image.
 *
 * @param times in the order of execution; a layer can have several, and what is no layer of the
 *     network, such as a copy, has some, too
 */
public record HardwareUse(List<LayerTime> times, StoredMemory memory) {
  public HardwareUse {
    times = List.copyOf(times);
  }

  /** A layer's cycles. */
  public long cycles(String layer) {
    return of(layer, LayerTime::cycles);
  }

  /** Steps of the array for a layer. */
  public long steps(String layer) {
    return of(layer, LayerTime::steps);
  }

  private long of(String layer, ToLongFunction<LayerTime> what) {
    return times.stream().filter(time -> time.layer().equals(layer)).mapToLong(what).sum();
  }

  /** Cycles of the whole network. */
  public long cycles() {
    return times.stream().mapToLong(LayerTime::cycles).sum();
  }

  /** Steps of the array for the whole network. */
  public long steps() {
    return times.stream().mapToLong(LayerTime::steps).sum();
  }
}
