package lutmac.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.sensitivity.RealResults;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.OutputKind;
import lutmac.tune.checkpoint.Checkpoint;
import lutmac.tune.checkpoint.Fingerprint;
import lutmac.tune.parameter.TrainableParameter;
import lutmac.tune.student.Student;
import lutmac.tune.task.EpochReport;
import lutmac.tune.task.TrainingProgress;
import lutmac.tune.task.TuneOptions;
import lutmac.tune.task.TuneResult;
import lutmac.tune.task.TuneTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TunerTest {
  private static final FloatNetwork TEACHER = TinyNetworks.floating(1);
  private static final Images IMAGES = Images.waves(TEACHER.inputShape(), 200, 1);
  private static final TuneOptions OPTIONS =
      TuneOptions.defaults()
          .withEpochs(3)
          .withBatch(20)
          .withRates(new TuneOptions.Rates(0.1, 0.01, 0.25, 0.05));

  /** Two-bit weights, each to its nearest level: much is lost. */
  private static QuantizedNetwork start;

  @TempDir Path directory;

  @BeforeAll
  static void quantize() {
    start =
        Quantizer.quantize(
                TEACHER,
                IMAGES,
                TinyNetworks.PREPROCESSING,
                QuantizeOptions.defaults()
                    .withRecipe(
                        new Recipe.Uniform(
                            new WeightFormat.Table(2, 2), true, ActivationFormat.Fixed.of(8)))
                    .withTechniques(Techniques.nearest()),
                PhaseProgress.none())
            .network();
  }

  private static TuneTask task() {
    return new TuneTask(TEACHER, start, IMAGES, Optional.empty());
  }

  private static TuneResult tune(TuneOptions options, Optional<Path> checkpoint) {
    return Tuner.tune(task(), options, checkpoint, TrainingProgress.none());
  }

  @Test
  void tuningBringsATwoBitNetworkCloserToItsTeacher() {
    TuneResult result = tune(OPTIONS.withEpochs(20), Optional.empty());
    double before = result.epochs().get(0).loss();
    assertTrue(least(result) < 0.8 * before, "loss %f -> %f".formatted(before, least(result)));
    // The result measures as its best epoch did: what was trained is what is exported.
    TuneResult again =
        Tuner.tune(
            new TuneTask(TEACHER, result.network(), IMAGES, Optional.empty()),
            OPTIONS,
            Optional.empty(),
            TrainingProgress.none());
    assertEquals(least(result), again.epochs().get(0).loss());
  }

  static Stream<FloatNetwork> networksThatDoNotClassify() {
    Shape input = TEACHER.inputShape();
    FloatNetwork denoiser =
        FloatNetworks.on(input, 5)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "image", 3, FloatNetworks.SAME)
            .result("image");
    FloatNetwork segmentation =
        FloatNetworks.on(input, 6)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "classes", 5, Window.pointwise())
            .result("classes");
    FloatNetwork regression =
        FloatNetworks.on(input, 7)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .mean("ar", "m")
            .conv("m", "number", 1, Window.pointwise())
            .result("number");
    FloatNetwork heads =
        FloatNetworks.on(input, 8)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .relu("a", "ar")
            .mean("ar", "m")
            .conv("m", "classes", 4, Window.pointwise())
            .conv("ar", "boxes", 6, Window.pointwise())
            .result("classes", "boxes");
    return Stream.of(denoiser, segmentation, regression, heads);
  }

  /** Errors are those that {@code evaluate} adds up, on images that tuning has not seen. */
  @ParameterizedTest
  @MethodSource("networksThatDoNotClassify")
  void spoiledBiasesAreMendedWhateverTheOutputsAre(FloatNetwork teacher) {
    QuantizedNetwork spoiled = withOtherBiases(teacher, 8);
    TuneResult result =
        Tuner.tune(
            new TuneTask(teacher, spoiled, IMAGES, Optional.empty()),
            OPTIONS.withEpochs(20).withRates(new TuneOptions.Rates(0, 0, 1, 0)),
            Optional.empty(),
            TrainingProgress.none());
    boolean classes =
        OutputKind.of(spoiled.output().shape(), teacher.inputShape()) != OutputKind.VALUES;
    assertEquals(classes, result.best().agreementPercent().isPresent());
    for (int output = 0; output < spoiled.outputs().size(); output++) {
      double before = noise(teacher, spoiled, output);
      double after = noise(teacher, result.network(), output);
      assertTrue(after < 0.5 * before, "output %d: %f -> %f".formatted(output, before, after));
    }
  }

  /** A network whose first layer's biases are so many output codes too great or too small. */
  private static QuantizedNetwork withOtherBiases(FloatNetwork teacher, int codes) {
    QuantizedNetwork good =
        Quantizer.quantize(
                teacher,
                IMAGES,
                TinyNetworks.PREPROCESSING,
                QuantizeOptions.defaults(),
                PhaseProgress.none())
            .network();
    Student student = new Student(good, teacher, false, false);
    TrainableParameter biases =
        student.parameters().stream()
            .filter(parameter -> parameter.kind() == TrainableParameter.Kind.BIAS)
            .findFirst()
            .orElseThrow();
    OutputStage.Requantize stage = (OutputStage.Requantize) good.macLayers().get(0).stage();
    for (int o = 0; o < biases.size(); o++) {
      biases.values()[o] += Math.scalb(o % 2 == 0 ? codes : -codes, stage.shift().get(o));
    }
    student.refresh();
    return student.export(Map.of());
  }

  private static double noise(FloatNetwork teacher, QuantizedNetwork network, int output) {
    Images others = Images.waves(teacher.inputShape(), 50, 2);
    Preprocessor inputs =
        new Preprocessor(others, TinyNetworks.PREPROCESSING, teacher.inputShape());
    FloatExecutor floats = new FloatExecutor(teacher);
    IntegerExecutor integers = new IntegerExecutor(network);
    double noise = 0;
    for (int n = 0; n < others.count(); n++) {
      float[] wanted = floats.outputs(inputs.floatInput(n), 1).get(output);
      float[] got =
          RealResults.of(network, integers.outputs(inputs.codes(n, network.input())))[output];
      for (int i = 0; i < wanted.length; i++) {
        noise += Math.pow((double) wanted[i] - got[i], 2);
      }
    }
    return noise;
  }

  @Test
  void tuningNeverEndsBehindItsStart() {
    TuneOptions wild = OPTIONS.withRates(new TuneOptions.Rates(1, 1, 1, 0));
    TuneResult result = tune(wild, Optional.empty());
    assertEquals(result.epochs().get(0).loss(), least(result));
    assertSame(start, result.network());
  }

  /** Steps that a far network needs would spoil one that is close already. */
  @Test
  void aNetworkThatIsCloserToItsTeacherMovesLess() {
    QuantizedNetwork close =
        Quantizer.quantize(
                TEACHER,
                IMAGES,
                TinyNetworks.PREPROCESSING,
                QuantizeOptions.defaults()
                    .withRecipe(
                        new Recipe.Uniform(
                            new WeightFormat.FixedPoint(8), true, ActivationFormat.Fixed.of(8))),
                PhaseProgress.none())
            .network();
    assertTrue(meanBiasMove(close) < 0.5 * meanBiasMove(start));
  }

  /** Of the first layer, in output codes, after an epoch in which only biases learn. */
  private double meanBiasMove(QuantizedNetwork network) {
    TuneTask task = new TuneTask(TEACHER, network, IMAGES, Optional.empty());
    TuneOptions options = OPTIONS.withEpochs(1).withRates(new TuneOptions.Rates(0, 0, 0.3, 0));
    Path file = directory.resolve(System.identityHashCode(network) + ".checkpoint");
    Tuner.tune(task, options, Optional.of(file), TrainingProgress.none());
    Student student = new Student(network, TEACHER, false, false);
    List<float[]> best =
        student.parameters().stream().map(parameter -> parameter.values().clone()).toList();
    new Checkpoint(file, Fingerprint.of(task, options)).read(student.parameters(), best);
    TrainableParameter biases =
        student.parameters().stream()
            .filter(parameter -> parameter.kind() == TrainableParameter.Kind.BIAS)
            .findFirst()
            .orElseThrow();
    OutputStage.Requantize stage = (OutputStage.Requantize) network.macLayers().get(0).stage();
    double sum = 0;
    for (int o = 0; o < biases.size(); o++) {
      sum += Math.abs(Math.scalb(biases.values()[o], -stage.shift().get(o)));
    }
    return sum / biases.size();
  }

  private static double least(TuneResult result) {
    return result.epochs().stream().mapToDouble(EpochReport::loss).min().orElseThrow();
  }

  @Test
  void theResultDoesNotDependOnTheNumberOfThreads() throws Exception {
    TuneResult one = inThreads(1);
    TuneResult four = inThreads(4);
    assertEquals(one.epochs(), four.epochs());
    assertSame(one.network(), four.network());
  }

  private static TuneResult inThreads(int threads) throws InterruptedException, ExecutionException {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      // A parallel stream runs in the pool that it is started from.
      return pool.submit(() -> tune(OPTIONS, Optional.empty())).get();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aStoppedTrainingGoesOnToTheSameResult() {
    for (TuneOptions options :
        List.of(OPTIONS, OPTIONS.withAugmentation(new TuneOptions.Augmentation(true, 1)))) {
      TuneResult whole = tune(options, Optional.empty());
      Path file = directory.resolve("tune" + options.hashCode() + ".checkpoint");
      assertThrows(Stop.class, () -> Tuner.tune(task(), options, Optional.of(file), new StopAt(2)));
      List<Integer> epochs = new ArrayList<>();
      TuneResult resumed =
          Tuner.tune(
              task(),
              options,
              Optional.of(file),
              new TrainingProgress() {
                @Override
                public void teacher(int done, int images) {}

                @Override
                public void batch(int epoch, int all, int done, int images) {}

                @Override
                public void epoch(EpochReport report) {
                  epochs.add(report.epoch());
                }
              });
      assertEquals(List.of(2, 3), epochs);
      assertEquals(whole.epochs(), resumed.epochs());
      assertSame(whole.network(), resumed.network());
    }
  }

  private static final class Stop extends RuntimeException {}

  /** Breaks off in the middle of an epoch. */
  private record StopAt(int epoch) implements TrainingProgress {
    @Override
    public void teacher(int done, int images) {}

    @Override
    public void batch(int epoch, int epochs, int done, int images) {
      if (epoch == this.epoch && done > images / 2) {
        throw new Stop();
      }
    }

    @Override
    public void epoch(EpochReport report) {}
  }

  @Test
  void aFinishedTrainingIsNotRepeated() {
    Path file = directory.resolve("tune.checkpoint");
    TuneResult first = tune(OPTIONS, Optional.of(file));
    TuneResult second = Tuner.tune(task(), OPTIONS, Optional.of(file), new StopAt(0));
    assertEquals(first.epochs(), second.epochs());
    assertSame(first.network(), second.network());
  }

  @Test
  void aDamagedCheckpointIsRefused() throws IOException {
    Path file = directory.resolve("tune.checkpoint");
    tune(OPTIONS.withEpochs(1), Optional.of(file));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2]++;
    Files.write(file, bytes);
    assertRefused(file, OPTIONS.withEpochs(1), "damaged");
    Files.write(file, new byte[3]);
    assertRefused(file, OPTIONS.withEpochs(1), "damaged");
  }

  @Test
  void aCheckpointOfAnotherTrainingIsRefused() {
    Path file = directory.resolve("tune.checkpoint");
    tune(OPTIONS.withEpochs(1), Optional.of(file));
    assertRefused(file, OPTIONS.withEpochs(1).withSeed(7), "other networks, images or options");
  }

  private static void assertRefused(Path file, TuneOptions options, String why) {
    BadInputException refusal =
        assertThrows(BadInputException.class, () -> tune(options, Optional.of(file)));
    assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
  }

  @Test
  void aCheckpointLeavesNoOtherFile() throws IOException {
    tune(OPTIONS, Optional.of(directory.resolve("tune.checkpoint")));
    try (var files = Files.list(directory)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void labelsOnlyAddAccuracyToTheReport() {
    int[] values = new int[IMAGES.count()];
    Preprocessor inputs =
        new Preprocessor(IMAGES, TinyNetworks.PREPROCESSING, TEACHER.inputShape());
    float[] logits =
        new FloatExecutor(TEACHER).logits(inputs.floatBatch(0, IMAGES.count()), IMAGES.count());
    for (int n = 0; n < values.length; n++) {
      for (int o = 1; o < 5; o++) {
        values[n] = logits[n * 5 + o] > logits[n * 5 + values[n]] ? o : values[n];
      }
    }
    Labels labels = new Labels(Path.of("labels"), values);
    TuneResult labelled =
        Tuner.tune(
            new TuneTask(TEACHER, start, IMAGES, Optional.of(labels)),
            OPTIONS,
            Optional.empty(),
            TrainingProgress.none());
    TuneResult plain = tune(OPTIONS, Optional.empty());
    assertSame(plain.network(), labelled.network());
    for (int epoch = 0; epoch <= 3; epoch++) {
      // Labelled by the teacher, right is what agrees with it.
      EpochReport report = labelled.epochs().get(epoch);
      assertEquals(report.agreeing(), report.correct().map(Integer::doubleValue));
      assertEquals(Optional.empty(), plain.epochs().get(epoch).correct());
    }
  }

  @Test
  void scalesThatClampAreLearned() {
    QuantizedNetwork clamping = withFinerOutput("conv1", 3);
    TuneOptions options = OPTIONS.withEpochs(15);
    TuneOptions frozen = options.withRates(new TuneOptions.Rates(0, 0, 0.1, 0));
    TuneOptions moving = options.withRates(new TuneOptions.Rates(0, 0, 0.1, 0.1));
    TuneTask task = new TuneTask(TEACHER, clamping, IMAGES, Optional.empty());
    TuneResult kept = Tuner.tune(task, frozen, Optional.empty(), TrainingProgress.none());
    TuneResult learned = Tuner.tune(task, moving, Optional.empty(), TrainingProgress.none());
    String map = start.layers().get(0).output().name();
    int before = TinyNetworks.format(clamping, map).frac(0);
    assertEquals(before, TinyNetworks.format(kept.network(), map).frac(0));
    assertTrue(TinyNetworks.format(learned.network(), map).frac(0) < before);
    assertTrue(least(learned) < 0.5 * least(kept));
  }

  /** The start network with an output format that cuts off most of what it should hold. */
  private static QuantizedNetwork withFinerOutput(String layer, int bits) {
    Student student = new Student(start, TEACHER, true, false);
    TrainableParameter scales = student.parameters().get(student.parameters().size() - 1);
    assertEquals(layer, start.layers().get(0).name());
    for (int bit = 0; bit < bits; bit++) {
      scales.values()[0] -= 1;
      student.refresh();
    }
    QuantizedNetwork finer = student.export(Map.of());
    String map = start.layers().get(0).output().name();
    assertEquals(
        TinyNetworks.format(start, map).frac(0) + bits, TinyNetworks.format(finer, map).frac(0));
    return finer;
  }

  @Test
  void aStudentOfAnotherShapeIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Tuner.tune(
                new TuneTask(TinyNetworks.namesake(start), start, IMAGES, Optional.empty()),
                OPTIONS,
                Optional.empty(),
                TrainingProgress.none()));
  }

  static void assertSame(QuantizedNetwork a, QuantizedNetwork b) {
    assertEquals(
        a.layers().stream().map(QuantizedLayer::output).toList(),
        b.layers().stream().map(QuantizedLayer::output).toList());
    assertEquals(a.macLayers().size(), b.macLayers().size());
    for (int i = 0; i < a.macLayers().size(); i++) {
      MacLayer left = a.macLayers().get(i);
      MacLayer right = b.macLayers().get(i);
      assertEquals(left.stage(), right.stage());
      assertArrayEquals(left.bias(), right.bias());
      assertEquals(left.planes().size(), right.planes().size());
      for (int p = 0; p < left.planes().size(); p++) {
        assertEquals(left.planes().get(p).codebook(), right.planes().get(p).codebook());
        assertArrayEquals(left.planes().get(p).codes(), right.planes().get(p).codes());
      }
    }
  }
}
