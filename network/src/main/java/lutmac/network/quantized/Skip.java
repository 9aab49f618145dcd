package lutmac.network.quantized;

import java.util.List;

/**
 * A residual connection into a layer's accumulators: {@code v = acc + B_o + (R << t_o)}.
 *
 * @param source the feature map R, of the layer's (unpooled) output shape
 * @param alignment {@code t_o >= 0} per output channel: accumulator fraction minus R's fraction
 */
public record Skip(Tensor source, List<Integer> alignment) {
  public Skip {
    alignment = List.copyOf(alignment);
  }
}
