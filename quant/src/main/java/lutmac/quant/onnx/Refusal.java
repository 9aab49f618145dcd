package lutmac.quant.onnx;

/** One node cannot be used: the reason, and what to do, without the node's name. */
final class Refusal extends RuntimeException {
  Refusal(String reason) {
    super(reason, null, false, false);
  }
}
