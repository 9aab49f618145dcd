package lutmac.onnx.model;

/**
 * One node cannot be used: the reason, and what to do, without the node's name. It never leaves
 * this module: whoever walks the nodes adds file and name and throws {@link
 * lutmac.network.BadInputException}.
 */
public final class Refusal extends RuntimeException {
  /** A refusal for a reason that reads on from "node 'x': ". */
  public Refusal(String reason) {
    super(reason, null, false, false);
  }
}
