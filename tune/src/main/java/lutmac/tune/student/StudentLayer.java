package lutmac.tune.student;

import java.util.List;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Tensor;
import lutmac.tune.parameter.GradientSums;

/** One layer of a network in training. */
sealed interface StudentLayer permits StudentLinear, StudentMaxPool, StudentConcat {
  /** The feature maps that it is connected to. */
  LayerWiring wiring();

  /** Takes over its parameters' values, and formats that have moved. */
  void refresh(ScaleMoves moves);

  /** Format of the feature map that it makes now. */
  TensorFormat outputFormat();

  /** Makes the layer's feature map from those that it reads. */
  void forward(PassBuffers pass);

  /**
   * Adds to the gradients of the feature maps that it reads and, in {@code sums}, of its
   * parameters.
   */
  void backward(PassBuffers pass, GradientSums sums);

  /**
   * The quantized layer that it stands for now.
   *
   * @param made the feature maps so far by index, in their new formats
   */
  QuantizedLayer export(List<Tensor> made);
}
