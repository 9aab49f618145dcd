package lutmac.rtl.layout;

/** Names of constants in Verilog and C++. */
final class CamelCase {
  private CamelCase() {}

  /** {@code TableN} of {@code table_n}, {@code FeatureMaps} of {@code feature maps}. */
  static String of(String label) {
    StringBuilder name = new StringBuilder();
    for (String part : label.split("[_ ]")) {
      name.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    }
    return name.toString();
  }
}
