package lutmac.tune.student;

import java.util.List;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.Tensor;
import lutmac.runtime.kernel.MaxPooling;
import lutmac.tune.parameter.GradientSums;

/** A max-pool: a gradient goes to where the maximum came from. */
final class StudentMaxPool implements StudentLayer {
  private final MaxPoolLayer layer;
  private final LayerWiring wiring;
  private final MaxPooling pooling;
  private TensorFormat format;

  StudentMaxPool(MaxPoolLayer layer, LayerWiring wiring) {
    this.layer = layer;
    this.wiring = wiring;
    pooling = new MaxPooling(layer.input().shape(), layer.window());
    format = layer.output().format();
  }

  @Override
  public LayerWiring wiring() {
    return wiring;
  }

  @Override
  public void refresh(ScaleMoves moves) {
    format = layer.output().format().withMoreFraction(moves.output());
  }

  @Override
  public TensorFormat outputFormat() {
    return format;
  }

  @Override
  public void forward(PassBuffers pass) {
    float[] pooled = pooling.apply(pass.map(wiring.input()));
    System.arraycopy(pooled, 0, pass.newMap(wiring.output(), pooled.length), 0, pooled.length);
  }

  @Override
  public void backward(PassBuffers pass, GradientSums sums) {
    int[] positions = pooling.positions(pass.map(wiring.input()));
    float[] from = pass.gradient(wiring.output());
    float[] to = pass.gradient(wiring.input());
    for (int i = 0; i < positions.length; i++) {
      to[positions[i]] += from[i];
    }
  }

  @Override
  public MaxPoolLayer export(List<Tensor> made) {
    return new MaxPoolLayer(
        layer.name(), made.get(wiring.input()), layer.output().withFormat(format), layer.window());
  }
}
