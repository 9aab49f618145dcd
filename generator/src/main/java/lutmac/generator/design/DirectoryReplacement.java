package lutmac.generator.design;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import lutmac.network.file.FileTree;

/**
 * Writes a directory as a whole: next to its place first, then by renaming. Whatever goes wrong on
 * the way, the place holds what it held before or the complete new directory.
 */
final class DirectoryReplacement {
  private DirectoryReplacement() {}

  /**
   * Puts a directory in place of what is there, if anything.
   *
   * @param files contents by path relative to the directory
   */
  static void replace(Path directory, Map<String, byte[]> files) throws IOException {
    Path place = Files.exists(directory) ? directory.toRealPath() : directory.toAbsolutePath();
    Files.createDirectories(place.getParent());
    Path fresh = beside(place, "new");
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path path = fresh.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
      if (Files.exists(place)) {
        swap(place, fresh);
      } else {
        move(fresh, place);
      }
    } finally {
      FileTree.delete(fresh);
    }
  }

  private static void swap(Path place, Path fresh) throws IOException {
    Path old = beside(place, "old");
    move(place, old);
    try {
      move(fresh, place);
    } catch (IOException e) {
      move(old, place);
      throw e;
    }
    FileTree.delete(old);
  }

  private static Path beside(Path place, String role) {
    return place.resolveSibling(
        ".%s.%s-%s".formatted(place.getFileName(), role, UUID.randomUUID()));
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("%s is a mount point and cannot be replaced".formatted(to), e);
    }
  }
}
