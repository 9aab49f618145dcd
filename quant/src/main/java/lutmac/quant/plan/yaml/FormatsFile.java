package lutmac.quant.plan.yaml;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;
import lutmac.network.file.WholeFile;
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
      text = InputFile.text(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          "%s: there is no such file; 'lutmac quantize' writes one beside its output%s"
              .formatted(file, MissingFile.hint(file)),
          e);
    } catch (MalformedInputException e) {
      throw new BadInputException(
          "%s: is not UTF-8 text; name a YAML file of formats".formatted(file), e);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be read (%s); name a readable YAML file of formats"
              .formatted(file, WholeFile.reason(e)),
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
    WholeFile.write(FormatsWriter.text(network, formats).getBytes(StandardCharsets.UTF_8), file);
  }
}
