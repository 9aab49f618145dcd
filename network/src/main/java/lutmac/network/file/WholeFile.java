package lutmac.network.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import lutmac.network.BadInputException;

/** Writes a file completely or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** What goes into a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; the stream is buffered and stays open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes under another name first, so that an older file of this name stays as it was where that
   * fails.
   *
   * @throws BadInputException if the file cannot be written
   */
  public static void write(byte[] bytes, Path file) {
    try {
      write(out -> out.write(bytes), file);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be written (%s); choose a file in an existing, writable directory with enough space"
              .formatted(file, reason(e)),
          e);
    }
  }

  /**
   * The same for content that is written piece by piece, and for callers that have more to say
   * about a failure.
   *
   * @throws IOException if the file cannot be written, or what {@code content} throws
   */
  public static void write(Content content, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Path partial =
        target.resolveSibling(".%s.%s".formatted(target.getFileName(), UUID.randomUUID()));
    try {
      try (OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(partial, StandardOpenOption.CREATE_NEW))) {
        content.writeTo(out);
      }
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** What a failed access means to the user. */
  public static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "no such file or directory"
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
