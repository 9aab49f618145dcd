package lutmac.api.files;

import java.nio.file.Path;
import java.util.List;

/** What a quantization leaves: the network and, beside it, its formats. */
public final class NetworkOutput extends WrittenArgument {
  private static final String ONNX = ".onnx";

  NetworkOutput(Path path) {
    super(path);
  }

  /** {@code net.lut.formats.yaml} beside {@code net.lut.onnx}. */
  public Path formats() {
    String name = String.valueOf(path().getFileName());
    String stem = name.endsWith(ONNX) ? name.substring(0, name.length() - ONNX.length()) : name;
    return path().resolveSibling(stem + ".formats.yaml");
  }

  @Override
  public List<Path> files() {
    return List.of(path(), formats());
  }
}
