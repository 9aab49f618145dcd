package lutmac.runtime.predict;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Names of feature maps as names of files, each once: letters, digits, {@code .}, {@code -} and
 * {@code _} alone, so that no name leaves its directory or means something to a shell.
 */
final class FileNames {
  private static final int MOST = 120;

  /** In lower case: some file systems know no other. */
  private final Set<String> taken = new HashSet<>();

  /** The name of the next file, without an ending. */
  String of(String map) {
    String plain = map.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]", "_");
    String stem = plain.substring(0, Math.min(MOST, plain.length()));
    stem = stem.isEmpty() ? "_" : stem;
    String name = stem;
    for (int again = 2; !taken.add(name.toLowerCase(Locale.ROOT)); again++) {
      name = stem + "-" + again;
    }
    return name;
  }
}
