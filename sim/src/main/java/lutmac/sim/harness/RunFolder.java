package lutmac.sim.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lutmac.network.file.FileTree;

/**
 * The folder of one run of a simulator. It is deleted when the run ends; if this process is killed
 * before, the next one deletes it: a lock that ends with its process tells that nobody uses it.
 */
final class RunFolder implements AutoCloseable {
  private static final String PREFIX = "lutmac-sim";
  private static final String LOCK = "lock";

  /** Longest time between the making of a folder and of its lock. */
  private static final Duration MAKING = Duration.ofMinutes(1);

  /** Locks are of whole processes: whoever opens and closes one's file again loses it. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private RunFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** A new folder for temporary files; those that killed processes left are deleted. */
  static RunFolder create() throws IOException {
    return in(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * The same in another place.
   *
   * @param parent exists
   */
  static RunFolder in(Path parent) throws IOException {
    deleteAbandoned(parent);
    Path path = Files.createTempDirectory(parent, PREFIX);
    OWN.add(path);
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      throw new IOException("the lock of a new folder is taken");
    }
    return new RunFolder(path, channel);
  }

  private static synchronized void deleteAbandoned(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (!OWN.contains(folder)
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && isAbandoned(folder)) {
          FileTree.delete(folder);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Somebody else's, or gone meanwhile: no reason not to run.
    }
  }

  private static boolean isAbandoned(Path folder) throws IOException {
    Path file = folder.resolve(LOCK);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Files.getLastModifiedTime(folder).toInstant().isBefore(Instant.now().minus(MAKING));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock free = channel.tryLock()) {
      return free != null;
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lock.close();
    FileTree.delete(path);
    OWN.remove(path);
  }
}
