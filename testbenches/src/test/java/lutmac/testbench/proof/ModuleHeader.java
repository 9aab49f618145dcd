package lutmac.testbench.proof;

import java.util.stream.Collectors;

/** What the first lines of a module's text say, which tells modules of one name apart. */
public final class ModuleHeader {
  private static final int LINES = 4;

  private ModuleHeader() {}

  /** The header of a module, without the name of its design. */
  public static String of(String text) {
    return text.lines()
        .filter(line -> line.startsWith("//"))
        .limit(LINES)
        .map(line -> line.replace("lutmac_", ""))
        .collect(Collectors.joining("\n"));
  }
}
