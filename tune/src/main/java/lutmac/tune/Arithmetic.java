package lutmac.tune;

/** What a forward pass computes. */
enum Arithmetic {
  /** The integers of the hardware. */
  EXACT,
  /**
   * The same without any rounding: the function whose derivative training takes in place of the
   * rounded one's, which is zero almost everywhere. Tests compare the two.
   */
  STRAIGHT_THROUGH
}
