package lutmac.generator.pe;

/**
 * What an array can take beside its style and size (docs/hardware.md §5).
 *
 * @param accBits width of a sum
 * @param actBits width of an activation, two's complement, 9 to 14
 * @param planes tables of weight codes that the array holds, 1 to 4
 * @param depthwise whether every column can take activations of its own
 */
public record ArrayFeatures(int accBits, int actBits, int planes, boolean depthwise) {
  /** Bits of an activation where no map is logarithmic: the codes of 8 bits of either sign. */
  public static final int PLAIN_ACT_BITS = 9;

  /** An array without any of them. */
  public static ArrayFeatures plain(int accBits) {
    return new ArrayFeatures(accBits, PLAIN_ACT_BITS, 1, false);
  }
}
