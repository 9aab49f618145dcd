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
    make(
        partial -> {
          try (OutputStream out =
              new BufferedOutputStream(
                  Files.newOutputStream(partial, StandardOpenOption.CREATE_NEW))) {
            content.writeTo(out);
          }
        },
        file);
  }

  /** Another program, or code that needs a path, that makes a file. */
  @FunctionalInterface
  public interface Maker {
    /**
     * Makes a file.
     *
     * @param partial where; nothing is there yet, and what is there afterwards is the file
     */
    void make(Path partial) throws IOException;
  }

  /**
   * The same for a file that needs a path to be made. Links are followed; a file that is replaced
   * hands its permissions on.
   *
   * @throws IOException if the file cannot be written, or what {@code maker} throws
   */
  public static void make(Maker maker, Path file) throws IOException {
    Path target = OutputPlace.ofFile(file);
    // A short name: that of the file may be as long as the file system allows.
    Path partial = target.resolveSibling(".lutmac-" + UUID.randomUUID());
    try {
      maker.make(partial);
      OutputPlace.handOn(target, partial);
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** What a failed access means to the user. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    return e.getClass() == IOException.class
        ? e.getMessage()
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
