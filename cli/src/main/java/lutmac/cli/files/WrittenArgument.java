package lutmac.cli.files;

import java.nio.file.Path;
import java.util.List;

/** What a command writes. */
public sealed interface WrittenArgument extends FileArgument
    permits FileOutput, NetworkOutput, DirectoryOutput {
  /** The files that are replaced as a whole, as named; empty for a directory. */
  List<Path> files();
}
