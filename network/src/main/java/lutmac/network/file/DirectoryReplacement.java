package lutmac.network.file;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;

/**
 * Writes a directory as a whole: next to its place first, then by renaming. Whatever goes wrong on
 * the way, the place holds what it held before or the complete new directory.
 */
public final class DirectoryReplacement {
  private DirectoryReplacement() {}

  /** What goes into a directory. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it into a directory that exists and is empty. */
    void writeTo(Path directory) throws IOException;
  }

  /**
   * Puts a directory in place of what is there, if anything.
   *
   * @param files contents by path relative to the directory
   */
  public static void replace(Path directory, Map<String, byte[]> files) throws IOException {
    replace(
        directory,
        fresh -> {
          for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = fresh.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
          }
        });
  }

  /**
   * The same for content that is too large to hold, or not known beforehand.
   *
   * @throws IOException if the directory cannot be written, or what {@code content} throws
   */
  public static void replace(Path directory, Content content) throws IOException {
    Path place =
        Files.exists(directory) ? directory.toRealPath() : OutputPlace.of(directory).normalize();
    Files.createDirectories(place.getParent());
    Path fresh = beside(place, "new");
    try {
      Files.createDirectory(fresh);
      content.writeTo(fresh);
      OutputPlace.handOn(place, fresh);
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
    return place.resolveSibling(".lutmac-%s-%s".formatted(role, UUID.randomUUID()));
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("%s is a mount point and cannot be replaced".formatted(to), e);
    }
  }
}
