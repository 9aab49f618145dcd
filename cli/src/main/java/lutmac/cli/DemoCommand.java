package lutmac.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lutmac.examples.digits.DigitsExample;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.ImageSets;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code lutmac demo}: the main job from beginning to end on an example that lutmac brings along.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Quantize, evaluate, generate and simulate the embedded example.",
    footer = {"", "Example:", "  lutmac demo --array 14x16 --pe csd"})
final class DemoCommand implements Callable<Integer> {
  private static final int CALIBRATION_IMAGES = 500;
  private static final int TEST_IMAGES = 2000;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "lutmac-demo",
      paramLabel = "DIR",
      description = "Where the example's files go.")
  private Path directory;

  @Option(
      names = "--array",
      defaultValue = "8x8",
      paramLabel = "PxM",
      converter = ArraySize.Converter.class,
      description = "Size of the array.")
  private ArraySize array;

  @Mixin private StyleOptions style;

  @Option(
      names = "--count",
      defaultValue = "20",
      paramLabel = "N",
      description = "Images to simulate.")
  private int count;

  @Mixin private Output result;

  private Path model;
  private Path calibration;
  private Path calibrationLabels;
  private Path images;
  private Path labels;
  private Path quantizedFile;
  private Path design;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new BadInputException("--count must be at least 1, got " + count);
    }
    placeFiles();
    result.step("1/4 quantize %s", model);
    QuantizationResult quantized = quantize();
    QuantizedNetwork network = quantized.network();

    result.step("2/4 evaluate on %d images", TEST_IMAGES);
    Evaluation.Result evaluation =
        new Evaluation(network, ImageSets.read(images), null)
            .run(Optional.of(model), Optional.of(EvaluationLabels.read(labels, 0)));
    double floatTop1 = evaluation.floating().get(0).value();
    double quantizedTop1 = evaluation.quantized().get(0).value();

    result.step("3/4 generate %s", design);
    CompiledNetwork compiled =
        NetworkCompiler.compile(
            network,
            ConfigChooser.choose(network, array.rows(), array.cols(), style.style(network, array)));
    DesignDirectory.write(design, compiled, DesignName.DEFAULT);

    result.step("4/4 simulate %d images (the first time Verilator builds the simulator)", count);
    SimulationReport report =
        CoSimulation.of(design).run(ImageSets.read(images), 0, count, null, false, null);

    double compression = quantized.report().memory().weightsCompressionRatio();
    result.json(
        new Json(
            floatTop1,
            quantizedTop1,
            compression,
            SimulationJson.of(report),
            quantizedFile.toString(),
            design.toString()));
    result.text("%n%s%n", ReportText.of(report));
    result.text(
        "%s",
        new TextTable("", "")
            .row("float accuracy", percent(floatTop1))
            .row("quantized accuracy", percent(quantizedTop1))
            .row("weights smaller by", String.format(Locale.ROOT, "%.2fx", compression))
            .row("cycles per image", report.cyclesPerImage())
            .row("array busy", percent(100 * report.busyShare()))
            .row("RTL = golden model", report.verdict() == Verdict.BIT_EXACT ? "bit-exact" : "NO")
            .row("words compared", report.wordsCompared()));
    result.text(
        "%nquantized network  %s%ndesign (RTL)       %s", quantizedFile, design.resolve("rtl"));
    return report.verdict() == Verdict.BIT_EXACT ? 0 : Main.CHECK_FAILED;
  }

  private void placeFiles() {
    model = directory.resolve("digits.onnx");
    calibration = directory.resolve("calibration_images.npy");
    calibrationLabels = directory.resolve("calibration_labels.npy");
    images = directory.resolve("test_images.npy");
    labels = directory.resolve("test_labels.npy");
    quantizedFile = directory.resolve("digits.lut.onnx");
    design = directory.resolve("design");
    Destination.checkDirectory(directory);
    try {
      Files.createDirectories(directory);
      Path fresh = Files.createTempDirectory(directory, ".new");
      try {
        Files.write(fresh.resolve(model.getFileName()), DigitsExample.network());
        DigitsExample.calibration(CALIBRATION_IMAGES)
            .write(
                fresh.resolve(calibration.getFileName()),
                fresh.resolve(calibrationLabels.getFileName()));
        DigitsExample.test(TEST_IMAGES)
            .write(fresh.resolve(images.getFileName()), fresh.resolve(labels.getFileName()));
        for (Path file : List.of(model, calibration, calibrationLabels, images, labels)) {
          Files.move(
              fresh.resolve(file.getFileName()),
              file,
              StandardCopyOption.ATOMIC_MOVE,
              StandardCopyOption.REPLACE_EXISTING);
        }
      } finally {
        delete(fresh);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "cannot write the example to %s (%s: %s); name another directory with -o"
              .formatted(directory, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
  }

  private static void delete(Path flatDirectory) throws IOException {
    try (Stream<Path> left = Files.list(flatDirectory)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(flatDirectory);
  }

  private QuantizationResult quantize() {
    Preprocessing preprocessing =
        new Preprocessing(
            List.of(DigitsExample.MEAN), List.of(DigitsExample.STD), false, Optional.empty(), 0);
    try (ProgressDisplay progress = ProgressDisplay.of("quantize")) {
      QuantizationResult quantized =
          Quantizer.quantize(
              OnnxReader.read(model),
              ImageSets.read(calibration),
              preprocessing,
              QuantizeOptions.defaults(),
              progress::update);
      QuantizedFiles.write(quantized, model, Optional.empty(), quantizedFile);
      return quantized;
    }
  }

  /** The result for machines. */
  private record Json(
      double top1Float,
      double top1Quantized,
      double weightsRatio,
      SimulationJson simulation,
      String quantized,
      String design) {}

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", value);
  }
}
