package lutmac.generator.pe;

/**
 * How large an array of a style may be.
 *
 * @param style the style with its parameters
 * @param accBits width of the array's sums
 * @param lutsPerElement most look-up tables per processing element of an 8x8 array, without
 *     multiplier blocks
 */
public record AreaBound(PeStyle style, int accBits, int lutsPerElement) {}
