package lutmac.runtime.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;

/**
 * An array that a prediction makes: a feature map for every image.
 *
 * @param map name of the feature map
 * @param file where it goes, relative to the prediction's directory, with {@code /}
 * @param shape of one image, {@code [C, H, W]}
 * @param flat whether an image has one axis only: {@code [N, C]}
 * @param type of its elements
 * @param codes the feature map whose stored codes these are; empty if they are real values
 */
public record PredictedArray(
    String map, String file, Shape shape, boolean flat, ArrayType type, Optional<Tensor> codes) {

  /** Extents of the array, {@code [N, C, H, W]} or {@code [N, C]}. */
  public List<Integer> extents(int images) {
    List<Integer> extents = new ArrayList<>(List.of(images, shape.channels()));
    if (!flat) {
      extents.add(shape.height());
      extents.add(shape.width());
    }
    return extents;
  }
}
