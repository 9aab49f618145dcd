package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.onnx.model.ExternalData;

/** An ONNX file, with the files beside it that hold its weights. */
public final class ModelInput implements ReadArgument {
  private final Path path;

  ModelInput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String what() {
    return "the network";
  }

  @Override
  public boolean reads(Path place) throws IOException {
    if (Places.same(path, place)) {
      return true;
    }
    try {
      for (Path weights : ExternalData.files(path)) {
        if (Places.same(weights, place)) {
          return true;
        }
      }
    } catch (BadInputException e) {
      // The command itself says why this is no network.
    }
    return false;
  }
}
