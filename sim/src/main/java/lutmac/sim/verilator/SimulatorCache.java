package lutmac.sim.verilator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
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
  private static final ConcurrentMap<Path, ReentrantLock> IN_THIS_PROCESS =
      new ConcurrentHashMap<>();

  /** What all entries may take: some hundred simulators. */
  private static final long LIMIT_BYTES = 2L << 30;

  private static final Duration RUNNING = Duration.ofHours(1);
  private static final Duration ASKING = Duration.ofMillis(20);
  private static final int HASH_LENGTH = 32;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}");

  /** One that is complete, or that is being built or removed. */
  private static final Pattern ENTRY = Pattern.compile(HASH + "([.]tmp.*)?");

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

  /** The entry of a hash, if it is there. It counts as used now, so that it stays while it runs. */
  Optional<Path> find(String hash) {
    Path entry = root.resolve(hash);
    // Before the look: an entry that was touched is not pruned.
    touch(entry);
    return Files.isDirectory(entry) ? Optional.of(entry) : Optional.empty();
  }

  /**
   * The entry of a hash, built now if it is not there. Old entries may go in exchange.
   *
   * @throws BadInputException if the cache directory cannot be written
   */
  Path entry(String hash, Builder builder) throws InterruptedException {
    if (keep(hash, builder)) {
      prune();
    }
    return root.resolve(hash);
  }

  /**
   * The same for what a builder makes on its way, for other entries to use.
   *
   * @return whether it was built now
   */
  boolean keep(String hash, Builder builder) throws InterruptedException {
    return find(hash).isEmpty() && make(hash, builder);
  }

  private boolean make(String hash, Builder builder) throws InterruptedException {
    ReentrantLock threads = threadLock(hash);
    threads.lockInterruptibly();
    try {
      Files.createDirectories(root);
      FileChannel lock = lock(hash);
      try {
        if (find(hash).isPresent()) {
          return false;
        }
        removeAbandoned(hash);
        Path temporary = Files.createTempDirectory(root, hash + ".tmp");
        try {
          builder.build(temporary);
          Files.move(temporary, root.resolve(hash), StandardCopyOption.ATOMIC_MOVE);
        } finally {
          FileTree.delete(temporary);
        }
        return true;
      } finally {
        lock.close();
      }
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      threads.unlock();
    }
  }

  /** Notes that an entry is in use. */
  private static void touch(Path entry) {
    try {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // Not there, or in a cache of somebody else's: its owner decides what goes.
    }
  }

  /** What stands in the cache, and since when nobody has used it. */
  private record Kept(Path directory, Instant used, long bytes) {}

  /**
   * Removes the entries that have not been used for longest where all together take too much, and
   * what killed builds left long ago. What was used in the last hour stays: it may be running.
   * Others do the same meanwhile: what cannot be measured or removed is left to them.
   */
  private void prune() {
    List<Kept> all = new ArrayList<>();
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(root, path -> ENTRY.matcher(name(path)).matches())) {
      for (Path directory : directories) {
        measure(directory).ifPresent(all::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return;
    }
    all.sort(Comparator.comparing(Kept::used).reversed());
    Instant inUse = Instant.now().minus(RUNNING);
    long total = 0;
    for (Kept kept : all) {
      boolean complete = HASH.matcher(name(kept.directory())).matches();
      total += complete ? kept.bytes() : 0;
      if (kept.used().isBefore(inUse) && (!complete || total > limit)) {
        remove(kept.directory(), inUse);
      }
    }
  }

  private static Optional<Kept> measure(Path directory) {
    try {
      Instant used = Files.getLastModifiedTime(directory).toInstant();
      return Optional.of(new Kept(directory, used, FileTree.bytes(directory)));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** Removes what nobody builds or has begun to use, if it can. */
  private void remove(Path directory, Instant inUse) {
    String hash = name(directory).substring(0, HASH_LENGTH);
    ReentrantLock threads = threadLock(hash);
    if (!threads.tryLock()) {
      return;
    }
    try (FileChannel channel = openLock(hash);
        FileLock lock = channel.tryLock()) {
      if (lock == null
          || isRetired(channel)
          || Files.getLastModifiedTime(directory).toInstant().isAfter(inUse)) {
        return;
      }
      // Whatever stands under a hash is complete, also while it goes.
      Path going = root.resolve(hash + ".tmp" + UUID.randomUUID());
      Files.move(directory, going, StandardCopyOption.ATOMIC_MOVE);
      FileTree.delete(going);
      Files.deleteIfExists(failureLog(hash));
      retire(hash, channel);
    } catch (IOException | UncheckedIOException e) {
      // Somebody else's, or gone meanwhile.
    } finally {
      threads.unlock();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private ReentrantLock threadLock(String hash) {
    return IN_THIS_PROCESS.computeIfAbsent(root.resolve(hash), key -> new ReentrantLock());
  }

  /**
   * Waits until no other process builds or removes the entry of a hash. It asks again and again:
   * where it slept in the lock, two processes that build two entries each would be told that they
   * wait for each other, for the locks are those of processes and not of threads.
   */
  private FileChannel lock(String hash) throws IOException, InterruptedException {
    while (true) {
      FileChannel channel = openLock(hash);
      if (channel.tryLock() != null && !isRetired(channel)) {
        return channel;
      }
      channel.close();
      Thread.sleep(ASKING.toMillis());
    }
  }

  /**
   * Deletes the lock file of an entry that is gone. Whoever has just opened it sees by what it
   * holds that it locks nothing any more: the next one makes another file.
   */
  private void retire(String hash, FileChannel lock) throws IOException {
    Files.deleteIfExists(lockFile(hash));
    lock.write(ByteBuffer.wrap(new byte[1]));
  }

  private static boolean isRetired(FileChannel lock) throws IOException {
    return lock.size() > 0;
  }

  private FileChannel openLock(String hash) throws IOException {
    return FileChannel.open(lockFile(hash), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private Path lockFile(String hash) {
    return root.resolve(hash + ".lock");
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
