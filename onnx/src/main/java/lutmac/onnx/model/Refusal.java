package lutmac.onnx.model;

/** One node cannot be used: the reason, and what to do, without the node's name. */
public final class Refusal extends RuntimeException {
  public Refusal(String reason) {
    super(reason, null, false, false);
  }
}
