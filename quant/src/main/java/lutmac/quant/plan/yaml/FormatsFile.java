package lutmac.quant.plan.yaml;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import lutmac.quant.BadInputException;
import lutmac.quant.plan.PinnedFormats;

/** A network's formats as one YAML file that people read and edit. */
public final class FormatsFile {
  private FormatsFile() {}

  /**
   * Reads a file that {@link #write} made or somebody wrote.
   *
   * @throws BadInputException naming file, line and layer, if it is missing, no YAML, or says what
   *     cannot be
   */
  public static PinnedFormats read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          "%s: there is no such file; 'lutmac quantize' writes one beside its output"
              .formatted(file),
          e);
    } catch (MalformedInputException e) {
      throw new BadInputException(
          "%s: is not UTF-8 text; name a YAML file of formats".formatted(file), e);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be read (%s); name a readable YAML file of formats"
              .formatted(file, reason(e)),
          e);
    }
    return new FormatsReader(file.toString()).read(text);
  }

  /**
   * Writes a file that can be read again.
   *
   * @param network name, for the heading
   * @throws BadInputException if it cannot be written; then nothing is left
   */
  public static void write(String network, PinnedFormats formats, Path file) {
    byte[] bytes = FormatsWriter.text(network, formats).getBytes(StandardCharsets.UTF_8);
    Path target = file.toAbsolutePath();
    Path partial =
        target.resolveSibling(".%s.%s".formatted(target.getFileName(), UUID.randomUUID()));
    try {
      try {
        Files.write(partial, bytes, StandardOpenOption.CREATE_NEW);
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be written (%s); choose a file in an existing, writable directory with enough space"
              .formatted(file, reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
