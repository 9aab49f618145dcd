package lutmac.sim.reference;

/** A stand-in for the golden model is wrong: nothing that was compared with it counts. */
public final class ReferenceMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReferenceMismatchException(String message) {
    super(message);
  }
}
