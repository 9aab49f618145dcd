package lutmac.tune;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.image.Preprocessor;
import lutmac.tune.task.TrainingProgress;

/**
 * The float network's outputs, {@code [N][output][O]}: those for images that are used unchanged are
 * asked for once.
 */
final class TeacherAnswers {
  private final FloatExecutor teacher;
  private final Shape inputShape;
  private final Preprocessor unchanged;
  private final int sliceImages;
  private final float[][][] known;

  /**
   * @param unchanged the images as they are
   * @param count how many of them are used
   * @param sliceImages how many are computed together
   */
  TeacherAnswers(FloatNetwork network, Preprocessor unchanged, int count, int sliceImages) {
    teacher = new FloatExecutor(network);
    inputShape = network.inputShape();
    this.unchanged = unchanged;
    this.sliceImages = sliceImages;
    known = new float[count][][];
  }

  /** Asks for the results for the unchanged images from one on, in parallel. */
  void ask(int firstImage, TrainingProgress progress) {
    int firstSlice = firstImage / sliceImages;
    int slices = (known.length + sliceImages - 1) / sliceImages;
    int wanted = known.length - firstSlice * sliceImages;
    AtomicInteger asked = new AtomicInteger();
    IntStream.range(firstSlice, slices)
        .parallel()
        .forEach(
            slice -> {
              int from = slice * sliceImages;
              int to = Math.min(known.length, from + sliceImages);
              float[][][] made = of(IntStream.range(from, to).toArray(), unchanged);
              System.arraycopy(made, 0, known, from, made.length);
              synchronized (asked) {
                progress.teacher(asked.addAndGet(made.length), wanted);
              }
            });
  }

  /** The outputs for an unchanged image that has been asked for. */
  float[][] known(int image) {
    return known[image];
  }

  /** The outputs for some images, computed now. */
  float[][][] of(int[] images, Preprocessor inputs) {
    int size = inputShape.size();
    float[] reals = new float[images.length * size];
    for (int n = 0; n < images.length; n++) {
      System.arraycopy(inputs.floatInput(images[n]), 0, reals, n * size, size);
    }
    List<float[]> made = teacher.outputs(reals, images.length);
    float[][][] answers = new float[images.length][made.size()][];
    for (int n = 0; n < images.length; n++) {
      for (int o = 0; o < made.size(); o++) {
        int values = made.get(o).length / images.length;
        answers[n][o] = Arrays.copyOfRange(made.get(o), n * values, (n + 1) * values);
      }
    }
    return answers;
  }
}
