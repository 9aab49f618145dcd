package lutmac.network.quantized;

import java.util.Arrays;
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

  /** Real values of the feature map's integers, {@code [C, H, W]} row major. */
  public double[] reals(int[] integers) {
    double[] reals = new double[integers.length];
    Arrays.setAll(reals, element -> real(element, integers[element]));
    return reals;
  }

  /**
   * What an integer of the feature map stands for.
   *
   * @param element its index, row major
   */
  public double real(int element, int integer) {
    return Math.scalb((double) integer, -format.frac(element / shape.pixels()));
  }

  /** The same feature map with another meaning of its integers. */
  public Tensor withFormat(TensorFormat other) {
    return new Tensor(name, shape, other, padCodes);
  }
}
