package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.onnx.model.ExternalData;

/** An ONNX file, with the files beside it that hold its weights. */
public final class ModelInput extends ReadArgument {
  private Collection<Path> weights;

  ModelInput(Path path) {
    super(path, "the network");
  }

  /** As what a quantization left, with its formats beside it. */
  public NetworkOutput quantized() {
    return new NetworkOutput(path());
  }

  @Override
  boolean reads(Path place) throws IOException {
    if (!Files.exists(place)) {
      return false;
    }
    if (Places.same(path(), place)) {
      return true;
    }
    for (Path file : weights()) {
      if (Places.same(file, place)) {
        return true;
      }
    }
    return false;
  }

  /** Files that the network names; the whole of it has to be read for them. */
  private Collection<Path> weights() {
    if (weights == null) {
      try {
        weights = ExternalData.files(path());
      } catch (BadInputException e) {
        // The command itself says why this is no network.
        weights = List.of();
      }
    }
    return weights;
  }
}
