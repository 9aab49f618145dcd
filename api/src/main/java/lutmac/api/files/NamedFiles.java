package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.file.OutputPlace;
import lutmac.network.file.WholeFile;

/**
 * Every file and folder that one command or one call of the library names. Before it does anything,
 * all of its outputs are held against all of its inputs: nobody wants an input replaced by an
 * output.
 */
public final class NamedFiles {
  private final List<ReadArgument> inputs = new ArrayList<>();
  private final List<WrittenArgument> outputs = new ArrayList<>();

  /** Those of which a wrong word's waveform is written beside the design, without being asked. */
  private final List<DesignInput> simulated = new ArrayList<>();

  /** A file that is read, and nothing else. */
  public FileInput file(Path path) {
    return read(new FileInput(path));
  }

  /** A network that is read. */
  public ModelInput model(Path path) {
    return read(new ModelInput(path));
  }

  /** Images that are read. */
  public ImagesInput images(Path path) {
    return read(new ImagesInput(path));
  }

  /** A design that is read. */
  public DesignInput design(Path path) {
    return read(new DesignInput(path));
  }

  /** A design that is read and simulated. */
  public DesignInput simulated(Path path) {
    DesignInput design = design(path);
    simulated.add(design);
    return design;
  }

  /** One file that is written. */
  public FileOutput written(Path path) {
    return written(new FileOutput(path));
  }

  /** A quantized network that is written, with its formats. */
  public NetworkOutput network(Path path) {
    return written(new NetworkOutput(path));
  }

  /** A directory that is made or replaced. */
  public DirectoryOutput directory(Path path) {
    return written(new DirectoryOutput(path));
  }

  private <T extends ReadArgument> T read(T input) {
    inputs.add(input);
    return input;
  }

  private <T extends WrittenArgument> T written(T output) {
    outputs.add(output);
    return output;
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
