package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.BadInputException;
import lutmac.network.file.OutputPlace;
import lutmac.network.file.WholeFile;
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

  /** Those of which a wrong word's waveform is written beside the design, without being asked. */
  private final List<DesignInput> simulated = new ArrayList<>();

  /** Makes a command line's options and parameters of these kinds. */
  public void convertFor(CommandLine commands) {
    commands
        .registerConverter(FileInput.class, text -> input(text, FileInput::new))
        .registerConverter(ModelInput.class, text -> input(text, ModelInput::new))
        .registerConverter(ImagesInput.class, text -> input(text, ImagesInput::new))
        .registerConverter(DesignInput.class, this::simulated)
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

  private DesignInput simulated(String text) {
    DesignInput design = input(text, DesignInput::new);
    simulated.add(design);
    return design;
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
    for (DesignInput design : simulated) {
      for (ReadArgument input : inputs) {
        checked(design, () -> input.requireOther(design.waveform()));
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
              .formatted(argument.path(), WholeFile.reason(e)),
          e);
    }
  }

  private void check(WrittenArgument output) throws IOException {
    output.checkPlace();
    for (ReadArgument input : inputs) {
      output.checkAgainst(input);
    }
    for (WrittenArgument other : outputs) {
      if (other != output && isSame(output, other)) {
        throw new BadInputException(
            "%s: two outputs of this command would go there; name another one"
                .formatted(other.path()));
      }
    }
  }

  private static boolean isSame(WrittenArgument one, WrittenArgument other) throws IOException {
    for (Path file : one.files()) {
      for (Path another : other.files()) {
        if (OutputPlace.of(file).equals(OutputPlace.of(another))) {
          return true;
        }
      }
    }
    return false;
  }
}
