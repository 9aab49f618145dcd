package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Path;

/** What a command reads. */
public sealed interface ReadArgument extends FileArgument
    permits FileInput, ModelInput, ImagesInput, DesignInput {
  /** What it is, for people: "the images". */
  String what();

  /**
   * Whether it would be harmed if another file took a place.
   *
   * @param place behind all links; a file is there
   */
  boolean reads(Path place) throws IOException;
}
