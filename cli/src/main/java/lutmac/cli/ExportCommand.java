package lutmac.cli;

import java.util.List;
import java.util.concurrent.Callable;
import lutmac.api.files.FileOutput;
import lutmac.api.files.ModelInput;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.qonnx.QonnxExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lutmac export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Quantized network in, the same network in another tool's format out.",
    footer = {"", "Example:", "  lutmac export net.lut.onnx --format qonnx -o net.qonnx.onnx"})
final class ExportCommand implements Callable<Integer> {
  /** What other tools read. */
  private enum Format {
    QONNX
  }

  @Parameters(
      paramLabel = "NET",
      description =
          "Quantized network, from 'lutmac quantize' or another tool (QDQ, QCDQ, QOperator,"
              + " QONNX).")
  private ModelInput file;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "qonnx: float operators and Quant nodes, for FINN, hls4ml and chisel4ml.")
  private Format format;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Where it goes, for example net.qonnx.onnx.")
  private FileOutput output;

  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizedNetwork network = QuantizedInput.read(file.path(), null, result);
    switch (format) {
      case QONNX -> QonnxExport.write(network, output.path());
    }
    List<String> rounded = QonnxExport.layersThatFloat32MayRound(network);
    if (!rounded.isEmpty()) {
      result.note(
          "sums of %s can exceed 2^24 steps: executed in float32 they may be rounded, in integers or float64 they are exact"
              .formatted(String.join(", ", rounded)));
    }
    result.json(
        new Json(
            network.name(),
            output.path().toString(),
            format.name(),
            network.layers().size(),
            network.input().tensor().name(),
            meaning(network),
            rounded));
    result.text(
        "%s%nits input '%s' takes %s",
        output.path(), network.input().tensor().name(), words(network));
    return 0;
  }

  /** What the exported graph's input is. */
  private static String meaning(QuantizedNetwork network) {
    InputEncoding input = network.input();
    int frac = input.tensor().format().frac(0);
    return !input.folded()
        ? "(pixel - mean) / std"
        : frac == 0 ? "pixels" : "pixel * 2^%d".formatted(-frac);
  }

  /** The same for people. */
  private static String words(QuantizedNetwork network) {
    InputEncoding input = network.input();
    FixedFormat format = (FixedFormat) input.tensor().format();
    return !input.folded()
        ? input.preprocessing().words() + ", rounded to its format"
        : "%s from %d to %d: mean and std are inside"
            .formatted(meaning(network), format.minCode(), format.maxCode());
  }

  /** The result for machines. */
  private record Json(
      String network,
      String output,
      String format,
      int layers,
      String input,
      String inputMeaning,
      List<String> layersThatFloat32MayRound) {}
}
