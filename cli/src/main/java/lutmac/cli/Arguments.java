package lutmac.cli;

import java.util.function.Supplier;
import lutmac.network.BadInputException;

/** Turns a refused argument of the library into the user's error. */
final class Arguments {
  private Arguments() {}

  /**
   * Builds a value from command-line options.
   *
   * @param option the option that the value comes from
   * @throws BadInputException with the rule that the option broke
   */
  static <T> T checked(String option, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "%s: %s; choose another value".formatted(option, e.getMessage()), e);
    }
  }
}
