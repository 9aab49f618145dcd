package lutmac.quant.recipe;

import java.util.Optional;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;

/** One step of a float network, cut to what one hardware layer does. */
sealed interface LoweredLayer {
  /** Name of the float node that it came from: what every message names. */
  String name();

  /** Name of the feature map that it reads. */
  String input();

  /** Name of the feature map that it makes. */
  String output();

  Shape outputShape();

  /**
   * {@code min(ceiling, max(0, W * x + bias + skip))}, without the clamp if there is no ceiling.
   *
   * @param sumPixels {@code x} is summed over all pixels first (1x1 window)
   * @param identity the weights only copy channels: they are kept as they are
   * @param weights {@code [O, I, Kh, Kw]}
   * @param bias {@code [O]}
   * @param ceiling of the ReLU behind it, infinite for a plain one
   */
  record Linear(
      String name,
      String input,
      Shape inputShape,
      Optional<String> skip,
      String output,
      Shape outputShape,
      Window window,
      boolean sumPixels,
      boolean identity,
      float[] weights,
      float[] bias,
      Optional<Float> ceiling)
      implements LoweredLayer {

    /** Length of the reduction. */
    int taps() {
      return inputShape.channels() * window.taps();
    }
  }

  /** Maximum over the window. */
  record Pool(
      String name, String input, Shape inputShape, String output, Shape outputShape, Window window)
      implements LoweredLayer {}
}
