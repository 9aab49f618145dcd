package lutmac.runtime.measure;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Labels;

/** Top-1: the largest output is the one at {@code label + offset}; of equal ones the lowest. */
public final class TopOne implements LabelMeasure {
  /** Of its figure. */
  public static final String NAME = "top1";

  private final Labels labels;
  private final int offset;
  private int images;
  private int correct;

  public TopOne(Labels labels, int offset) {
    this.labels = labels;
    this.offset = offset;
  }

  /**
   * Checks that labels are the classes of an output.
   *
   * @param name of the output
   * @param shape of the output
   * @param offset output channel = label + offset
   * @throws BadInputException if they do not fit images or output, or the output has no classes
   */
  public static void check(Labels labels, ImageSet images, String name, Shape shape, int offset) {
    if (shape.pixels() > 1 || shape.channels() == 1) {
      throw new BadInputException(
          "%s: holds one class an image, but output '%s' is %s; leave the labels out to compare with the float network"
              .formatted(labels.source(), name, shape));
    }
    labels.check(images, shape.size(), offset);
  }

  @Override
  public void add(int image, float[] input, double[] output) {
    images++;
    int best = OutputDeviation.largest(output, new Shape(output.length, 1, 1), 0);
    correct += best == labels.values()[image] + offset ? 1 : 0;
  }

  @Override
  public List<Figure> figures() {
    return images == 0 ? List.of() : List.of(new Figure(NAME, "top-1 %", 100.0 * correct / images));
  }
}
