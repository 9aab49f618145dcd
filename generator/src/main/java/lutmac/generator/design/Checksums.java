package lutmac.generator.design;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.file.Sha256;

/**
 * SHA-256 of every file of a design, as {@code sha256sum} writes and checks them. They tell what
 * somebody has edited; they do not tell who made the design.
 */
final class Checksums {
  /** File that holds them. */
  static final String FILE = "checksums.sha256";

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (\\S+)");

  private final SortedMap<String, String> sums;

  private Checksums(SortedMap<String, String> sums) {
    this.sums = sums;
  }

  /** The text for files by their path. */
  static String text(Map<String, byte[]> files) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(files)
        .forEach(
            (name, bytes) -> text.append(Sha256.hex(bytes)).append("  ").append(name).append('\n'));
    return text.toString();
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if a line is none of a checksum
   */
  static Checksums parse(String text) {
    SortedMap<String, String> sums = new TreeMap<>();
    for (String line : text.lines().toList()) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        throw new IllegalArgumentException("'%s' is no checksum".formatted(line));
      }
      sums.put(parts.group(2), parts.group(1));
    }
    return new Checksums(sums);
  }

  /** The files that have one, in order. */
  Set<String> names() {
    return Collections.unmodifiableSet(sums.keySet());
  }

  /** Whether this is the checksum of a file. */
  boolean hold(String name, String sum) {
    return sum.equals(sums.get(name));
  }
}
