package lutmac.network.quantized;

import java.util.List;
import lutmac.network.shape.Window;

/** Maximum over the window, on codes; positions outside the map never win. */
public record MaxPoolLayer(String name, Tensor input, Tensor output, Window window)
    implements QuantizedLayer {
  @Override
  public List<Tensor> inputs() {
    return List.of(input);
  }
}
