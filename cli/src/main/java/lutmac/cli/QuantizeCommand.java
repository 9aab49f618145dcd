package lutmac.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import lutmac.api.FloatModel;
import lutmac.api.QuantizedFiles;
import lutmac.api.files.ModelInput;
import lutmac.api.files.NetworkOutput;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.hardware.HardwareReport;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.RecipeComparison;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import lutmac.tune.TunedFormats;
import lutmac.tune.task.TuneResult;
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
      "Example (a CIFAR-10 network; PyTorch's mean and std, times 255):",
      "  lutmac quantize resnet20.onnx --calib train_images.npy \\",
      "    --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375 -o resnet20.lut.onnx",
      "",
      "With 3 bits a weight on average, each layer as many as it needs:",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 \\",
      "    --recipe auto --budget 3 -o net.lut.onnx",
      "",
      "As small as half a point of top-1 on held-out calibration images allows:",
      "  lutmac quantize model.onnx --calib images.npy --calib-labels labels.npy \\",
      "    --mean 128 --std 64 --recipe auto --budget 0.5%% -o small.lut.onnx",
      "",
      "Every choice is written to net.lut.formats.yaml. Change some, keep the others:",
      "  cp net.lut.formats.yaml mine.yaml    # and edit it",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 \\",
      "    --formats mine.yaml -o net2.lut.onnx",
      "",
      "For the accelerator that 'generate' makes; the report says what every layer takes:",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 \\",
      "    --target hardware --array 14x16 --pe csd --budget 250000cycles -o fast.lut.onnx",
      "",
      "What compensated rounding is worth:",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 \\",
      "    --without compensation,retargeting -o plain.lut.onnx",
      "",
      "Trained afterwards, to be interrupted and started again at will (no labels needed):",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 \\",
      "    --weight-bits 2 --tune --tune-resume net.tune -o net.lut.onnx"
    })
final class QuantizeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "Float network, ONNX opset 7 to 28; or one that another tool quantized, whose real"
              + " numbers are read.")
  private ModelInput model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Where the quantized network goes, for example net.lut.onnx.")
  private NetworkOutput output;

  @Mixin private QuantizationOptions quantization;
  @Mixin private PreprocessingOptions preprocessing;
  @Mixin private TuningOptions tuning;
  @Mixin private InputShapeOption inputShape;
  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizeOptions options = quantization.quantizer();
    Preprocessing given = preprocessing.preprocessing();
    OnnxReader.Imported imported = FloatModel.read(model.path(), inputShape.shape());
    imported.notes().forEach(result::note);
    PreparedNetwork prepared = PreparedNetwork.of(imported.network(), given);
    prepared.note().ifPresent(result::note);
    FloatNetwork network = prepared.network();
    Preprocessing preparation = prepared.preprocessing();
    ImageSet images = ImageSets.read(quantization.calibration());
    // What is wrong with the images is to be said before what is strange about them.
    new Preprocessor(images, preparation, network.inputShape());
    PixelUnits.remark(images, preprocessing, preparation).ifPresent(result::note);
    Optional<TuningOptions.Plan> training = tuning.plan(network, images, preparation);
    QuantizationResult quantized = quantize(network, images, preparation, options);
    Optional<TuneResult> tuned =
        training.map(plan -> Tuning.run(plan, quantized.network(), tuning.checkpoint(), result));
    QuantizationResult finished =
        tuned
            .map(
                trained ->
                    quantized.tuned(
                        trained.network(), TunedFormats.of(quantized.formats(), trained.network())))
            .orElse(quantized);
    QuantizedFiles.write(finished, model.path(), inputShape.shape(), output);
    Optional<TargetReport> target =
        options.hardware().map(hardware -> TargetReport.of(hardware, finished));
    Optional<RecipeComparison> digits =
        quantization
            .usualDigits()
            .map(usual -> compare(network, images, preparation, options, quantized, usual));
    // Without a target it is what 'generate' makes without being told otherwise.
    HardwareReport hardware =
        target
            .map(TargetReport::report)
            .orElseGet(
                () -> HardwareReport.of(TargetOptions.standard(), finished.network(), List.of()));
    print(finished, tuned, target, hardware, digits);
    if (target.isEmpty()) {
      hardware
          .refusal()
          .map("'lutmac generate' does not build this network as it is: %s"::formatted)
          .ifPresent(result::note);
    }
    return target.map(TargetReport::exitCode).orElse(0);
  }

  private RecipeComparison compare(
      FloatNetwork network,
      ImageSet images,
      Preprocessing preparation,
      QuantizeOptions options,
      QuantizationResult made,
      Recipe usual) {
    try (ProgressDisplay progress = result.progress("with two digits")) {
      return Quantizer.compare(
          network, images, preparation, options, made, usual, progress::update);
    }
  }

  private QuantizationResult quantize(
      FloatNetwork network, ImageSet images, Preprocessing preparation, QuantizeOptions options) {
    try (ProgressDisplay progress = result.progress("quantize")) {
      return Quantizer.quantize(network, images, preparation, options, progress::update);
    }
  }

  private void print(
      QuantizationResult quantized,
      Optional<TuneResult> tuned,
      Optional<TargetReport> target,
      HardwareReport hardware,
      Optional<RecipeComparison> digits) {
    QuantizationReport report = quantized.report();
    result.text("%s%n", PixelUnits.words(quantized.network().input()));
    result.text(layers(report, hardware).toString());
    target.map(TargetReport::text).ifPresent(text -> result.text("%n%s", text));
    report.notes().forEach(result::note);
    target.flatMap(TargetReport::refusal).ifPresent(result::note);
    digits.ifPresent(comparison -> result.note(words(comparison)));
    trials(quantized).forEach(trial -> result.note(words(trial)));
    tuned.ifPresent(trained -> result.text("%n%s", Tuning.table(trained)));
    MemoryReport memory = report.memory();
    result.text(
        "%nsmaller than float32: weights %.2fx, with all feature maps %.2fx, with live ones %.2fx%nmean bits of a weight: %.2f%n%s%n%s"
            .formatted(
                memory.weightsCompressionRatio(),
                memory.compressionRatio(),
                memory.peakCompressionRatio(),
                meanWeightBits(quantized.network()),
                output.path(),
                output.formats()));
    result.text("next: lutmac evaluate %s --data IMAGES --labels LABELS", output.path());
    if (hardware.refusal().isEmpty()) {
      result.text("      lutmac generate %s -o DIR", output.path());
    }
    result.json(json(quantized, tuned, target, hardware, digits));
  }

  /** The formats by layer; with a column "hardware" where not all of them can be built. */
  private static TextTable layers(QuantizationReport report, HardwareReport hardware) {
    List<String> figures =
        new ArrayList<>(
            List.of("weights", "in", "out", "weights dB", "output dB", "clamped", "acc bits"));
    boolean refused = report.layers().stream().anyMatch(layer -> hardware.refuses(layer.name()));
    if (refused) {
      figures.add("hardware");
    }
    TextTable table = new TextTable("layer", figures.toArray(String[]::new));
    for (LayerReport layer : report.layers()) {
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  layer.name(),
                  layer.weightFormat(),
                  layer.inputFormat(),
                  layer.outputFormat(),
                  decibels(layer.weightSqnr()),
                  decibels(layer.outputSqnr()),
                  percent(layer.clampedLow() + layer.clampedHigh()),
                  layer.accumulator().arrayBits()));
      if (refused) {
        cells.add(hardware.refuses(layer.name()) ? "no" : "yes");
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private static String decibels(Optional<Double> sqnr) {
    return sqnr.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("exact");
  }

  private static String words(RecipeComparison comparison) {
    String measured =
        comparison.images() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; on %d images that nothing was fitted to it loses %.2f %%, with two digits %.2f"
                    + " %%",
                comparison.images(),
                comparison.lostPercent(),
                comparison.otherLostPercent());
    return "the result has %s dB, with levels of two digits %s dB%s"
        .formatted(decibels(comparison.sqnr()), decibels(comparison.otherSqnr()), measured);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.3f %%", 100 * share);
  }

  /** Bits of a weight's code, over all weights. */
  private static double meanWeightBits(QuantizedNetwork network) {
    long bits = 0;
    long weights = 0;
    for (MacLayer layer : network.macLayers()) {
      bits += (long) layer.weightCount() * layer.weightBits();
      weights += layer.weightCount();
    }
    return (double) bits / weights;
  }

  private QuantizationJson json(
      QuantizationResult quantized,
      Optional<TuneResult> tuned,
      Optional<TargetReport> target,
      HardwareReport hardware,
      Optional<RecipeComparison> digits) {
    return QuantizationJson.of(
        quantized,
        tuned,
        target,
        hardware,
        digits,
        output.path().toString(),
        quantization.recipe(),
        meanWeightBits(quantized.network()));
  }

  /** What was tried to stay within an accuracy budget. */
  private static List<AccuracyTrial> trials(QuantizationResult quantized) {
    return quantized.allocation().map(Allocation::trials).orElse(List.of());
  }

  private static String words(AccuracyTrial trial) {
    return String.format(
        Locale.ROOT,
        "tried %.1f KiB of weights and maps: lost %.2f %% of %d held-out images, %s",
        trial.point().cost() / 8192.0,
        trial.percent(),
        trial.images(),
        trial.within() ? "within the budget" : "too much");
  }
}
