package lutmac.generator.design;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;
import lutmac.network.file.Sha256;

/**
 * The files of one design as they are read: each once, and its checksum is that of the bytes that
 * are used.
 */
final class DesignFiles {
  private final Path directory;
  private final Map<String, String> sums = new HashMap<>();
  private Checksums written;

  DesignFiles(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /**
   * Reads a file in UTF-8.
   *
   * @throws BadInputException if it cannot be read or is no text
   */
  String text(String name) {
    try {
      byte[] bytes = InputFile.bytes(path(name));
      note(name, bytes);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw damaged(name, "it is no text", e);
    } catch (IOException e) {
      throw unreadable(path(name), e);
    }
  }

  /** Takes note of a file that something else has read. */
  void note(String name, byte[] bytes) {
    sums.put(name, Sha256.hex(bytes));
  }

  /**
   * A user may edit the hardware, but not what says which hardware it is.
   *
   * @param name a file that has been read
   * @throws BadInputException if it is not what was written, or if the checksums cannot be read
   */
  void requireUnedited(String name) {
    if (!written().hold(name, sums.get(name))) {
      throw new BadInputException(
          "%s was edited after the design was generated (its checksum is another): it would not describe the hardware; generate the design again"
              .formatted(path(name)));
    }
  }

  /**
   * Files that are no longer what they were, or are gone, or came later. Those that have not been
   * read are read for it.
   *
   * @param used files that the design consists of today
   * @throws BadInputException if a file cannot be read
   */
  SortedSet<String> edited(Collection<String> used) {
    SortedSet<String> edited = new TreeSet<>(used);
    edited.removeAll(written().names());
    try {
      for (String name : written().names()) {
        if (isEdited(name)) {
          edited.add(name);
        }
      }
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
    return edited;
  }

  private boolean isEdited(String name) throws IOException {
    if (!sums.containsKey(name)) {
      Path whole = directory.toAbsolutePath().normalize();
      try {
        if (!whole.resolve(name).normalize().startsWith(whole)) {
          return true;
        }
        note(name, InputFile.bytes(path(name).normalize()));
      } catch (NoSuchFileException | InvalidPathException e) {
        return true;
      }
    }
    return !written().hold(name, sums.get(name));
  }

  /** Read when they are first asked for: designs of older versions have none. */
  private Checksums written() {
    if (written == null) {
      try {
        written = Checksums.parse(text(Checksums.FILE));
      } catch (IllegalArgumentException e) {
        throw damaged(Checksums.FILE, e.getMessage(), e);
      }
    }
    return written;
  }

  /** What is wrong with a file that says something impossible. */
  BadInputException damaged(String name, String how, Exception cause) {
    return new BadInputException(
        "%s is damaged (%s): generate the design again"
            .formatted(path(name), how.lines().findFirst().orElse("")),
        cause);
  }

  private static BadInputException unreadable(Path file, IOException cause) {
    Path design = file.getParent();
    if (design != null && !Files.exists(design)) {
      return MissingFile.fileOrDirectory(design);
    }
    return new BadInputException(
        "cannot read %s (%s): generate the design again".formatted(file, reason(cause)), cause);
  }

  /** What a failed access means to the user. */
  static String reason(Exception e) {
    if (e instanceof UncheckedIOException unchecked) {
      return reason(unchecked.getCause());
    }
    if (e instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    }
    if (e instanceof FileSystemException failed) {
      String why =
          failed.getReason() != null ? failed.getReason() : failed.getClass().getSimpleName();
      return failed.getFile() + ": " + why;
    }
    return String.valueOf(e.getMessage());
  }
}
