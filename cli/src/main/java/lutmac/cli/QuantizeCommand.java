package lutmac.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lutmac.quant.BadInputException;
import lutmac.quant.data.ImageSet;
import lutmac.quant.data.ImageSets;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.QuantizedNetwork;
import lutmac.quant.onnx.OnnxReader;
import lutmac.quant.onnx.QuantizedOnnx;
import lutmac.quant.recipe.LayerReport;
import lutmac.quant.recipe.MemoryReport;
import lutmac.quant.recipe.QuantizationReport;
import lutmac.quant.recipe.QuantizationResult;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Quantizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lutmac quantize}. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Float ONNX and calibration images in, quantized ONNX out.",
    footer = {
      "",
      "Example (a CIFAR-10 network that wants normalized RGB):",
      "  lutmac quantize resnet20.onnx --calib train_images.npy \\",
      "    --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375 -o resnet20.lut.onnx"
    })
final class QuantizeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Float network, ONNX opset 9 to 21.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Where the quantized network goes, for example net.lut.onnx.")
  private Path output;

  @Mixin private QuantizationOptions quantization;
  @Mixin private PreprocessingOptions preprocessing;
  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizeOptions options = quantization.quantizer();
    Preprocessing preparation = preprocessing.preprocessing();
    checkOutput();
    OnnxReader.Imported imported = OnnxReader.readWithNotes(model);
    imported.notes().forEach(result::note);
    FloatNetwork network = imported.network();
    ImageSet images = ImageSets.read(quantization.calibration());
    QuantizationResult quantized;
    try (Progress progress = Progress.of("quantize")) {
      quantized =
          Quantizer.quantize(
              network,
              images,
              preparation,
              options,
              (what, done, total) -> progress.update(done, total));
    }
    QuantizedNetwork remembered = FloatModel.remember(quantized.network(), model, output);
    QuantizedOnnx.write(remembered, output);
    print(quantized.report());
    return 0;
  }

  private void checkOutput() {
    Destination.checkFile(output);
    try {
      if (Files.exists(output) && Files.exists(model) && Files.isSameFile(output, model)) {
        throw new BadInputException(
            "%s is the float network itself; name another file with -o".formatted(output));
      }
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be looked at (%s); name another file with -o"
              .formatted(output, e.getMessage()),
          e);
    }
  }

  private void print(QuantizationReport report) {
    TextTable table =
        new TextTable("layer", "in", "out", "weights dB", "output dB", "clamped", "acc bits");
    for (LayerReport layer : report.layers()) {
      table.row(
          layer.name(),
          layer.inputFormat(),
          layer.outputFormat(),
          decibels(layer.weightSqnr()),
          decibels(layer.outputSqnr()),
          percent(layer.clampedLow() + layer.clampedHigh()),
          layer.accumulator().arrayBits());
    }
    result.text(table.toString());
    report.notes().forEach(result::note);
    MemoryReport memory = report.memory();
    result.text(
        "%nsmaller than float32: weights %.2fx, with all feature maps %.2fx, with live ones %.2fx%n%s"
            .formatted(memory.weightsRatio(), memory.allRatio(), memory.peakRatio(), output));
    result.json(json(report));
  }

  private static String decibels(Optional<Double> sqnr) {
    return sqnr.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("exact");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.3f %%", 100 * share);
  }

  private Map<String, Object> json(QuantizationReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("network", report.network());
    json.put("output", output.toString());
    json.put("recipe", quantization.recipe());
    json.put("calibrationImages", report.calibrationImages());
    json.put("inputFormat", report.inputFormat());
    json.put("layers", report.layers().stream().map(QuantizeCommand::json).toList());
    json.put("repairs", report.notes());
    json.put("memory", json(report.memory()));
    return json;
  }

  private static Map<String, Object> json(LayerReport layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", layer.name());
    json.put("inputFormat", layer.inputFormat());
    json.put("outputFormat", layer.outputFormat());
    json.put("exponent", layer.exponent());
    json.put("table", layer.table().map(t -> t.levels()).orElse(null));
    json.put("weightSqnrDb", layer.weightSqnr().orElse(null));
    json.put("outputSqnrDb", layer.outputSqnr().orElse(null));
    json.put("clampedLow", layer.clampedLow());
    json.put("clampedHigh", layer.clampedHigh());
    json.put("accumulatorBits", layer.accumulator().arrayBits());
    return json;
  }

  private static Map<String, Object> json(MemoryReport memory) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("weightBits", memory.weights());
    json.put("biasBits", memory.biases());
    json.put("activationBits", memory.activations());
    json.put("peakActivationBits", memory.peakActivations());
    json.put("weightsRatio", memory.weightsRatio());
    json.put("allRatio", memory.allRatio());
    json.put("peakRatio", memory.peakRatio());
    return json;
  }
}
