package lutmac.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import lutmac.api.CoSimulation;
import lutmac.api.DesignSample;
import lutmac.api.Evaluation;
import lutmac.api.EvaluationLabels;
import lutmac.api.FloatModel;
import lutmac.api.QuantizedFiles;
import lutmac.api.files.DesignInput;
import lutmac.api.files.DirectoryOutput;
import lutmac.api.files.NetworkOutput;
import lutmac.examples.digits.DigitImages;
import lutmac.examples.digits.DigitsExample;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.WholeFile;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.lut.QuantizedOnnx;
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
    footer = {
      "",
      "Example:",
      "  lutmac demo --array 14x16 --pe csd",
      "",
      "The network and images alone, to go the way step by step (docs/tutorial.md):",
      "  lutmac demo --files-only -o digits"
    })
final class DemoCommand implements Callable<Integer> {
  private static final int CALIBRATION_IMAGES = 500;
  private static final int TEST_IMAGES = 2000;

  /** Test images that are written as single files, too. */
  private static final int PICTURES = 3;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "lutmac-demo",
      paramLabel = "DIR",
      description = "Where the example's files go.")
  private DirectoryOutput output;

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

  @Option(
      names = "--files-only",
      description = "Write the example's network, images, labels and names, and nothing else.")
  private boolean filesOnly;

  @Mixin private Output result;

  private Path model;
  private Path calibration;
  private Path calibrationLabels;
  private Path images;
  private Path labels;
  private NetworkOutput quantizedFile;
  private DesignInput design;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new BadInputException("--count must be at least 1, got " + count);
    }
    style.check();
    List<Path> placed = placeFiles();
    if (filesOnly) {
      result.json(new Placed(placed.stream().map(Path::toString).toList()));
      placed.forEach(file -> result.text("%s", file));
      return 0;
    }
    result.step("1/4 quantize %s", model);
    QuantizationResult quantized = quantize();
    QuantizedNetwork network = quantized.network();

    result.step("2/4 evaluate on %d images", TEST_IMAGES);
    Evaluation.Result evaluation;
    try (ProgressDisplay progress = result.progress("evaluate")) {
      evaluation =
          new Evaluation(network, ImageSets.read(images), TEST_IMAGES)
              .run(
                  Optional.of(model),
                  Optional.empty(),
                  Optional.of(EvaluationLabels.read(labels, 0)),
                  progress::update);
    }
    double floatTop1 = evaluation.floating().get(0).value();
    double quantizedTop1 = evaluation.quantized().get(0).value();

    result.step("3/4 generate %s", design.path());
    CompiledNetwork compiled =
        NetworkCompiler.compile(
            network,
            ConfigChooser.choose(network, array.rows(), array.cols(), style.style(network, array)));
    DesignDirectory.write(
        design.path(),
        compiled,
        new DesignSettings(
            DesignName.DEFAULT,
            DesignSettings.DEFAULT_CLOCK_MEGAHERTZ,
            DesignSample.first(compiled, images)));

    result.step("4/4 simulate %d images (the first time Verilator builds the simulator)", count);
    CoSimulation simulation = new CoSimulation(design, false, ImageSets.read(images), 0, count);
    HardwareAnswers answers =
        new HardwareAnswers(
            simulation, Optional.empty(), Optional.of(EvaluationLabels.read(labels, 0)));
    SimulationReport report;
    try (ProgressDisplay progress = result.progress("simulate")) {
      report =
          simulation.run(
              false,
              simulation.options(Optional.empty()),
              answers,
              done -> progress.update(done, count));
    }

    double compression = quantized.report().memory().weightsCompressionRatio();
    result.json(
        new Json(
            floatTop1,
            quantizedTop1,
            compression,
            SimulationJson.of(report, List.of(), answers),
            quantizedFile.path().toString(),
            design.path().toString()));
    result.text("%n%s%n%n%s%n", answers.text(), ReportText.of(report));
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
        "%nquantized network  %s%ndesign (RTL)       %s%nnext: docs/tutorial.md goes this way step by step; README.md, 'Your network', with your own",
        quantizedFile.path(), design.path().resolve("rtl"));
    return report.verdict() == Verdict.BIT_EXACT ? 0 : Main.CHECK_FAILED;
  }

  /** Writes what the example starts with; the names of the files. */
  private List<Path> placeFiles() {
    Path directory = output.path();
    model = directory.resolve("digits.onnx");
    calibration = directory.resolve("calibration_images.npy");
    calibrationLabels = directory.resolve("calibration_labels.npy");
    images = directory.resolve("test_images.npy");
    labels = directory.resolve("test_labels.npy");
    quantizedFile = output.network("digits.lut.onnx");
    design = output.design("design");
    DigitImages seen = DigitsExample.calibration(CALIBRATION_IMAGES);
    DigitImages unseen = DigitsExample.test(TEST_IMAGES);
    List<ExampleFile> files = new ArrayList<>();
    files.add(ExampleFile.of(model, DigitsExample.network()));
    files.add(ExampleFile.of(calibration, seen.imageFile()));
    files.add(ExampleFile.of(calibrationLabels, seen.labelFile()));
    files.add(ExampleFile.of(images, unseen.imageFile()));
    files.add(ExampleFile.of(labels, unseen.labelFile()));
    files.add(
        ExampleFile.of(
            directory.resolve("names.txt"),
            (String.join("\n", DigitsExample.NAMES) + "\n").getBytes(StandardCharsets.UTF_8)));
    for (int each = 0; each < PICTURES; each++) {
      int image = each;
      files.add(
          new ExampleFile(
              directory.resolve("test_%d.png".formatted(image)),
              unseen.picture(image),
              file -> unseen.isPicture(image, file)));
    }
    try {
      requireOwn(files);
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new BadInputException(
          "cannot write the example to %s (%s); name another directory with -o"
              .formatted(directory, WholeFile.reason(e)),
          e);
    }
    files.forEach(file -> WholeFile.write(file.content(), file.path()));
    return files.stream().map(ExampleFile::path).toList();
  }

  /**
   * A file of the example.
   *
   * @param own whether the content of a file that is there already is this one's
   */
  private record ExampleFile(Path path, byte[] content, Predicate<byte[]> own) {
    static ExampleFile of(Path path, byte[] content) {
      return new ExampleFile(path, content, there -> Arrays.equals(there, content));
    }
  }

  /** What an earlier demo left may be written again; what somebody else keeps there may not. */
  private void requireOwn(List<ExampleFile> files) throws IOException {
    for (ExampleFile file : files) {
      if (Files.exists(file.path()) && !file.own().test(InputFile.bytes(file.path()))) {
        throw foreign(file.path());
      }
    }
    for (Path made : quantizedFile.files()) {
      if (Files.exists(made) && !isOfTheExample(quantizedFile.path())) {
        throw foreign(made);
      }
    }
  }

  /** Whether a file is the example's network, quantized; by whichever options, it is made again. */
  private boolean isOfTheExample(Path file) throws IOException {
    if (!Files.exists(file) || !Files.exists(model) || !QuantizedOnnx.isOwn(file)) {
      return false;
    }
    Optional<Path> source = FloatModel.of(QuantizedOnnx.read(file), file);
    return source.isPresent() && Files.isSameFile(source.get(), model);
  }

  private BadInputException foreign(Path file) {
    return new BadInputException(
        "%s is there already and not from this demo; name another directory with -o"
            .formatted(file));
  }

  private QuantizationResult quantize() {
    Preprocessing preprocessing =
        new Preprocessing(
            List.of(DigitsExample.MEAN), List.of(DigitsExample.STD), false, Optional.empty(), 0);
    try (ProgressDisplay progress = result.progress("quantize")) {
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

  /** The result of {@code --files-only} for machines. */
  private record Placed(List<String> files) {}

  /** The result for machines. */
  private record Json(
      double top1FloatPercent,
      double top1QuantizedPercent,
      double weightsRatio,
      SimulationJson simulation,
      String quantized,
      String design) {}

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", value);
  }
}
