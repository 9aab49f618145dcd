package lutmac.generator.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * How fast feature maps are read.
 *
 * @param banks banks of their buffer, 1 or 2: of two, one answers the activations while the other
 *     answers a skip
 * @param feederRate cycles that the feeder takes to store a word, 1 or 2: with 2 it has half the
 *     memory and half the choice of lanes; 1 where there are depthwise layers
 */
public record MapReads(int banks, int feederRate) {
  /** Most banks of the buffer. */
  public static final int MAX_BANKS = 2;

  /** As fast as there is. */
  public static final MapReads FASTEST = new MapReads(MAX_BANKS, 1);

  /** Most cycles for a word. */
  public static final int MAX_FEEDER_RATE = 2;

  private static final String BANKS = "mapBanks";
  private static final String FEEDER_RATE = "feederRate";

  public MapReads {
    FeatureRange.require(BANKS, 1, banks, MAX_BANKS);
    FeatureRange.require(FEEDER_RATE, 1, feederRate, MAX_FEEDER_RATE);
  }

  /** The same with another number of banks. */
  public MapReads withBanks(int number) {
    return new MapReads(number, feederRate);
  }

  /** The same with a feeder that takes a word in so many cycles. */
  public MapReads withFeederRate(int cycles) {
    return new MapReads(banks, cycles);
  }

  /** The components by name, as templates and files spell them. */
  Map<String, Integer> values() {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put(BANKS, banks);
    values.put(FEEDER_RATE, feederRate);
    return values;
  }

  static MapReads of(ToIntFunction<String> values) {
    return new MapReads(values.applyAsInt(BANKS), values.applyAsInt(FEEDER_RATE));
  }
}
