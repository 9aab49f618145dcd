package lutmac.tune;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Preprocessor;

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
  /** One of so many images is for measuring. */
  private static final int MEASURED_SHARE = 10;

  private static final int MOST_MEASURED = 1000;

  /** Images that one thread computes together. */
  private static final int MOST_SLICE_IMAGES = 4;

  /** Map elements of a slice: bounds the memory of a pass, some 12 bytes an element. */
  private static final long MOST_SLICE_ELEMENTS = 32L << 20;

  /** Slices whose gradients are held at a time. */
  private static final int MOST_SLICES = 8;

  /** Weight gradients held at a time: bounds their memory. */
  private static final long MOST_GRADIENTS = 64L << 20;

  private final TuneTask task;
  private final TuneOptions options;
  private final TuneProgress progress;
  private final Student student;
  private final Teacher teacher;
  private final List<Parameter> parameters;
  private final int count;
  private final int trained;
  private final Shape inputShape;
  private final Preprocessor plainInputs;
  private final float[][] knownAnswers;
  private final int sliceImages;
  private final List<GradientSums> sliceSums = new ArrayList<>();
  private final GradientSums batchSums;
  private final Queue<Pass> passes = new ConcurrentLinkedQueue<>();
  private int steps;

  private Tuner(TuneTask task, TuneOptions options, TuneProgress progress) {
    this.task = task;
    this.options = options;
    this.progress = progress;
    inputShape = task.start().input().tensor().shape();
    Shape outputShape = task.start().output().shape();
    Shape wanted = task.teacher().shapes().get(task.teacher().outputName());
    if (!inputShape.equals(task.teacher().inputShape()) || !outputShape.equals(wanted)) {
      throw new IllegalArgumentException(
          "the quantized network '%s' makes %s of %s, its teacher %s of %s"
              .formatted(
                  task.start().name(),
                  outputShape,
                  inputShape,
                  wanted,
                  task.teacher().inputShape()));
    }
    if (options.loss().kind() == Loss.Kind.DIVERGENCE && outputShape.size() == 1) {
      throw new BadInputException(
          "%s: a network with one output has no classes to tell apart; tune for squared errors"
              .formatted(task.start().name()));
    }
    count = Math.min(options.images(), task.images().count());
    // A single image has to serve for both.
    trained = Math.max(1, count - Math.max(1, Math.min(MOST_MEASURED, count / MEASURED_SHARE)));
    plainInputs = inputs(task.images());
    task.labels()
        .ifPresent(labels -> labels.check(task.images(), outputShape.size(), labelOffset()));
    student =
        new Student(
            task.start(),
            task.teacher(),
            task.targets(),
            options.rates().weights() > 0 || options.rates().levels() > 0,
            options.rates().levels() > 0,
            Arithmetic.EXACT);
    teacher = new Teacher(task.teacher());
    parameters = student.parameters();
    knownAnswers = new float[count][];
    sliceImages =
        (int) Math.max(1, Math.min(MOST_SLICE_IMAGES, MOST_SLICE_ELEMENTS / student.mapElements()));
    long slices = MOST_GRADIENTS / Math.max(1, student.weightCount());
    for (int i = 0; i < Math.max(1, Math.min(MOST_SLICES, slices)); i++) {
      sliceSums.add(student.newSums());
    }
    batchSums = student.newSums();
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
      TuneTask task, TuneOptions options, Optional<Path> checkpoint, TuneProgress progress) {
    List<TuneResult> result = new ArrayList<>();
    MatrixProduct.onCallingThread(
        () -> result.add(new Tuner(task, options, progress).tune(checkpoint)));
    return result.get(0);
  }

  private Preprocessor inputs(ImageSet images) {
    return new Preprocessor(images, task.start().input().preprocessing(), inputShape);
  }

  private int labelOffset() {
    return task.start().input().preprocessing().labelOffset();
  }

  private TuneResult tune(Optional<Path> file) {
    List<EpochReport> reports = new ArrayList<>();
    List<float[]> best = new ArrayList<>();
    parameters.forEach(parameter -> best.add(parameter.values().clone()));
    Optional<Checkpoint> checkpoint =
        file.map(path -> new Checkpoint(path, Fingerprint.of(task, options)));
    Optional<Checkpoint.Progress> earlier = checkpoint.flatMap(c -> c.read(parameters, best));
    if (earlier.isPresent()) {
      reports.addAll(earlier.get().reports());
      steps = earlier.get().steps();
    }
    student.restore();
    if (reports.size() <= options.epochs()) {
      askTeacher();
    }
    for (int epoch = reports.size(); epoch <= options.epochs(); epoch++) {
      if (epoch > 0) {
        train(epoch, distance(reports.get(0)));
        // Refuses sums that have outgrown their width as early as possible.
        student.export(Map.of());
      }
      EpochReport report = measure(epoch);
      if (reports.stream().allMatch(other -> report.loss() < other.loss())) {
        for (int i = 0; i < best.size(); i++) {
          System.arraycopy(parameters.get(i).values(), 0, best.get(i), 0, best.get(i).length);
        }
      }
      reports.add(report);
      checkpoint.ifPresent(c -> c.write(new Checkpoint.Progress(reports, steps), parameters, best));
      progress.epoch(report);
    }
    for (int i = 0; i < best.size(); i++) {
      System.arraycopy(best.get(i), 0, parameters.get(i).values(), 0, best.get(i).length);
    }
    student.restore();
    Map<String, String> provenance = new TreeMap<>(task.start().provenance());
    provenance.put("tuned", options.toString());
    provenance.put("tuneImages", Integer.toString(count));
    return new TuneResult(student.export(provenance), trained, reports);
  }

  /**
   * How far the network was from its teacher at the start, 0 to 1: losses are quadratic in the
   * error of the result, so the root of its loss in relation to that of a network that always
   * answers zero. Steps have to be as large as the error that they are to remove; larger ones do
   * harm.
   */
  private double distance(EpochReport start) {
    double none = 0;
    for (int image = firstMeasured(); image < count; image++) {
      int outputs = knownAnswers[image].length;
      none += options.loss().of(knownAnswers[image], new float[outputs], new float[outputs]);
    }
    double relative = start.loss() * start.images() / none;
    return none > 0 ? Math.min(1, Math.sqrt(relative)) : 1;
  }

  private int firstMeasured() {
    return Math.min(trained, count - 1);
  }

  /**
   * One epoch.
   *
   * @param rates share of the learning rates
   */
  private void train(int epoch, double rates) {
    boolean augmented = !options.augmentation().changesNothing();
    Preprocessor inputs =
        augmented
            ? inputs(
                new AugmentedImages(task.images(), options.augmentation(), options.seed() + epoch))
            : plainInputs;
    int[] order = order(epoch);
    for (int first = 0; first < trained; first += options.batch()) {
      int[] batch = Arrays.copyOfRange(order, first, Math.min(trained, first + options.batch()));
      double loss = 0;
      for (Outcome outcome : batch(batch, inputs, Optional.of(rates), augmented)) {
        loss += outcome.loss();
      }
      requireNumber(loss, epoch);
      progress.batch(epoch, options.epochs(), first + batch.length, trained);
    }
  }

  private EpochReport measure(int epoch) {
    int from = firstMeasured();
    double loss = 0;
    int agreeing = 0;
    int correct = 0;
    for (int first = from; first < count; first += options.batch()) {
      int[] batch = IntStream.range(first, Math.min(count, first + options.batch())).toArray();
      for (Outcome outcome : batch(batch, plainInputs, Optional.empty(), false)) {
        loss += outcome.loss();
        agreeing += outcome.agrees() ? 1 : 0;
        correct += outcome.correct() ? 1 : 0;
      }
    }
    requireNumber(loss, epoch);
    return new EpochReport(
        epoch,
        count - from,
        loss / (count - from),
        agreeing,
        task.labels().isPresent() ? Optional.of(correct) : Optional.empty());
  }

  private void requireNumber(double loss, int epoch) {
    if (!Double.isFinite(loss)) {
      throw new BadInputException(
          "%s: the loss is no longer a number in epoch %d; check mean and std, or tune with lower learning rates"
              .formatted(task.start().name(), epoch));
    }
  }

  private int[] order(int epoch) {
    int[] order = IntStream.range(0, trained).toArray();
    SplittableRandom random = new SplittableRandom(options.seed() * 31 + epoch);
    for (int i = trained - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** What one image came to. */
  private record Outcome(double loss, boolean agrees, boolean correct) {}

  /**
   * Computes a batch and, in training, takes a step.
   *
   * @param rates share of the learning rates; empty: there is no training
   */
  private Outcome[] batch(
      int[] indices, Preprocessor inputs, Optional<Double> rates, boolean augmented) {
    boolean training = rates.isPresent();
    Outcome[] outcomes = new Outcome[indices.length];
    int slices = (indices.length + sliceImages - 1) / sliceImages;
    batchSums.clear();
    for (int first = 0; first < slices; first += sliceSums.size()) {
      int wave = Math.min(sliceSums.size(), slices - first);
      int offset = first;
      IntStream.range(0, wave)
          .parallel()
          .forEach(
              i -> {
                int from = (offset + i) * sliceImages;
                int to = Math.min(indices.length, from + sliceImages);
                int[] images = Arrays.copyOfRange(indices, from, to);
                GradientSums sums = sliceSums.get(i);
                sums.clear();
                Outcome[] made = slice(images, indices.length, inputs, training, augmented, sums);
                System.arraycopy(made, 0, outcomes, from, made.length);
              });
      if (training) {
        batchSums.add(sliceSums.subList(0, wave));
      }
    }
    rates.ifPresent(this::update);
    return outcomes;
  }

  private Outcome[] slice(
      int[] images,
      int batch,
      Preprocessor inputs,
      boolean training,
      boolean augmented,
      GradientSums sums) {
    InputEncoding encoding = task.start().input();
    float[] codes = new float[images.length * inputShape.size()];
    for (int n = 0; n < images.length; n++) {
      int[] image = inputs.codes(images[n], encoding);
      float[] integers = new float[image.length];
      for (int i = 0; i < image.length; i++) {
        integers[i] = image[i];
      }
      place(integers, n, images.length, codes);
    }
    float[][] wanted =
        augmented
            ? answers(images, inputs)
            : IntStream.of(images).mapToObj(i -> knownAnswers[i]).toArray(float[][]::new);
    Pass reused = images.length == sliceImages ? passes.poll() : null;
    Pass pass = reused == null ? student.newPass(images.length) : reused;
    float[][] got = student.forward(pass, codes);
    Outcome[] outcomes = new Outcome[images.length];
    float[][] gradients = new float[images.length][];
    for (int n = 0; n < images.length; n++) {
      gradients[n] = new float[got[n].length];
      double loss = options.loss().of(wanted[n], got[n], gradients[n]);
      for (int i = 0; i < gradients[n].length; i++) {
        gradients[n][i] /= batch;
      }
      int best = Accuracy.largest(got[n]);
      int label = task.labels().isPresent() ? task.labels().get().values()[images[n]] : -1;
      outcomes[n] =
          new Outcome(loss, best == Accuracy.largest(wanted[n]), best == label + labelOffset());
    }
    if (training) {
      student.backward(pass, gradients, sums);
    }
    if (images.length == sliceImages) {
      passes.add(pass);
    }
    return outcomes;
  }

  /** One image {@code [C, H, W]} to its place in {@code [C, N, H, W]}. */
  private void place(float[] image, int n, int images, float[] all) {
    int pixels = inputShape.pixels();
    for (int c = 0; c < inputShape.channels(); c++) {
      System.arraycopy(image, c * pixels, all, (c * images + n) * pixels, pixels);
    }
  }

  /** The teacher's results, {@code [N][O]}. */
  private float[][] answers(int[] images, Preprocessor inputs) {
    float[] reals = new float[images.length * inputShape.size()];
    for (int n = 0; n < images.length; n++) {
      place(inputs.floatInput(images[n]), n, images.length, reals);
    }
    return teacher.logits(reals, images.length);
  }

  /**
   * The teacher's results for the images that are used unchanged, computed once. Always in the same
   * slices: what else is in a matrix may change the last bits of a product.
   */
  private void askTeacher() {
    int slices = (count + sliceImages - 1) / sliceImages;
    boolean all = options.augmentation().changesNothing();
    int firstSlice = all ? 0 : trained / sliceImages;
    int wanted = count - firstSlice * sliceImages;
    AtomicInteger asked = new AtomicInteger();
    IntStream.range(firstSlice, slices)
        .parallel()
        .forEach(
            slice -> {
              int from = slice * sliceImages;
              int[] images = IntStream.range(from, Math.min(count, from + sliceImages)).toArray();
              float[][] made = answers(images, plainInputs);
              System.arraycopy(made, 0, knownAnswers, from, made.length);
              synchronized (asked) {
                progress.teacher(asked.addAndGet(made.length), wanted);
              }
            });
  }

  private void update(double rates) {
    int batches = (trained + options.batch() - 1) / options.batch();
    double done = (double) steps / ((double) batches * options.epochs());
    double share = (1 + Math.cos(Math.PI * done)) / 2;
    steps++;
    List<float[]> gradients = student.gradients(batchSums);
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      parameter.update(gradients.get(i), rates * share * rate(parameter.kind()), steps);
    }
    student.refresh();
  }

  private double rate(Parameter.Kind kind) {
    TuneOptions.Rates rates = options.rates();
    return switch (kind) {
      case WEIGHT -> rates.weights();
      case LEVEL -> rates.levels();
      case BIAS -> rates.biases();
      case SCALE -> rates.scales();
    };
  }
}
