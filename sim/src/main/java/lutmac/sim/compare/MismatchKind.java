package lutmac.sim.compare;

/** In what way the hardware did not do what the golden model says. */
public enum MismatchKind {
  /** A word holds a wrong value. */
  VALUE,
  /** A word of a layer's output was never written. */
  MISSING,
  /** A word was written more than once. */
  DUPLICATE,
  /** A write outside the layer's output, or for a layer that the program does not have. */
  STRAY,
  /** The host read something else than what the core had written. */
  READ_BACK
}
