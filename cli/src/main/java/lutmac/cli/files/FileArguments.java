package lutmac.cli.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import lutmac.api.files.DesignInput;
import lutmac.api.files.DirectoryOutput;
import lutmac.api.files.FileInput;
import lutmac.api.files.FileOutput;
import lutmac.api.files.ImagesInput;
import lutmac.api.files.ModelInput;
import lutmac.api.files.NamedFiles;
import lutmac.api.files.NetworkOutput;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * Every file and folder that one command line names. No command makes a path of text by itself, so
 * that before it runs, all of its outputs can be held against all of its inputs.
 */
public final class FileArguments {
  private final NamedFiles files = new NamedFiles();

  /** Makes a command line's options and parameters of these kinds. */
  public void convertFor(CommandLine commands) {
    register(commands, FileInput.class, files::file);
    register(commands, ModelInput.class, files::model);
    register(commands, ImagesInput.class, files::images);
    register(commands, DesignInput.class, files::simulated);
    register(commands, FileOutput.class, files::written);
    register(commands, NetworkOutput.class, files::network);
    register(commands, DirectoryOutput.class, files::directory);
    commands.registerConverter(Target.class, this::target);
  }

  private static <T> void register(CommandLine commands, Class<T> kind, Function<Path, T> named) {
    commands.registerConverter(kind, text -> named.apply(path(text)));
  }

  private Target target(String text) {
    return text.equals(Target.ANY)
        ? new Target(Optional.empty())
        : new Target(Optional.of(files.design(path(text))));
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("the name is empty; name a file");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("'%s' is no file name: %s".formatted(text, e.getReason()));
    }
  }

  /**
   * Looks at the outputs' places before minutes of work go into them.
   *
   * @throws lutmac.network.BadInputException if nothing can be written at one, or it is an input or
   *     another output
   */
  public void check() {
    files.check();
  }
}
