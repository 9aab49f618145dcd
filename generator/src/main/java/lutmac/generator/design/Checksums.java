package lutmac.generator.design;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.file.InputFile;
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
        .forEach((name, bytes) -> text.append(Sha256.hex(bytes)).append("  ").append(name).append('\n'));
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

  /**
   * Files that are no longer what they were, or are gone, or came later.
   *
   * @param used files that the design consists of today
   */
  SortedSet<String> edited(Path directory, Collection<String> used) throws IOException {
    SortedSet<String> edited = new TreeSet<>();
    for (String name : sums.keySet()) {
      if (isEdited(directory, name)) {
        edited.add(name);
      }
    }
    used.stream().filter(name -> !sums.containsKey(name)).forEach(edited::add);
    return edited;
  }

  /** Whether a file is not what it was. */
  boolean isEdited(Path directory, String name) throws IOException {
    Path file = directory.resolve(name).normalize();
    if (!file.startsWith(directory.normalize())) {
      return true;
    }
    try {
      return !Sha256.hex(InputFile.bytes(file)).equals(sums.get(name));
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
