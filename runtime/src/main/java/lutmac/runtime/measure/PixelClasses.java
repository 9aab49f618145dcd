package lutmac.runtime.measure;

import java.util.List;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.LabelMaps;

/**
 * Accuracy by pixel, and mean intersection over union: for every class that labels or network name
 * anywhere, the pixels of both over the pixels of either, then the mean over classes. Pixels that
 * are labelled void do not count. An output of one channel has the classes 0 and 1, at least the
 * threshold.
 */
public final class PixelClasses implements LabelMeasure {
  private final LabelMaps labels;
  private final Shape shape;
  private final int offset;
  private final double threshold;
  private final long[] both;
  private final long[] labelled;
  private final long[] predicted;

  /**
   * @param shape of the output, {@code [C, H, W]}
   * @param offset output channel = label + offset
   * @param threshold least value of class 1 in an output of one channel
   */
  public PixelClasses(LabelMaps labels, Shape shape, int offset, double threshold) {
    this.labels = labels;
    this.shape = shape;
    this.offset = offset;
    this.threshold = threshold;
    int classes = classes(shape);
    both = new long[classes];
    labelled = new long[classes];
    predicted = new long[classes];
  }

  /** Classes that an output tells apart. */
  public static int classes(Shape output) {
    return Math.max(2, output.channels());
  }

  @Override
  public void add(int image, float[] input, double[] output) {
    int[] map = labels.map(image);
    for (int pixel = 0; pixel < map.length; pixel++) {
      if (map[pixel] == LabelMaps.VOID) {
        continue;
      }
      int right = map[pixel] + offset;
      int got =
          shape.channels() > 1
              ? OutputDeviation.largest(output, shape, pixel)
              : output[pixel] >= threshold ? 1 : 0;
      labelled[right]++;
      predicted[got]++;
      both[right] += got == right ? 1 : 0;
    }
  }

  @Override
  public List<Figure> figures() {
    long pixels = 0;
    long correct = 0;
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < both.length; c++) {
      pixels += labelled[c];
      correct += both[c];
      long either = labelled[c] + predicted[c] - both[c];
      if (either > 0) {
        sum += (double) both[c] / either;
        classes++;
      }
    }
    if (pixels == 0) {
      return List.of();
    }
    return List.of(
        new Figure("pixelAccuracy", "pixels right %", 100.0 * correct / pixels),
        new Figure("meanIou", "mean IoU %", 100 * sum / classes));
  }
}
