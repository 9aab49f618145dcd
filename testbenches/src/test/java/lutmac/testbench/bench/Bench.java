package lutmac.testbench.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.text.TextTable;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import lutmac.sim.verilator.Toolchain;
import lutmac.testbench.bench.Comparison.Better;

/**
 * Speed and memory as ratios to a reference that is measured in the same run, alternately; judges
 * nothing but that both sides of a comparison compute the same. After that the quantizer's bars on
 * real networks ({@link SpeedBar}). {@code testbenches/bench.sh} starts it; the argument {@code
 * bars} leaves the comparisons out.
 */
public final class Bench {
  private static final int REPETITIONS = 7;
  private static final int COMMAND_REPETITIONS = 3;

  /** Seconds of a sample: long against the clock, short against changes of the machine's load. */
  private static final double SLICE = 0.5;

  /** Samples to throw away, until compilers and caches are warm. */
  private static final int WARM_UPS = 4;

  private static final int BATCH = 64;
  private static final int SIMULATED_IMAGES = 3;
  private static final int EVALUATED_IMAGES = 1000;

  private final BenchNetwork subject;
  private final Path scratch;
  private final Path quantizedFile;
  private final List<Comparison> rows = new ArrayList<>();

  private Bench(BenchNetwork subject, Path scratch) {
    this.subject = subject;
    this.scratch = scratch;
    this.quantizedFile = scratch.resolve("net.lut.onnx");
  }

  /** Runs in the checkout's top directory, after {@code make build}. */
  public static void main(String[] args) throws Exception {
    long start = System.nanoTime();
    String load = load();
    Path scratch = Files.createDirectories(Path.of("testbenches/target/bench"));
    boolean barsOnly = List.of(args).equals(List.of("bars"));
    if (args.length > 0 && !barsOnly) {
      throw new IllegalArgumentException("the only argument is 'bars', got " + List.of(args));
    }
    if (!barsOnly) {
      Bench bench = new Bench(BenchNetwork.find(scratch), scratch);
      bench.run();
      bench.print();
    }
    bars(scratch);
    System.out.printf(
        Locale.ROOT,
        "load average %s at the start, %s at the end, %d processors, %.0f s: "
            + "other work on the machine widens min..max%n",
        load,
        load(),
        Runtime.getRuntime().availableProcessors(),
        (System.nanoTime() - start) / 1e9);
  }

  /** One run each: minutes, so a second one would tell less than it costs. */
  private static void bars(Path scratch) throws Exception {
    TextTable table = table(SpeedBar.HEADER, 2);
    boolean measured = false;
    for (SpeedBar bar : SpeedBar.all(BenchNetwork.data())) {
      if (bar.possible()) {
        System.err.printf("measuring: quantize %s, %s%n", bar.network(), bar.setting());
        table.row((Object[]) bar.measure(scratch));
        measured = true;
      } else {
        System.out.printf("no %s: there is no %s%n", bar.network(), bar.model());
      }
    }
    if (measured) {
      System.out.printf(
          "%nquantize command, once, against its bars, and one float pass over the same images (ONNX Runtime, 1 thread)%n%s%n",
          table);
    }
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).replaceFirst("(?s) .*", "");
  }

  private void run() throws Exception {
    FloatNetwork floating = OnnxReader.read(subject.model());
    QuantizedNetwork quantized;
    List<int[]> codes;
    try (OnnxReference reference = new OnnxReference(subject.model())) {
      commands(floating, reference);
      floats(floating, reference);
      quantized = QuantizedOnnx.read(quantizedFile);
      codes = codes(quantized);
      integersAgainstFloats(floating, quantized, codes, reference);
    }
    integers(quantized, codes);
    simulators(quantized, codes.subList(0, SIMULATED_IMAGES));
  }

  private List<int[]> codes(QuantizedNetwork quantized) {
    Preprocessor inputs =
        new Preprocessor(
            ImageSets.read(subject.images()),
            subject.preprocessing(),
            quantized.input().tensor().shape());
    return IntStream.range(0, BATCH).mapToObj(i -> inputs.codes(i, quantized.input())).toList();
  }

  /** The time of quantize, and the memory of quantize and evaluate. */
  private void commands(FloatNetwork floating, OnnxReference reference) throws Exception {
    Preprocessor calibration =
        new Preprocessor(
            ImageSets.read(subject.calibration()), subject.preprocessing(), floating.inputShape());
    int count = Math.min(QuantizeOptions.defaults().calibrationImages(), calibration.count());
    reference.passSeconds(calibration, count);
    List<CommandRun> quantize = new ArrayList<>();
    rows.add(
        Comparison.measure(
            "quantize command, %d images, all threads".formatted(count),
            "ONNX Runtime, one float pass over them, 1 thread",
            "s",
            Better.LOWER,
            0,
            COMMAND_REPETITIONS,
            () -> {
              quantize.add(command("quantize", quantizeArguments(count)));
              return quantize.get(quantize.size() - 1).seconds();
            },
            () -> reference.passSeconds(calibration, count)));
    List<CommandRun> evaluate = new ArrayList<>();
    for (int i = 0; i < COMMAND_REPETITIONS; i++) {
      evaluate.add(command("evaluate", evaluateArguments()));
    }
    rows.add(memory("quantize command", quantize));
    rows.add(memory("evaluate command, %d images".formatted(EVALUATED_IMAGES), evaluate));
  }

  private CommandRun command(String name, List<String> arguments)
      throws IOException, InterruptedException {
    return CommandRun.of(scratch.resolve(name + ".log"), arguments);
  }

  private List<String> quantizeArguments(int count) {
    return List.of(
        "quantize",
        subject.model().toString(),
        "--calib",
        subject.calibration().toString(),
        "--calib-count",
        Integer.toString(count),
        "--mean",
        list(subject.mean()),
        "--std",
        list(subject.std()),
        "-o",
        quantizedFile.toString());
  }

  private List<String> evaluateArguments() {
    return List.of(
        "evaluate",
        quantizedFile.toString(),
        "--data",
        subject.images().toString(),
        "--labels",
        subject.labels().toString(),
        "--count",
        Integer.toString(EVALUATED_IMAGES));
  }

  private static String list(List<Double> values) {
    return values.stream().map(value -> Double.toString(value)).collect(Collectors.joining(","));
  }

  private Comparison memory(String what, List<CommandRun> runs) throws IOException {
    return new Comparison(
        what + ", peak memory",
        "size of the float model's file",
        "MB",
        Better.LOWER,
        runs.stream().mapToDouble(CommandRun::peakMegabytes).toArray(),
        new double[] {Files.size(subject.model()) / 1e6});
  }

  private void floats(FloatNetwork floating, OnnxReference reference) throws Exception {
    Shape image = floating.inputShape();
    Preprocessor inputs =
        new Preprocessor(ImageSets.read(subject.images()), subject.preprocessing(), image);
    FloatExecutor executor = new FloatExecutor(floating);
    for (int size : List.of(1, BATCH)) {
      float[] batch = inputs.floatBatch(0, size);
      try (OnnxTensor tensor = reference.floats(batch, image)) {
        requireClose(executor.logits(batch, size), reference.run(tensor));
        rows.add(
            speed(
                "FloatExecutor, batch %d, 1 thread".formatted(size),
                "ONNX Runtime, same model and batch, 1 thread",
                size,
                () -> executor.logits(batch, size),
                size,
                () -> reference.run(tensor)));
      }
    }
  }

  /** Quantized inference as fast as float: the same network in its float form. */
  private void integersAgainstFloats(
      FloatNetwork floating, QuantizedNetwork quantized, List<int[]> codes, OnnxReference reference)
      throws Exception {
    IntegerExecutor executor = new IntegerExecutor(quantized);
    Shape image = floating.inputShape();
    Preprocessor inputs =
        new Preprocessor(ImageSets.read(subject.images()), subject.preprocessing(), image);
    int[] next = {0};
    try (OnnxTensor tensor = reference.floats(inputs.floatBatch(0, BATCH), image)) {
      rows.add(
          speed(
              "IntegerExecutor, 1 thread",
              "ONNX Runtime, float model, batch %d, 1 thread".formatted(BATCH),
              1,
              () -> executor.run(codes.get(next[0]++ % codes.size())),
              BATCH,
              () -> reference.run(tensor)));
    }
  }

  private void integers(QuantizedNetwork quantized, List<int[]> codes) throws Exception {
    IntegerExecutor executor = new IntegerExecutor(quantized);
    int[] next = {0};
    Comparison.Work ours = () -> executor.run(codes.get(next[0]++ % codes.size()));
    Map<String, int[]> golden = GoldenModel.run(quantized, codes.get(0));
    requireSame(quantized, List.of(executor.run(codes.get(0))), real(quantized, golden));
    rows.add(
        speed(
            "IntegerExecutor, 1 thread",
            "GoldenModel, 1 thread",
            1,
            ours,
            1,
            () -> GoldenModel.run(quantized, codes.get(0))));
    try (OnnxReference reference = new OnnxReference(quantizedFile)) {
      for (int size : List.of(1, BATCH)) {
        List<int[]> batch = codes.subList(0, size);
        try (OnnxTensor tensor = reference.codes(batch, quantized.input().tensor())) {
          requireSame(quantized, batch.stream().map(executor::run).toList(), reference.run(tensor));
          rows.add(
              speed(
                  "IntegerExecutor, 1 thread",
                  "ONNX Runtime, quantized file, batch %d, 1 thread".formatted(size),
                  1,
                  ours,
                  size,
                  () -> reference.run(tensor)));
        }
      }
    }
  }

  private void simulators(QuantizedNetwork quantized, List<int[]> codes) throws Exception {
    Toolchain ours = Toolchain.find();
    Optional<Toolchain> gcc = SimulatorBench.withGcc(ours);
    if (gcc.isEmpty()) {
      System.out.println("no RTL simulation below: comparing needs both clang++ and g++");
      return;
    }
    SimulatorBench simulators =
        new SimulatorBench(quantized, codes, scratch.resolve("mismatch.fst"));
    for (PeStyle pe : PeStyles.all()) {
      rows.add(simulators.compare(pe, ours, gcc.get(), REPETITIONS));
    }
  }

  private static Comparison speed(
      String what,
      String against,
      int ourImages,
      Comparison.Work ours,
      int theirImages,
      Comparison.Work reference)
      throws Exception {
    return Comparison.measure(
        what,
        against,
        "images/s",
        Better.HIGHER,
        WARM_UPS,
        REPETITIONS,
        Comparison.rate(SLICE, ourImages, ours),
        Comparison.rate(SLICE, theirImages, reference));
  }

  private static double[] real(QuantizedNetwork network, Map<String, int[]> maps) {
    int[] codes = maps.get(network.output().name());
    int pixels = network.output().shape().pixels();
    return IntStream.range(0, codes.length)
        .mapToDouble(
            o -> Math.scalb((double) codes[o], -network.output().format().frac(o / pixels)))
        .toArray();
  }

  private static void requireSame(QuantizedNetwork network, List<int[]> ours, double[] reference) {
    double[] values =
        ours.stream()
            .flatMapToDouble(
                codes -> Arrays.stream(real(network, Map.of(network.output().name(), codes))))
            .toArray();
    if (!Arrays.equals(values, reference)) {
      throw new IllegalStateException("both sides must give the same integers, and do not");
    }
  }

  private static void requireClose(float[] ours, double[] reference) {
    for (int i = 0; i < reference.length; i++) {
      if (!(Math.abs(ours[i] - reference[i]) <= 1e-3 * (1 + Math.abs(reference[i])))) {
        throw new IllegalStateException(
            "both sides must give the same outputs, but number %d is %s and %s"
                .formatted(i, ours[i], reference[i]));
      }
    }
  }

  private void print() {
    System.out.printf(
        "%s; Java %s, ONNX Runtime %s%n",
        subject.name(), Runtime.version().feature(), OrtEnvironment.getEnvironment().getVersion());
    TextTable table = table(Comparison.HEADER, 3);
    rows.forEach(row -> table.row((Object[]) row.cells()));
    System.out.println(table);
  }

  /**
   * @param names how many columns from the left hold names; the last column does, too
   */
  private static TextTable table(String[] header, int names) {
    List<TextTable.Column> columns = new ArrayList<>();
    for (int c = 0; c < header.length; c++) {
      columns.add(
          c < names || c == header.length - 1
              ? TextTable.Column.name(header[c])
              : TextTable.Column.figure(header[c]));
    }
    return new TextTable(columns);
  }
}
