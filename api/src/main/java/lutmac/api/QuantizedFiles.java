package lutmac.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.api.files.NetworkOutput;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.quant.result.QuantizationResult;

/** What a quantization leaves: the network and, beside it, its formats. */
public final class QuantizedFiles {
  private QuantizedFiles() {}

  /**
   * Writes both; the network first: without it nobody needs the formats.
   *
   * @param model the float network that it was made of
   * @param inputShape shape of its input, if the model leaves that open
   */
  public static void write(
      QuantizationResult result,
      Path model,
      Optional<List<Integer>> inputShape,
      NetworkOutput place) {
    QuantizedOnnx.write(
        FloatModel.remember(result.network(), model, inputShape, place.path()), place.path());
    FormatsFile.write(result.network().name(), result.formats(), place.formats());
  }
}
