package lutmac.network.quantized;

import java.util.List;

/** One step of a quantized network: reads feature maps, makes one. */
public sealed interface QuantizedLayer permits MacLayer, MaxPoolLayer, ConcatLayer {
  /** Name of the float node that it came from. */
  String name();

  /** Every map that it reads. */
  List<Tensor> inputs();

  Tensor output();
}
