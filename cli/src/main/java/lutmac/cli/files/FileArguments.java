package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.BadInputException;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * Every file and folder that one command line names. No command makes a path of text by itself, so
 * that before it runs, all of its outputs can be held against all of its inputs: nobody wants an
 * input replaced by an output.
 */
public final class FileArguments {
  private final List<ReadArgument> inputs = new ArrayList<>();
  private final List<WrittenArgument> outputs = new ArrayList<>();

  /** Makes a command line's options and parameters of these kinds. */
  public void convertFor(CommandLine commands) {
    commands
        .registerConverter(FileInput.class, text -> input(text, FileInput::new))
        .registerConverter(ModelInput.class, text -> input(text, ModelInput::new))
        .registerConverter(ImagesInput.class, text -> input(text, ImagesInput::new))
        .registerConverter(DesignInput.class, text -> input(text, DesignInput::new))
        .registerConverter(Target.class, this::target)
        .registerConverter(FileOutput.class, text -> output(text, FileOutput::new))
        .registerConverter(NetworkOutput.class, text -> output(text, NetworkOutput::new))
        .registerConverter(DirectoryOutput.class, text -> output(text, DirectoryOutput::new));
  }

  private <T extends ReadArgument> T input(String text, Function<Path, T> kind) {
    T input = kind.apply(path(text));
    inputs.add(input);
    return input;
  }

  private <T extends WrittenArgument> T output(String text, Function<Path, T> kind) {
    T output = kind.apply(path(text));
    outputs.add(output);
    return output;
  }

  private Target target(String text) {
    return text.equals(Target.ANY)
        ? new Target(Optional.empty())
        : new Target(Optional.of(input(text, DesignInput::new)));
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
   * @throws BadInputException if nothing can be written at one, or it is an input or another output
   */
  public void check() {
    for (WrittenArgument output : outputs) {
      checked(output, () -> check(output));
    }
    for (ReadArgument input : inputs) {
      if (input instanceof DesignInput design) {
        checked(design, () -> checkWaveform(design));
      }
    }
  }

  /** Something that looks at files. */
  @FunctionalInterface
  private interface Look {
    void look() throws IOException;
  }

  private static void checked(FileArgument argument, Look look) {
    try {
      look.look();
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be looked at (%s); name another place"
              .formatted(argument.path(), e.getMessage()),
          e);
    }
  }

  /** A simulation that finds a wrong word writes this without being asked. */
  private void checkWaveform(DesignInput design) throws IOException {
    for (ReadArgument input : inputs) {
      checkFile(design.waveform(), input);
    }
  }

  private void check(WrittenArgument output) throws IOException {
    if (output.files().isEmpty()) {
      Destination.checkDirectory(output.path());
    }
    for (Path file : output.files()) {
      Destination.checkFile(file);
    }
    for (ReadArgument input : inputs) {
      check(output, input);
    }
    for (WrittenArgument other : outputs) {
      if (other != output && isSame(output, other)) {
        throw new BadInputException(
            "%s: two outputs of this command would go there; name another one"
                .formatted(other.path()));
      }
    }
  }

  private static void check(WrittenArgument output, ReadArgument input) throws IOException {
    if (output.files().isEmpty() && holds(output.path(), input.path())) {
      throw new BadInputException(
          "%s holds the input %s; name another directory".formatted(output.path(), input.path()));
    }
    for (Path file : output.files().isEmpty() ? List.of(output.path()) : output.files()) {
      checkFile(file, input);
    }
  }

  private static void checkFile(Path file, ReadArgument input) throws IOException {
    if (input.reads(Destination.place(file))) {
      throw new BadInputException(
          "%s is %s that this command reads%s; name another file for the output"
              .formatted(
                  file, input.what(), file.equals(input.path()) ? "" : " as " + input.path()));
    }
  }

  private static boolean holds(Path directory, Path input) throws IOException {
    return Places.isWithin(input, directory);
  }

  private static boolean isSame(WrittenArgument one, WrittenArgument other) throws IOException {
    for (Path file : one.files()) {
      for (Path another : other.files()) {
        if (Destination.place(file).equals(Destination.place(another))) {
          return true;
        }
      }
    }
    return false;
  }
}
