package lutmac.quant.recipe;

/**
 * The techniques of the quantizer that can be left out, to see what each is worth.
 *
 * @param equalization channels and feature maps are scaled before anything is quantized
 * @param exactTables tables by dynamic programming; else levels at equal distances
 * @param compensation weights are rounded so that errors cancel; else each to the nearest level
 * @param descent compensated rounding is followed by coordinate descent
 * @param retargeting weights first move to make up for the errors of the layers before
 * @param biasCorrection biases restore every channel's mean
 */
public record Techniques(
    boolean equalization,
    boolean exactTables,
    boolean compensation,
    boolean descent,
    boolean retargeting,
    boolean biasCorrection) {

  /** Everything. */
  public static Techniques all() {
    return new Techniques(true, true, true, true, true, true);
  }

  /** Round to nearest, without anything that looks at more than one weight. */
  public static Techniques nearest() {
    return new Techniques(true, true, false, false, false, true);
  }
}
