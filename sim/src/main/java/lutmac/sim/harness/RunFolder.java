package lutmac.sim.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import lutmac.network.file.FileTree;

/**
 * The folder in which another program runs. It is deleted when the run ends; if this process is
 * killed before, the next one deletes it: a lock that ends with its process tells that nobody uses
 * it. A folder has its name only while it is locked: it is made under a hidden one.
 */
final class RunFolder implements AutoCloseable {
  private static final String LOCK = "lock";

  /** Longest time between the making of a folder and its name. */
  private static final Duration MAKING = Duration.ofMinutes(1);

  /** Locks are of whole processes: whoever opens and closes one's file again loses it. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  /** Where this process has looked for what killed ones left: parent and prefix. */
  private static final Set<Path> SWEPT = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private RunFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * A new folder in a directory. The first one of a process there deletes those that killed
   * processes left.
   *
   * @param parent exists
   * @param prefix what the folder's name begins with, and those of all that serve the same end
   */
  static RunFolder in(Path parent, String prefix) throws IOException {
    if (SWEPT.add(parent.toAbsolutePath().normalize().resolve(prefix))) {
      sweep(parent, prefix);
    }
    Path hidden = Files.createTempDirectory(parent, "." + prefix);
    Path path = parent.resolve(hidden.getFileName().toString().substring(1));
    OWN.add(path);
    FileChannel channel =
        FileChannel.open(
            hidden.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new IOException("the lock of a new folder is taken");
      }
      Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      channel.close();
      OWN.remove(path);
      FileTree.delete(hidden);
      throw e;
    }
    return new RunFolder(path, channel);
  }

  /** Deletes what killed processes left. What cannot be deleted is no reason not to run. */
  static void sweep(Path parent, String prefix) {
    Pattern name = Pattern.compile("[.]?" + Pattern.quote(prefix) + "[0-9]+");
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(
            parent, path -> name.matcher(path.getFileName().toString()).matches())) {
      for (Path folder : folders) {
        deleteIfAbandoned(folder);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // A directory that nobody can list holds nothing of ours.
    }
  }

  private static void deleteIfAbandoned(Path folder) {
    try {
      Path file = folder.resolve(LOCK);
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || OWN.contains(folder)) {
        return;
      }
      if (folder.getFileName().toString().startsWith(".")) {
        if (isOld(folder)) {
          delete(folder);
        }
      } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            FileLock free = channel.tryLock()) {
          if (free != null) {
            delete(folder);
          }
        }
      } else if (isOld(folder)) {
        // Without a lock it was killed when it was empty. One that is not is somebody else's.
        Files.delete(folder);
      }
    } catch (IOException | UncheckedIOException e) {
      // Somebody else's, or gone meanwhile.
    }
  }

  private static boolean isOld(Path folder) throws IOException {
    return Files.getLastModifiedTime(folder).toInstant().isBefore(Instant.now().minus(MAKING));
  }

  /** The lock goes last, so that one can tell what it was if this is killed on the way. */
  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> inside =
        Files.newDirectoryStream(folder, path -> !path.endsWith(LOCK))) {
      for (Path each : inside) {
        FileTree.delete(each);
      }
    }
    FileTree.delete(folder);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    // Locked to the end: nobody else is to delete it, too.
    try (lock) {
      delete(path);
    } finally {
      OWN.remove(path);
    }
  }
}
