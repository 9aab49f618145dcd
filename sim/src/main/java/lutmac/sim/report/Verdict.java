package lutmac.sim.report;

/** What a simulation showed. */
public enum Verdict {
  /** Every word of every layer of every image equals the reference's. */
  BIT_EXACT,
  /** All images ran, but some words differ. */
  MISMATCH,
  /**
   * The hardware hung or came to no end, one of its assertions failed, or the simulator crashed.
   */
  FAILED
}
