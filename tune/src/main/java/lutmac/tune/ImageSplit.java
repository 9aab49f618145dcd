package lutmac.tune;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which images train and which measure: the last ones in ten, up to a thousand, are held out.
 *
 * @param count of all images
 * @param trained of those that train, the first ones
 */
record ImageSplit(int count, int trained) {
  /** One of so many images is for measuring. */
  private static final int MEASURED_SHARE = 10;

  private static final int MOST_MEASURED = 1000;

  /** The split of so many images; a single one has to serve for both. */
  static ImageSplit of(int count) {
    int measured = Math.max(1, Math.min(MOST_MEASURED, count / MEASURED_SHARE));
    return new ImageSplit(count, Math.max(1, count - measured));
  }

  /** Index of the first image that measures. */
  int firstMeasured() {
    return Math.min(trained, count - 1);
  }

  /** How many images measure. */
  int measured() {
    return count - firstMeasured();
  }

  /** The images that measure. */
  int[] measuredImages() {
    return IntStream.range(firstMeasured(), count).toArray();
  }

  /** The images that train, in an order that is another one in every epoch. */
  int[] trainingOrder(long seed, int epoch) {
    int[] order = IntStream.range(0, trained).toArray();
    SplittableRandom random = new SplittableRandom(seed * 31 + epoch);
    for (int i = trained - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
