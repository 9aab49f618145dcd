package lutmac.generator.emit;

import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The order in which tools read a design's files, by name: packages before the modules that use
 * them, each kind sorted.
 */
public final class CompileOrder {
  private static final String PACKAGE_SUFFIX = "_pkg.sv";

  private static final Comparator<String> BY_NAME =
      Comparator.comparing((String file) -> !file.endsWith(PACKAGE_SUFFIX))
          .thenComparing(Comparator.naturalOrder());

  private CompileOrder() {}

  /** An empty map of texts by file name that keeps to the order. */
  public static SortedMap<String, String> files() {
    return new TreeMap<>(BY_NAME);
  }
}
