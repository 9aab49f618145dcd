package lutmac.quant.network;

/** One step of a quantized network: reads feature maps, makes one. */
public sealed interface QuantizedLayer permits MacLayer, MaxPoolLayer {
  /** Name of the float node that it came from. */
  String name();

  Tensor input();

  Tensor output();
}
