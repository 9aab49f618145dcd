package lutmac.network.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The directories in which programs are looked for.
 *
 * @param directories the first one that has a program counts
 */
public record SearchPath(List<Path> directories) {
  public SearchPath {
    directories = List.copyOf(directories);
  }

  /** This process's {@code PATH}. */
  public static SearchPath ofEnvironment() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return new SearchPath(
        Arrays.stream(path.split(File.pathSeparator))
            .filter(directory -> !directory.isEmpty())
            .map(Path::of)
            .toList());
  }

  /** The program of that name, if there is one. */
  public Optional<Path> find(String program) {
    return directories.stream()
        .map(directory -> directory.resolve(program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
