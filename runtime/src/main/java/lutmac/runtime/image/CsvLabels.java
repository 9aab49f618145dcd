package lutmac.runtime.image;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/**
 * Labels in a table of text, as spreadsheets and data frames write it: UTF-8 with or without a byte
 * order mark, columns parted by comma, semicolon or tab, cells with or without quotes, with or
 * without a heading. The labels are in the column that the heading calls label, class or target,
 * else in the last one.
 */
final class CsvLabels {
  private static final Set<String> HEADINGS =
      Set.of("label", "labels", "class", "classes", "class_id", "target", "targets", "y");
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private CsvLabels() {}

  /**
   * One label a row; blank lines are left out.
   *
   * @throws BadInputException if the file cannot be read or a row has no label
   */
  static int[] read(Path source) {
    List<String> lines = lines(source);
    String separator = separator(lines);
    List<Integer> values = new ArrayList<>();
    int column = -1;
    boolean first = true;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> cells = cells(lines.get(i), separator);
      if (first && isHeading(cells)) {
        column = labelColumn(cells);
      } else {
        values.add(label(source, i, cells, column));
      }
      first = false;
    }
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  private static List<String> lines(Path source) {
    try {
      String text = InputFile.text(source);
      return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
    } catch (CharacterCodingException e) {
      throw new BadInputException(source + ": not a text file in UTF-8; save it as CSV UTF-8", e);
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** The one of the first line; a file of labels alone has none. */
  private static String separator(List<String> lines) {
    String first = lines.stream().filter(line -> !line.isBlank()).findFirst().orElse("");
    for (String separator : List.of("\t", ";", ",")) {
      if (cells(first, separator).size() > 1) {
        return separator;
      }
    }
    return ",";
  }

  /** The cells of a line without quotes and blanks around them. */
  private static List<String> cells(String line, String separator) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        // Two quotes in a quoted cell are one of its text; no label has any.
        quoted = !quoted;
      } else if (!quoted && c == separator.charAt(0)) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }

  /**
   * Names only, none of which is a number or a file; or, as data frames have it above the row
   * numbers, one that starts with an empty cell.
   */
  private static boolean isHeading(List<String> cells) {
    return (cells.size() > 1 && cells.get(0).isEmpty())
        || (cells.stream().noneMatch(CsvLabels::isNumber)
            && (labelColumn(cells) >= 0 || cells.stream().noneMatch(cell -> cell.contains("."))));
  }

  private static int labelColumn(List<String> cells) {
    for (int i = cells.size() - 1; i >= 0; i--) {
      if (HEADINGS.contains(cells.get(i).toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isNumber(String cell) {
    return cell.matches("[-+]?\\d+([.]\\d*)?");
  }

  private static int label(Path source, int line, List<String> cells, int column) {
    String cell =
        column < 0 ? cells.get(cells.size() - 1) : column < cells.size() ? cells.get(column) : "";
    try {
      // Data frames with a missing value somewhere write whole numbers as 3.0.
      return Integer.parseInt(cell.replaceFirst("[.]0*$", ""));
    } catch (NumberFormatException e) {
      throw new BadInputException(
          "%s: line %d has '%s' for a label; labels are whole numbers, in the last column or in one headed 'label'"
              .formatted(source, line + 1, cell),
          e);
    }
  }
}
