package lutmac.tune;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.ResultDivergence;
import lutmac.runtime.measure.TopOne;
import lutmac.tune.checkpoint.Checkpoint;
import lutmac.tune.checkpoint.Fingerprint;
import lutmac.tune.parameter.TrainableParameter;
import lutmac.tune.student.Student;
import lutmac.tune.task.EpochReport;
import lutmac.tune.task.TrainingProgress;
import lutmac.tune.task.TuneOptions;
import lutmac.tune.task.TuneResult;
import lutmac.tune.task.TuneTask;

/**
 * Quantization-aware training of a network that has been quantized already, after the LUT paper
 * (Vandersteegen, Van Beeck, Goedeme 2021): straight-through gradients move shadow weights and the
 * entries of the tables, scales are powers of two and learned (Jain 2019), the float network is the
 * teacher. Images need no labels.
 *
 * <p>The network keeps its layers, bit widths and legality: shifts 0 to 31, 32-bit sums, table
 * levels of no more digits than the table had before.
 *
 * <p>One image in ten, the last ones, is not trained on: it measures the network before training
 * and after every epoch. The result is the network that measured best, so tuning never ends behind
 * where it started.
 *
 * <p>The result depends on task and options only, not on the number of threads: a batch is cut into
 * slices of some images, each computed by one thread, and their gradients are added in order. While
 * training lasts, OpenBLAS (and so ND4J) multiplies on the calling thread in the whole process.
 */
public final class Tuner {
  private final TuneTask task;
  private final TuneOptions options;
  private final TrainingProgress progress;
  private final Student student;
  private final List<TrainableParameter> parameters;
  private final Optimizer optimizer;
  private final ImageSplit split;
  private final Preprocessor plainInputs;
  private final TeacherAnswers answers;

  private Tuner(TuneTask task, TuneOptions options, TrainingProgress progress) {
    this.task = task;
    this.options = options;
    this.progress = progress;
    requireFit(task, options);
    split = ImageSplit.of(Math.min(options.images(), task.images().count()));
    plainInputs = inputs(task.images());
    task.labels()
        .ifPresent(
            labels ->
                TopOne.check(
                    labels,
                    task.images(),
                    task.start().output().name(),
                    task.start().output().shape(),
                    task.start().input().preprocessing().labelOffset()));
    student =
        new Student(
            task.start(),
            task.teacher(),
            options.rates().weights() > 0 || options.rates().levels() > 0,
            options.rates().levels() > 0);
    parameters = student.parameters();
    int updates = (split.trained() + options.batch() - 1) / options.batch();
    optimizer = new Optimizer(parameters, options.rates(), (double) updates * options.epochs());
    answers =
        new TeacherAnswers(
            task.teacher(), plainInputs, split.count(), BatchPass.sliceImages(student));
  }

  private static void requireFit(TuneTask task, TuneOptions options) {
    Shape inputShape = task.start().input().tensor().shape();
    List<Shape> outputShapes = task.start().outputs().stream().map(Tensor::shape).toList();
    Map<String, Shape> ofTeacher = task.teacher().shapes();
    List<Shape> wanted = task.teacher().outputNames().stream().map(ofTeacher::get).toList();
    if (!inputShape.equals(task.teacher().inputShape()) || !outputShapes.equals(wanted)) {
      throw new IllegalArgumentException(
          "the quantized network '%s' makes %s of %s, its teacher %s of %s"
              .formatted(
                  task.start().name(),
                  outputShapes,
                  inputShape,
                  wanted,
                  task.teacher().inputShape()));
    }
  }

  /**
   * Tunes a network.
   *
   * @param checkpoint written after every epoch; if it exists, training goes on behind the epoch
   *     that it was written after, to the same result as if it had never stopped
   * @param progress told after every batch and epoch
   * @throws BadInputException if the images do not fit the network; if the network computes NaN or
   *     infinity; if the checkpoint is damaged or belongs to another training
   */
  public static TuneResult tune(
      TuneTask task, TuneOptions options, Optional<Path> checkpoint, TrainingProgress progress) {
    return new Tuner(task, options, progress).tune(checkpoint);
  }

  private Preprocessor inputs(ImageSet images) {
    return Preprocessor.of(images, task.start().input());
  }

  private TuneResult tune(Optional<Path> file) {
    List<EpochReport> reports = new ArrayList<>();
    List<float[]> best = parameters.stream().map(parameter -> parameter.values().clone()).toList();
    Optional<Checkpoint> checkpoint =
        file.map(path -> new Checkpoint(path, Fingerprint.of(task, options)));
    checkpoint
        .flatMap(c -> c.read(parameters, best))
        .ifPresent(
            earlier -> {
              reports.addAll(earlier.reports());
              optimizer.resume(earlier.updates());
            });
    student.restore();
    if (reports.size() <= options.epochs()) {
      answers.ask(options.augmentation().changesNothing() ? 0 : split.firstMeasured(), progress);
      goOn(reports, best, checkpoint);
    }
    for (int i = 0; i < best.size(); i++) {
      copy(best.get(i), parameters.get(i).values());
    }
    student.restore();
    Map<String, String> provenance = new TreeMap<>(task.start().provenance());
    provenance.put("tuned", options.toString());
    provenance.put("tuneImages", Integer.toString(split.count()));
    return new TuneResult(student.export(provenance), split.trained(), reports);
  }

  /**
   * All epochs that are missing.
   *
   * @param reports of those that are done; receives the others
   * @param best receives the values of the epoch that measured best
   */
  private void goOn(
      List<EpochReport> reports, List<float[]> best, Optional<Checkpoint> checkpoint) {
    ResultDivergence divergence =
        ResultDivergence.of(
            task.start().outputs().stream().map(Tensor::shape).toList(),
            task.teacher().inputShape(),
            known(split.measuredImages()));
    BatchPass batches = new BatchPass(student, task.start(), divergence, task.labels());
    for (int epoch = reports.size(); epoch <= options.epochs(); epoch++) {
      if (epoch > 0) {
        train(batches, epoch, distance(divergence, reports.get(0)));
        // Refuses sums that have outgrown their width as early as possible.
        student.export(Map.of());
      }
      EpochReport report = measure(batches, epoch);
      if (reports.stream().allMatch(other -> report.loss() < other.loss())) {
        for (int i = 0; i < best.size(); i++) {
          copy(parameters.get(i).values(), best.get(i));
        }
      }
      reports.add(report);
      checkpoint.ifPresent(
          c ->
              c.write(
                  new Checkpoint.CompletedEpochs(reports, optimizer.updates()), parameters, best));
      progress.epoch(report);
    }
  }

  private static void copy(float[] from, float[] to) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  /**
   * How far the network was from its teacher at the start, 0 to 1: losses are quadratic in the
   * error of the result, so the root of its loss in relation to that of a network that always
   * answers zero. Updates have to be as large as the error that they are to remove; larger ones do
   * harm.
   */
  private double distance(ResultDivergence divergence, EpochReport start) {
    double none = 0;
    for (int image : split.measuredImages()) {
      float[][] wanted = answers.known(image);
      none += divergence.of(wanted, BatchPass.zeros(wanted));
    }
    double relative = start.loss() * start.images() / none;
    return none > 0 ? Math.min(1, Math.sqrt(relative)) : 1;
  }

  /**
   * One epoch.
   *
   * @param share of the learning rates
   */
  private void train(BatchPass batches, int epoch, double share) {
    boolean augmented = !options.augmentation().changesNothing();
    Preprocessor inputs =
        augmented
            ? inputs(
                new AugmentedImages(task.images(), options.augmentation(), options.seed() + epoch))
            : plainInputs;
    int[] order = split.trainingOrder(options.seed(), epoch);
    for (int first = 0; first < order.length; first += options.batch()) {
      int[] batch = batch(order, first);
      BatchPass.Outcomes outcomes =
          batches.train(
              batch, inputs, augmented ? images -> answers.of(images, inputs) : this::known);
      optimizer.update(student.gradients(batches.gradients()), share);
      student.refresh();
      requireNumber(outcomes.loss(), epoch);
      progress.batch(epoch, options.epochs(), first + batch.length, order.length);
    }
  }

  private EpochReport measure(BatchPass batches, int epoch) {
    int[] images = split.measuredImages();
    BatchPass.Outcomes outcomes = BatchPass.Outcomes.NONE;
    for (int first = 0; first < images.length; first += options.batch()) {
      outcomes = batches.measure(batch(images, first), plainInputs, this::known, outcomes);
    }
    requireNumber(outcomes.loss(), epoch);
    double agreeing = outcomes.agreeing();
    int correct = outcomes.correct();
    return new EpochReport(
        epoch,
        images.length,
        outcomes.loss() / images.length,
        Double.isNaN(agreeing) ? Optional.empty() : Optional.of(agreeing),
        task.labels().map(labels -> correct));
  }

  private int[] batch(int[] images, int first) {
    return Arrays.copyOfRange(images, first, Math.min(images.length, first + options.batch()));
  }

  private float[][][] known(int[] images) {
    return IntStream.of(images).mapToObj(answers::known).toArray(float[][][]::new);
  }

  private void requireNumber(double loss, int epoch) {
    if (!Double.isFinite(loss)) {
      throw new BadInputException(
          "%s: the loss is no longer a number in epoch %d; check mean and std, or tune with lower learning rates"
              .formatted(task.start().name(), epoch));
    }
  }
}
