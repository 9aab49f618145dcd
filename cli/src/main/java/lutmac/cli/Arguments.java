package lutmac.cli;

import java.util.function.Supplier;
import lutmac.quant.BadInputException;

/** Turns a refused argument of the library into the user's error. */
final class Arguments {
  private Arguments() {}

  /**
   * Builds a value from command-line options.
   *
   * @throws BadInputException with the rule that an option broke
   */
  static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage(), e);
    }
  }
}
