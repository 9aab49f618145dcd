package lutmac.cli;

import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Parameters;

/**
 * The quantized network that a command works on: lutmac's own file, which holds its preprocessing,
 * or another tool's with the preprocessing given beside it.
 */
final class QuantizedInput {
  @Parameters(
      paramLabel = "NET",
      description = "Quantized network, from 'lutmac quantize' or another tool (QDQ, QCDQ).")
  private Path file;

  /** Null where none of the options is given. */
  @ArgGroup(
      exclusive = false,
      validate = false,
      heading =
          "%nOnly for a network that another tool quantized (lutmac's own files hold this):%n")
  private PreprocessingOptions preprocessing;

  Path file() {
    return file;
  }

  /**
   * Reads it.
   *
   * @throws BadInputException if it is no quantized network, or one of lutmac's although there are
   *     preprocessing options
   */
  QuantizedNetwork read() {
    return preprocessing == null
        ? QuantizedOnnx.read(file)
        : QuantizedOnnx.read(file, preprocessing.preprocessing());
  }
}
