package lutmac.tune.student;

import java.util.List;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.Tensor;
import lutmac.tune.parameter.GradientSums;

/** Channels one input after the other: in {@code [C, N, H, W]}, whole feature maps. */
final class StudentConcat implements StudentLayer {
  private final ConcatLayer layer;
  private final LayerWiring wiring;
  private TensorFormat format;

  StudentConcat(ConcatLayer layer, LayerWiring wiring) {
    this.layer = layer;
    this.wiring = wiring;
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
    float[] whole = pass.newMap(wiring.output(), pass.images() * layer.output().shape().size());
    int at = 0;
    for (int input : wiring.inputs()) {
      float[] part = pass.map(input);
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
  }

  @Override
  public void backward(PassBuffers pass, GradientSums sums) {
    float[] whole = pass.gradient(wiring.output());
    int at = 0;
    for (int input : wiring.inputs()) {
      float[] part = pass.gradient(input);
      for (int i = 0; i < part.length; i++) {
        part[i] += whole[at + i];
      }
      at += part.length;
    }
  }

  @Override
  public ConcatLayer export(List<Tensor> made) {
    return new ConcatLayer(
        layer.name(),
        wiring.inputs().stream().map(made::get).toList(),
        layer.output().withFormat(format));
  }
}
