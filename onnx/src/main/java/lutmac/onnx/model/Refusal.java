package lutmac.onnx.model;

/**
 * One node cannot be used: the reason, and what to do, without the node's name. It never leaves
 * this module: whoever walks the nodes adds file and name and throws {@link
 * lutmac.network.BadInputException}.
 */
public final class Refusal extends RuntimeException {
  private final boolean ofQuantization;

  /** A refusal for a reason that reads on from "node 'x': ". */
  public Refusal(String reason) {
    this(reason, false);
  }

  private Refusal(String reason, boolean ofQuantization) {
    super(reason, null, false, false);
    this.ofQuantization = ofQuantization;
  }

  /** A refusal of how a file quantizes, which quantizing its real numbers anew would avoid. */
  public static Refusal ofQuantization(String reason) {
    return new Refusal(reason, true);
  }

  /** Whether only the file's own quantization is in the way. */
  public boolean ofQuantization() {
    return ofQuantization;
  }
}
