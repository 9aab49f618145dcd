package lutmac.network.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Opens what a user names, if it is a file: a named pipe would wait for ever, and a device such as
 * {@code /dev/zero} never ends. Every reader of a user's files goes through here.
 */
public final class InputFile {
  private InputFile() {}

  /**
   * Whether something can be read to its end.
   *
   * @throws NoSuchFileException if there is nothing
   * @throws IOException if it is no regular file, links followed; the message says what it is
   */
  public static void require(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      return;
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    throw new IOException(
        Files.isDirectory(file)
            ? "it is a directory"
            : "it is a pipe, a socket or a device; name a file on disk");
  }

  /**
   * All bytes of a file.
   *
   * @throws IOException as {@link #require}, or if it cannot be read
   */
  public static byte[] bytes(Path file) throws IOException {
    require(file);
    return Files.readAllBytes(file);
  }

  /**
   * A file in UTF-8.
   *
   * @throws java.nio.charset.CharacterCodingException if it is in something else
   * @throws IOException as {@link #bytes}
   */
  public static String text(Path file) throws IOException {
    require(file);
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  /**
   * A file from its beginning; not buffered.
   *
   * @throws IOException as {@link #bytes}
   */
  public static InputStream stream(Path file) throws IOException {
    require(file);
    return Files.newInputStream(file);
  }

  /**
   * A file at any position.
   *
   * @throws IOException as {@link #bytes}
   */
  public static FileChannel channel(Path file) throws IOException {
    require(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * An archive.
   *
   * @throws IOException as {@link #bytes}, or if it is no archive
   */
  public static ZipFile zip(Path file) throws IOException {
    require(file);
    try {
      ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
      try {
        // Names that are no text are found when they are read: here, and not by every reader.
        zip.stream().forEach(ZipEntry::getName);
        return zip;
      } catch (IllegalArgumentException e) {
        zip.close();
        throw e;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the archive is damaged (%s)".formatted(e.getMessage()), e);
    }
  }
}
