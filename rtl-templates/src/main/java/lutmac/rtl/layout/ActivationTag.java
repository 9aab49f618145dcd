package lutmac.rtl.layout;

/**
 * The tag with which the core asks for an activation word, and which comes back with the word. It
 * is the core's own; only its width matters elsewhere, and whether the word counts.
 */
public final class ActivationTag {
  /**
   * What the word's phase is: last of its tile, of its walk plane, last chunk, last input block,
   * whether the tile is a short one; two bits of the walk plane, two of the part.
   */
  public static final int PHASE_BITS = 9;

  /** The tag: the phase, whether the word lies outside and is its last, two rows and a slot. */
  public static final int BITS = PHASE_BITS + 2 + 2 * 6 + 3;

  /** The bit that says that the word lies outside and counts for nothing. */
  public static final int OUTSIDE = BITS - 1;

  private ActivationTag() {}
}
