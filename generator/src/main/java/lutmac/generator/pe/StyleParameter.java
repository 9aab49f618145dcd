package lutmac.generator.pe;

import java.util.Locale;
import java.util.Map;

/**
 * A whole number that can be chosen about a style, and how people and files spell it. Styles that
 * share a parameter share its definition.
 *
 * @param name in {@code design.json} and, as a variable, in the style's template, such as {@code
 *     binBits}
 * @param meaning what it is, for {@code --help}
 * @param advice what follows from its choice, for {@code --help}; may be empty
 * @param unit what it counts
 * @param standard its value where nobody chooses
 * @param suited whether the style chooses it for a network, if nobody else does
 */
public record StyleParameter(
    String name,
    String meaning,
    String advice,
    String unit,
    int min,
    int max,
    int standard,
    boolean suited) {

  public StyleParameter {
    if (min > standard || standard > max) {
      throw new IllegalArgumentException(
          "%s: %d is not in %d..%d".formatted(name, standard, min, max));
    }
  }

  /** One that has its standard value where nobody chooses, whatever the network is. */
  public StyleParameter(
      String name, String meaning, String advice, String unit, int min, int max, int standard) {
    this(name, meaning, advice, unit, min, max, standard, false);
  }

  /** The option on the command line: {@code --bin-bits} for {@code binBits}. */
  public String option() {
    return "--" + name.replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /**
   * The value that a text states.
   *
   * @throws IllegalArgumentException if it is no number in the range
   */
  public int parse(String text) {
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected("'" + text + "'"), e);
    }
    throw new IllegalArgumentException(expected(text));
  }

  private String expected(String got) {
    return "expected %d to %d %s, got %s".formatted(min, max, unit, got);
  }

  /** Its value among others, or {@code otherwise} if there is none. */
  int in(Map<String, Integer> values, int otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /**
   * Checks a value.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  void require(int value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + ": " + expected(String.valueOf(value)));
    }
  }
}
