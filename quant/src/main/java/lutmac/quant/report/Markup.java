package lutmac.quant.report;

/**
 * Text that is markup already; all other text is escaped before it goes into a page.
 *
 * @param text well-formed
 */
record Markup(String text) {
  /** Plain words as markup, for elements and attributes. */
  static String escape(String words) {
    StringBuilder escaped = new StringBuilder();
    words
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> {
                  // Control characters have no place in markup, not even escaped.
                  boolean allowed = c >= ' ' && c != 0x7F && c < 0xD800 || c > 0xDFFF;
                  boolean noCharacter = (c & 0xFFFE) == 0xFFFE;
                  escaped.appendCodePoint(allowed && !noCharacter ? c : 0xFFFD);
                }
              }
            });
    return escaped.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
