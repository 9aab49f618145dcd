package lutmac.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Size of the array as {@code --array} takes it.
 *
 * @param rows P, output pixels
 * @param cols M, output channels
 */
public record ArraySize(int rows, int cols) {

  /** Reads {@code 14x16}. */
  static final class Converter implements ITypeConverter<ArraySize> {
    @Override
    public ArraySize convert(String text) {
      String[] parts = text.split("x", -1);
      try {
        if (parts.length == 2) {
          return new ArraySize(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
      } catch (NumberFormatException e) {
        throw unreadable(text);
      }
      throw unreadable(text);
    }

    private static TypeConversionException unreadable(String text) {
      return new TypeConversionException(
          "expected pixels x channels such as 14x16, got '%s'".formatted(text));
    }
  }
}
