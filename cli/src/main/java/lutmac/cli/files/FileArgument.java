package lutmac.cli.files;

import java.nio.file.Path;

/** A file or folder that the command line names. Only {@link FileArguments} makes one. */
public sealed interface FileArgument permits ReadArgument, WrittenArgument {
  /** As the user writes it. */
  Path path();
}
