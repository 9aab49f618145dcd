package lutmac.testbench.bench;

import java.util.List;

/** Lines of cells as text: names to the left, figures to the right. */
final class AlignedText {
  private AlignedText() {}

  /**
   * @param lines of equally many cells each; the first one is the heading
   * @param names how many columns from the left hold names; the last column does, too
   */
  static String of(List<String[]> lines, int names) {
    int[] widths = new int[lines.get(0).length];
    for (String[] line : lines) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], line[c].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] line : lines) {
      StringBuilder row = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String format = c < names || c == widths.length - 1 ? "%-" : "%";
        row.append(String.format(format + widths[c] + "s  ", line[c]));
      }
      text.append(row.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
