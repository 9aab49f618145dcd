package lutmac.runtime.measure;

import java.util.List;

/**
 * How well a network's first output fits labels, counted image by image, each once. One thread at a
 * time.
 */
public interface LabelMeasure {
  /**
   * Counts an image.
   *
   * @param image its number in the set
   * @param input of the float network, {@code [C, H, W]}
   * @param output real values of the network's first output, {@code [C, H, W]}
   */
  void add(int image, float[] input, double[] output);

  /** What came of it; empty if the images that were counted allow no figure. */
  List<Figure> figures();
}
