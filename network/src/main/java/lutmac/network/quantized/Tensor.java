package lutmac.network.quantized;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import lutmac.network.format.TensorFormat;
import lutmac.network.shape.Shape;

/**
 * A feature map of a quantized network.
 *
 * @param name unique in the network
 * @param shape {@code [C, H, W]}
 * @param format what its integers mean
 * @param padCodes integer that stands outside the feature map, per channel {@code [C]}: zero
 *     everywhere but on a network input whose mean was folded away (the code nearest to the mean)
 */
public record Tensor(String name, Shape shape, TensorFormat format, List<Integer> padCodes) {
  public Tensor {
    Objects.requireNonNull(name, "name");
    padCodes = List.copyOf(padCodes);
    if (padCodes.size() != shape.channels()) {
      throw new IllegalArgumentException(
          "tensor '%s' has %d channels but %d pad codes"
              .formatted(name, shape.channels(), padCodes.size()));
    }
  }

  /** A feature map that is padded with zeros. */
  public static Tensor zeroPadded(String name, Shape shape, TensorFormat format) {
    return new Tensor(name, shape, format, Collections.nCopies(shape.channels(), 0));
  }

  /** The same feature map with another meaning of its integers. */
  public Tensor withFormat(TensorFormat other) {
    return new Tensor(name, shape, other, padCodes);
  }
}
