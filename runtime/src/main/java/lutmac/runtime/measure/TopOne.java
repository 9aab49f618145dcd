package lutmac.runtime.measure;

import java.util.List;
import lutmac.network.shape.Shape;
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

  @Override
  public void add(int image, float[] input, double[] output) {
    images++;
    int best = OutputDeviation.largest(output, new Shape(output.length, 1, 1), 0);
    correct += best == labels.values()[image] + offset ? 1 : 0;
  }

  @Override
  public List<Figure> figures() {
    return List.of(new Figure(NAME, "top-1 %", 100.0 * correct / images));
  }
}
