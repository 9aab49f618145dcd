package lutmac.sim.verilator;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import lutmac.network.BadInputException;
import lutmac.network.file.FileTree;

/**
 * Directories by content hash. An entry is made under a temporary name and moved into place, so
 * that whatever is found under its hash is complete, even after a killed build; a file lock lets
 * one process at a time make an entry while others wait for it.
 */
final class SimulatorCache {
  /** A lock file keeps out other processes; threads of this one need a lock of their own. */
  private static final ConcurrentMap<Path, Object> IN_THIS_PROCESS = new ConcurrentHashMap<>();

  private final Path root;

  SimulatorCache(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * Where entries are kept: system property or environment variable {@code LUTMAC_CACHE}, else
   * {@code $XDG_CACHE_HOME/lutmac}, else {@code ~/.cache/lutmac}.
   */
  static Path defaultRoot() {
    String chosen = System.getProperty("LUTMAC_CACHE", System.getenv("LUTMAC_CACHE"));
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path caches =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return caches.resolve("lutmac");
  }

  /** Fills an empty directory with what belongs to a hash. */
  interface Builder {
    void build(Path directory) throws IOException, InterruptedException;
  }

  /** Where files of a failed build can be kept for the user to read. */
  Path failureLog(String hash) {
    return root.resolve(hash + ".failed.log");
  }

  /** Where the entry of a hash stands, or will stand. */
  Path place(String hash) {
    return root.resolve(hash);
  }

  /** Whether the entry of a hash is there, complete. */
  boolean holds(String hash) {
    return Files.isDirectory(place(hash));
  }

  /**
   * The entry of a hash, built now if it is not there.
   *
   * @throws BadInputException if the cache directory cannot be written
   */
  Path entry(String hash, Builder builder) throws InterruptedException {
    Path entry = place(hash);
    if (Files.isDirectory(entry)) {
      return entry;
    }
    synchronized (IN_THIS_PROCESS.computeIfAbsent(entry, key -> new Object())) {
      try {
        Files.createDirectories(root);
      } catch (IOException e) {
        throw unwritable(e);
      }
      try (FileChannel channel = openLock(hash);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IllegalStateException("the lock of %s was lost".formatted(entry));
        }
        if (!Files.isDirectory(entry)) {
          removeAbandoned(hash);
          Path temporary = Files.createTempDirectory(root, hash + ".tmp");
          try {
            builder.build(temporary);
            Files.move(temporary, entry, StandardCopyOption.ATOMIC_MOVE);
          } finally {
            FileTree.delete(temporary);
          }
        }
        return entry;
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  private FileChannel openLock(String hash) throws IOException {
    return FileChannel.open(
        root.resolve(hash + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private BadInputException unwritable(IOException e) {
    return new BadInputException(
        "cannot write the simulator cache %s (%s); set LUTMAC_CACHE to a directory that can be written"
            .formatted(root, e.getMessage()),
        e);
  }

  /** What a killed build left. Whoever holds the lock is the only one who builds this hash. */
  private void removeAbandoned(String hash) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(root, hash + ".tmp*")) {
      for (Path directory : left) {
        FileTree.delete(directory);
      }
    }
  }
}
