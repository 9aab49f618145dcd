package lutmac.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.quant.result.QuantizationResult;

/** What a quantization leaves: the network and, beside it, its formats. */
final class QuantizedFiles {
  private static final String ONNX = ".onnx";

  private QuantizedFiles() {}

  /** {@code net.lut.formats.yaml} beside {@code net.lut.onnx}. */
  static Path formatsBeside(Path network) {
    String name = String.valueOf(network.getFileName());
    String stem = name.endsWith(ONNX) ? name.substring(0, name.length() - ONNX.length()) : name;
    return network.resolveSibling(stem + ".formats.yaml");
  }

  /**
   * Writes both; the network first: without it nobody needs the formats.
   *
   * @param model the float network that it was made of
   * @param inputShape shape of its input, if the model leaves that open
   */
  static void write(
      QuantizationResult result, Path model, Optional<List<Integer>> inputShape, Path network) {
    QuantizedOnnx.write(FloatModel.remember(result.network(), model, inputShape, network), network);
    FormatsFile.write(result.network().name(), result.formats(), formatsBeside(network));
  }
}
