package lutmac.sim.verilator;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
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

  /** What all entries may take: some hundred simulators. */
  private static final long LIMIT_BYTES = 2L << 30;

  private static final Duration RUNNING = Duration.ofHours(1);
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern TEMPORARY = Pattern.compile("[0-9a-f]{32}[.]tmp.*");

  private final Path root;
  private final long limit;

  SimulatorCache(Path root) {
    this(root, LIMIT_BYTES);
  }

  /**
   * @param limit bytes that all entries may take
   */
  SimulatorCache(Path root, long limit) {
    this.root = root.toAbsolutePath().normalize();
    this.limit = limit;
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
      touch(entry);
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
          prune();
        }
        return entry;
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  /** Notes that an entry is in use. */
  private static void touch(Path entry) {
    try {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // A cache of somebody else's: its owner decides what goes.
    }
  }

  /**
   * Removes the entries that have not been used for longest where all together take too much, and
   * what killed builds left long ago. What was used in the last hour stays: it may be running.
   */
  private void prune() throws IOException {
    List<Path> byUse = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root, Files::isDirectory)) {
      all.forEach(byUse::add);
    }
    Map<Path, FileTime> used = new HashMap<>();
    for (Path entry : byUse) {
      used.put(entry, Files.getLastModifiedTime(entry));
    }
    byUse.sort(Comparator.<Path, FileTime>comparing(used::get).reversed());
    Instant inUse = Instant.now().minus(RUNNING);
    long total = 0;
    for (Path entry : byUse) {
      String name = entry.getFileName().toString();
      boolean temporary = !HASH.matcher(name).matches();
      total += temporary ? 0 : FileTree.bytes(entry);
      boolean old = used.get(entry).toInstant().isBefore(inUse);
      if (old && (temporary ? TEMPORARY.matcher(name).matches() : total > limit)) {
        FileTree.delete(entry);
        String hash = name.split("[.]")[0];
        Files.deleteIfExists(root.resolve(hash + ".lock"));
        Files.deleteIfExists(failureLog(hash));
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
