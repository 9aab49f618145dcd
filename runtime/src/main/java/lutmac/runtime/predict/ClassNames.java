package lutmac.runtime.predict;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;

/**
 * What the classes of a network are called.
 *
 * @param names by output of the network, from 0; empty where nobody has named them
 */
public record ClassNames(List<String> names) {
  /** Nobody has named the classes. */
  public static final ClassNames NONE = new ClassNames(List.of());

  private static final String BYTE_ORDER_MARK = "\ufeff";

  public ClassNames {
    names = List.copyOf(names);
  }

  /**
   * Names from a text file in UTF-8, one a line, that of class 0 first. Empty lines at its end do
   * not count.
   *
   * @param outputs classes of the network
   * @param labelOffset output index = label + offset; a file may name all outputs, or the labels
   *     alone
   * @throws BadInputException if the file cannot be read or holds another number of names
   */
  public static ClassNames read(Path file, int outputs, int labelOffset) {
    List<String> lines = new ArrayList<>(lines(file));
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
      lines.remove(lines.size() - 1);
    }
    List<String> names = new ArrayList<>();
    if (lines.size() == outputs - labelOffset) {
      // Of labels that begin later than the outputs do, the first names are of no output.
      lines.subList(0, Math.max(0, -labelOffset)).clear();
      for (int i = 0; i < labelOffset; i++) {
        names.add("");
      }
    } else if (lines.size() != outputs) {
      throw new BadInputException(
          "%s: names %d classes but the network has %d; give one name a line, that of class 0 first"
              .formatted(file, lines.size(), outputs));
    }
    lines.forEach(line -> names.add(line.strip()));
    return new ClassNames(names);
  }

  private static List<String> lines(Path file) {
    try {
      String text = InputFile.text(file);
      return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
    } catch (NoSuchFileException e) {
      throw MissingFile.file(file);
    } catch (CharacterCodingException e) {
      throw new BadInputException(
          file + ": not a text file in UTF-8; give one name a line, that of class 0 first", e);
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Whether the classes have names. */
  public boolean known() {
    return !names.isEmpty();
  }

  /** The name of an output; empty where it has none. */
  public String of(int output) {
    return known() ? names.get(output) : "";
  }
}
