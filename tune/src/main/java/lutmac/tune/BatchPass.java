package lutmac.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.measure.ResultDivergence;
import lutmac.tune.kernel.ChannelMajor;
import lutmac.tune.parameter.GradientSums;
import lutmac.tune.student.PassBuffers;
import lutmac.tune.student.Student;

/**
 * Computes the student's results for a batch of images, their losses and, in training, the
 * gradients: in slices of some images, each by one thread, whose gradients are added in order.
 */
final class BatchPass {
  /** Images that one thread computes together. */
  private static final int MOST_SLICE_IMAGES = 4;

  /** Feature-map elements of a slice: bounds the memory of a pass, some 12 bytes an element. */
  private static final long MOST_SLICE_ELEMENTS = 32L << 20;

  /** Slices whose gradients are held at a time. */
  private static final int MOST_SLICES = 8;

  /** Weight gradients held at a time: bounds their memory. */
  private static final long MOST_GRADIENTS = 64L << 20;

  private final Student student;
  private final InputEncoding encoding;
  private final Shape firstOutput;
  private final ResultDivergence divergence;
  private final Optional<Labels> labels;
  private final int sliceImages;
  private final List<GradientSums> sliceSums = new ArrayList<>();
  private final GradientSums batchSums;
  private final Queue<PassBuffers> passes = new ConcurrentLinkedQueue<>();

  /** What one image came to. */
  private record Outcome(double loss, double agrees, boolean correct) {}

  /**
   * What some images came to.
   *
   * @param loss sum over them
   * @param agreeing images whose class of the first output is the teacher's, of a map of classes
   *     the shares of its pixels; not a number without classes
   * @param correct images whose label won; 0 without labels
   */
  record Outcomes(double loss, double agreeing, int correct) {
    static final Outcomes NONE = new Outcomes(0, 0, 0);

    private Outcomes plus(Outcome outcome) {
      return new Outcomes(
          loss + outcome.loss(),
          agreeing + outcome.agrees(),
          correct + (outcome.correct() ? 1 : 0));
    }
  }

  /** The teacher's outputs for some images of the batch, {@code [N][output][O]}. */
  @FunctionalInterface
  interface Answers {
    float[][][] of(int[] images);
  }

  /**
   * @param start the network that is trained, as it was: its input and outputs
   * @param divergence that is made small
   * @param labels of all images, if there are any
   */
  BatchPass(
      Student student,
      QuantizedNetwork start,
      ResultDivergence divergence,
      Optional<Labels> labels) {
    this.student = student;
    encoding = start.input();
    firstOutput = start.output().shape();
    this.divergence = divergence;
    this.labels = labels;
    sliceImages = sliceImages(student);
    long slices = MOST_GRADIENTS / Math.max(1, student.weightCount());
    for (int i = 0; i < Math.max(1, Math.min(MOST_SLICES, slices)); i++) {
      sliceSums.add(student.newSums());
    }
    batchSums = student.newSums();
  }

  /** How many images are computed together. */
  static int sliceImages(Student student) {
    return (int)
        Math.max(1, Math.min(MOST_SLICE_IMAGES, MOST_SLICE_ELEMENTS / student.mapElements()));
  }

  /** Gradients of the mean loss of the batch that {@link #train} has seen last. */
  GradientSums gradients() {
    return batchSums;
  }

  /**
   * Computes a batch without gradients.
   *
   * @param before what is added to
   */
  Outcomes measure(int[] batch, Preprocessor inputs, Answers answers, Outcomes before) {
    return run(batch, inputs, answers, false, before);
  }

  /** Computes a batch and its gradients. */
  Outcomes train(int[] batch, Preprocessor inputs, Answers answers) {
    return run(batch, inputs, answers, true, Outcomes.NONE);
  }

  private Outcomes run(
      int[] batch, Preprocessor inputs, Answers answers, boolean training, Outcomes before) {
    Outcome[] outcomes = new Outcome[batch.length];
    int slices = (batch.length + sliceImages - 1) / sliceImages;
    batchSums.clear();
    for (int first = 0; first < slices; first += sliceSums.size()) {
      int wave = Math.min(sliceSums.size(), slices - first);
      int offset = first;
      IntStream.range(0, wave)
          .parallel()
          .forEach(
              i -> {
                int from = (offset + i) * sliceImages;
                int to = Math.min(batch.length, from + sliceImages);
                int[] images = Arrays.copyOfRange(batch, from, to);
                GradientSums sums = sliceSums.get(i);
                sums.clear();
                Optional<GradientSums> receiver = training ? Optional.of(sums) : Optional.empty();
                Outcome[] made = slice(images, inputs, answers.of(images), batch.length, receiver);
                System.arraycopy(made, 0, outcomes, from, made.length);
              });
      if (training) {
        batchSums.add(sliceSums.subList(0, wave));
      }
    }
    Outcomes sum = before;
    for (Outcome outcome : outcomes) {
      sum = sum.plus(outcome);
    }
    return sum;
  }

  /**
   * @param batch images of the whole batch, over which the loss is the mean
   * @param receiver of the gradients, in training
   */
  private Outcome[] slice(
      int[] images,
      Preprocessor inputs,
      float[][][] wanted,
      int batch,
      Optional<GradientSums> receiver) {
    PassBuffers reused = images.length == sliceImages ? passes.poll() : null;
    PassBuffers pass = reused == null ? student.newPass(images.length) : reused;
    float[][][] got = student.forward(pass, codes(images, inputs));
    Outcome[] outcomes = new Outcome[images.length];
    float[][][] gradients = new float[images.length][][];
    for (int n = 0; n < images.length; n++) {
      gradients[n] = zeros(got[n]);
      double value = divergence.of(wanted[n], got[n], gradients[n]);
      for (float[] gradient : gradients[n]) {
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= batch;
        }
      }
      int best = Accuracy.largest(got[n][0]);
      outcomes[n] = new Outcome(value, agreed(wanted[n][0], got[n][0]), isLabel(best, images[n]));
    }
    receiver.ifPresent(sums -> student.backward(pass, gradients, sums));
    if (images.length == sliceImages) {
      passes.add(pass);
    }
    return outcomes;
  }

  /** Whether the classes of the first output are the same, of a map the share of its pixels. */
  private double agreed(float[] wanted, float[] got) {
    OutputKind kind = OutputKind.of(firstOutput, encoding.tensor().shape());
    return OutputDeviation.agreement(kind, firstOutput, wanted, got).orElse(Double.NaN);
  }

  /** As many zeros as there are values. */
  static float[][] zeros(float[][] values) {
    float[][] zeros = new float[values.length][];
    Arrays.setAll(zeros, i -> new float[values[i].length]);
    return zeros;
  }

  private boolean isLabel(int output, int image) {
    return labels.isPresent()
        && output == labels.get().values()[image] + encoding.preprocessing().labelOffset();
  }

  /** Input codes {@code [C, N, H, W]}. */
  private float[] codes(int[] images, Preprocessor inputs) {
    Shape shape = encoding.tensor().shape();
    float[] codes = new float[images.length * shape.size()];
    for (int n = 0; n < images.length; n++) {
      int[] image = inputs.codes(images[n], encoding);
      float[] integers = new float[image.length];
      for (int i = 0; i < image.length; i++) {
        integers[i] = image[i];
      }
      ChannelMajor.place(integers, shape, n, images.length, codes);
    }
    return codes;
  }
}
