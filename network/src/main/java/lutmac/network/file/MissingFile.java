package lutmac.network.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.text.Alike;

/** Says of a path where nothing is what is there instead. */
public final class MissingFile {
  /** Of a folder with more entries only these are looked at. */
  private static final int MOST_ENTRIES = 10_000;

  private MissingFile() {}

  /** The refusal of a file that is not there. */
  public static BadInputException file(Path path) {
    return of(path, "no such file; check the path");
  }

  /** The refusal of a file or a folder that is not there. */
  public static BadInputException fileOrDirectory(Path path) {
    return of(path, "no such file or directory; check the path");
  }

  private static BadInputException of(Path path, String what) {
    return new BadInputException("%s: %s%s".formatted(path, what, hint(path)));
  }

  /** {@code "; did you mean net.onnx?"}, or nothing if nothing there is spelled like it. */
  public static String hint(Path path) {
    Path there = path.toAbsolutePath().normalize();
    // The first part of the path that is wrong.
    while (there.getParent() != null && !Files.exists(there.getParent())) {
      there = there.getParent();
    }
    if (there.getParent() == null) {
      return "";
    }
    try (Stream<Path> entries = Files.list(there.getParent())) {
      List<String> names =
          entries.limit(MOST_ENTRIES).map(entry -> entry.getFileName().toString()).toList();
      return Alike.hint(there.getFileName().toString(), names);
    } catch (IOException e) {
      return "";
    }
  }
}
