package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.file.OutputPlace;

/** What a command reads. */
abstract sealed class ReadArgument extends FileArgument
    permits FileInput, ModelInput, ImagesInput, DesignInput {
  private final String what;

  /**
   * @param what it is, for people: "the images"
   */
  ReadArgument(Path path, String what) {
    super(path);
    this.what = what;
  }

  /**
   * Holds it against a file that is written.
   *
   * @throws BadInputException if it would be harmed
   */
  final void requireOther(Path file) throws IOException {
    if (reads(OutputPlace.of(file))) {
      throw new BadInputException(
          "%s is %s that this command reads%s; name another file for the output"
              .formatted(file, what, file.equals(path()) ? "" : " as " + path()));
    }
  }

  /**
   * Whether it would be harmed if another file took a place.
   *
   * @param place behind all links; a file is there
   */
  abstract boolean reads(Path place) throws IOException;
}
