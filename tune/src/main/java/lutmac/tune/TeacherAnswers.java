package lutmac.tune;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.Preprocessor;
import lutmac.tune.kernel.ChannelMajor;
import lutmac.tune.task.TrainingProgress;

/**
 * The float network's results, {@code [N][O]}: those for images that are used unchanged are asked
 * for once. Always in the same slices, as what else is in a matrix may change the last bits of a
 * product.
 */
final class TeacherAnswers {
  private final Teacher teacher;
  private final Shape inputShape;
  private final Preprocessor unchanged;
  private final int sliceImages;
  private final float[][] known;

  /**
   * @param unchanged the images as they are
   * @param count how many of them are used
   * @param sliceImages how many are computed together
   */
  TeacherAnswers(FloatNetwork network, Preprocessor unchanged, int count, int sliceImages) {
    teacher = new Teacher(network);
    inputShape = network.inputShape();
    this.unchanged = unchanged;
    this.sliceImages = sliceImages;
    known = new float[count][];
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
              float[][] made = of(IntStream.range(from, to).toArray(), unchanged);
              System.arraycopy(made, 0, known, from, made.length);
              synchronized (asked) {
                progress.teacher(asked.addAndGet(made.length), wanted);
              }
            });
  }

  /** The result for an unchanged image that has been asked for. */
  float[] known(int image) {
    return known[image];
  }

  /** The results for some images, computed now. */
  float[][] of(int[] images, Preprocessor inputs) {
    float[] reals = new float[images.length * inputShape.size()];
    for (int n = 0; n < images.length; n++) {
      ChannelMajor.place(inputs.floatInput(images[n]), inputShape, n, images.length, reals);
    }
    return teacher.logits(reals, images.length);
  }
}
