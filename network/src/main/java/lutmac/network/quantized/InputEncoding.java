package lutmac.network.quantized;

import java.util.Objects;

/**
 * How the host makes the network's input codes from images.
 *
 * @param tensor the input feature map
 * @param preprocessing crop, channel order, mean and scale
 * @param folded true: the codes are the raw pixels (uint8 or int8) and mean and scale lie in the
 *     first layer; false: the host computes {@code (pixel - mean) / std} and encodes that
 */
public record InputEncoding(Tensor tensor, Preprocessing preprocessing, boolean folded) {
  public InputEncoding {
    Objects.requireNonNull(tensor, "tensor");
    Objects.requireNonNull(preprocessing, "preprocessing");
  }
}
