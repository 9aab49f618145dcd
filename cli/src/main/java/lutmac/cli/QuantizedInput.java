package lutmac.cli;

import java.nio.file.Path;
import java.util.Optional;
import lutmac.api.files.ModelInput;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.qdq.QdqReader;
import lutmac.runtime.image.ImageSet;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Parameters;

/**
 * The quantized network that a command works on: lutmac's own file, which holds its preprocessing,
 * or another tool's with the preprocessing given beside it.
 */
final class QuantizedInput {
  @Parameters(
      paramLabel = "NET",
      description =
          "Quantized network, from 'lutmac quantize' or another tool (QDQ, QCDQ, QOperator,"
              + " QONNX).")
  private ModelInput file;

  /** Null where none of the options is given. */
  @ArgGroup(
      exclusive = false,
      validate = false,
      heading =
          "%nOnly for a network that another tool quantized (lutmac's own files hold this):%n")
  private PreprocessingOptions preprocessing;

  Path file() {
    return file.path();
  }

  /**
   * Reads it.
   *
   * @param result where what the user should know of it goes
   * @throws BadInputException if it is no quantized network, or one of lutmac's although there are
   *     preprocessing options
   */
  QuantizedNetwork read(Output result) {
    return read(file.path(), preprocessing, result);
  }

  /** What looks forgotten in how images become its input; its own preprocessing is settled. */
  Optional<String> remark(ImageSet images, QuantizedNetwork network) {
    return remark(file.path(), preprocessing, images, network);
  }

  /**
   * Of a file.
   *
   * @param preprocessing null where none of the options is given
   */
  static Optional<String> remark(
      Path file, PreprocessingOptions preprocessing, ImageSet images, QuantizedNetwork network) {
    return QuantizedOnnx.isOwn(file) || network.input().folded()
        ? Optional.empty()
        : PixelUnits.remark(images, preprocessing, network.input().preprocessing());
  }

  /**
   * Reads a file.
   *
   * @param preprocessing null where none of the options is given
   */
  static QuantizedNetwork read(Path file, PreprocessingOptions preprocessing, Output result) {
    QdqReader.Imported imported =
        QuantizedOnnx.read(
            file, Optional.ofNullable(preprocessing).map(PreprocessingOptions::preprocessing));
    imported.notes().forEach(result::note);
    return imported.network();
  }
}
