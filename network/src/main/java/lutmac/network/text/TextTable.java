package lutmac.network.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table in plain text: names to the left, figures to the right, two spaces between columns. */
public final class TextTable {
  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * One column.
   *
   * @param width characters that it has at least
   */
  public record Column(String heading, boolean left, int width) {
    /** Cells to the left. */
    public static Column name(String heading) {
      return new Column(heading, true, 0);
    }

    /** Cells to the right. */
    public static Column figure(String heading) {
      return new Column(heading, false, 0);
    }

    /** The same, not narrower than so many characters. */
    public Column atLeast(int characters) {
      return new Column(heading, left, characters);
    }

    private String aligned(String cell, int characters) {
      String gap = " ".repeat(characters - cell.length());
      return left ? cell + gap : gap + cell;
    }
  }

  /** A table of any columns. */
  public TextTable(List<Column> columns) {
    this.columns = List.copyOf(columns);
    rows.add(columns.stream().map(Column::heading).toList());
  }

  /** A table of one column of names and others of figures. */
  public TextTable(String names, String... figures) {
    this(columns(names, figures));
  }

  private static List<Column> columns(String names, String... figures) {
    List<Column> columns = new ArrayList<>(List.of(Column.name(names)));
    Arrays.stream(figures).map(Column::figure).forEach(columns::add);
    return columns;
  }

  /** Adds a row of as many cells as there are columns. */
  public TextTable row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "%d columns, %d cells".formatted(columns.size(), cells.length));
    }
    rows.add(Arrays.stream(cells).map(String::valueOf).toList());
    return this;
  }

  /** The lines, without a line break behind the last one. */
  @Override
  public String toString() {
    int[] widths = new int[columns.size()];
    for (int c = 0; c < widths.length; c++) {
      int column = c;
      int widest = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
      widths[c] = Math.max(columns.get(c).width(), widest);
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        line.append(c == 0 ? "" : "  ").append(columns.get(c).aligned(row.get(c), widths[c]));
      }
      lines.add(line.toString().stripTrailing());
    }
    return String.join("\n", lines).stripTrailing();
  }
}
