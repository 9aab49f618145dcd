package lutmac.generator.config;

import java.util.function.ToIntFunction;

/** What values a feature can have. */
final class FeatureRange {
  private FeatureRange() {}

  /**
   * Holds a feature to its range.
   *
   * @throws IllegalArgumentException if it is out of it
   */
  static void require(String name, int min, int value, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s lies in %d to %d, got %d".formatted(name, min, max, value));
    }
  }

  /** A feature that is there or not: 1 or 0. */
  static boolean flag(ToIntFunction<String> values, String name) {
    int value = values.applyAsInt(name);
    require(name, 0, value, 1);
    return value == 1;
  }
}
