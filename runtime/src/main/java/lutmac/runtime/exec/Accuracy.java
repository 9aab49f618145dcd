package lutmac.runtime.exec;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;

/**
 * Top-1 accuracy on labelled images. An image counts as correct if its largest output is the one at
 * {@code label + labelOffset}; of equal outputs the one with the lowest index wins.
 *
 * @param images images that were classified
 * @param correct those whose label won
 */
public record Accuracy(int images, int correct) {
  private static final int BATCH = 32;

  /** Share of correct images in percent. */
  public double percent() {
    return 100.0 * correct / images;
  }

  /**
   * Accuracy of a float network on the first images of a set.
   *
   * @param labels checked against images and outputs before the first image runs
   * @param labelOffset output index = label + offset
   * @param images how many images
   * @param progress told the number of finished images, rising
   */
  public static Accuracy ofFloat(
      FloatNetwork network,
      Preprocessor inputs,
      Labels labels,
      int labelOffset,
      int images,
      IntConsumer progress) {
    int outputs = network.shapes().get(network.outputName()).size();
    check(inputs, labels, labelOffset, images, outputs);
    FloatExecutor executor = new FloatExecutor(network);
    int correct = 0;
    for (int first = 0; first < images; first += BATCH) {
      int count = Math.min(BATCH, images - first);
      float[] logits = executor.logits(inputs.floatBatch(first, count), count);
      for (int i = 0; i < count; i++) {
        int best = 0;
        for (int o = 1; o < outputs; o++) {
          if (logits[i * outputs + o] > logits[i * outputs + best]) {
            best = o;
          }
        }
        correct += best == labels.values()[first + i] + labelOffset ? 1 : 0;
      }
      progress.accept(first + count);
    }
    return new Accuracy(images, correct);
  }

  /**
   * Accuracy of a quantized network on the first images of a set, by all processors. Outputs of
   * different scales are compared by their real values.
   *
   * @param inputs images, preprocessed as the network says
   * @param labels checked against images and outputs before the first image runs
   * @param images how many images
   * @param progress told the number of finished images, rising, by one thread at a time
   */
  public static Accuracy ofQuantized(
      QuantizedNetwork network,
      Preprocessor inputs,
      Labels labels,
      int images,
      IntConsumer progress) {
    int labelOffset = network.input().preprocessing().labelOffset();
    check(inputs, labels, labelOffset, images, network.output().shape().size());
    IntegerExecutor executor = new IntegerExecutor(network);
    AtomicInteger finished = new AtomicInteger();
    int correct =
        IntStream.range(0, images)
            .parallel()
            .map(
                image -> {
                  int[] result = executor.run(inputs.codes(image, network.input()));
                  int best = largest(network, result);
                  synchronized (finished) {
                    progress.accept(finished.incrementAndGet());
                  }
                  return best == labels.values()[image] + labelOffset ? 1 : 0;
                })
            .sum();
    return new Accuracy(images, correct);
  }

  /** Index of the largest value; of equal ones the lowest. */
  public static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /** Index of the largest output by real value; of equal ones the lowest. */
  public static int largest(QuantizedNetwork network, int[] result) {
    int best = 0;
    double bestValue = Double.NEGATIVE_INFINITY;
    for (int o = 0; o < result.length; o++) {
      double value = network.output().real(o, result[o]);
      if (value > bestValue) {
        best = o;
        bestValue = value;
      }
    }
    return best;
  }

  private static void check(
      Preprocessor inputs, Labels labels, int labelOffset, int images, int outputs) {
    if (images < 1 || images > inputs.count()) {
      throw new IllegalArgumentException(
          "%d of %d images cannot be classified".formatted(images, inputs.count()));
    }
    labels.check(inputs.images(), outputs, labelOffset);
  }
}
