package lutmac.tune.student;

/** What a forward pass computes. */
enum ForwardArithmetic {
  /** The integers of the hardware. */
  INTEGER,
  /**
   * The same without any rounding: the function whose derivative training takes in place of the
   * rounded one's, which is zero almost everywhere. Tests compare the two.
   */
  UNROUNDED
}
