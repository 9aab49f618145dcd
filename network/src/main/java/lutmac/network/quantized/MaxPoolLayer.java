package lutmac.network.quantized;

import java.util.List;
import lutmac.network.shape.Window;

/** Maximum over the window, on codes; positions outside the feature map never win. */
public record MaxPoolLayer(String name, Tensor input, Tensor output, Window window)
    implements QuantizedLayer {
  @Override
  public List<Tensor> inputs() {
    return List.of(input);
  }

  @Override
  public MaxPoolLayer withOutput(Tensor other) {
    return new MaxPoolLayer(name, input, other, window);
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.maxPool(this);
  }
}
