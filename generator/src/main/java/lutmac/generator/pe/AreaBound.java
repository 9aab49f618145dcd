package lutmac.generator.pe;

/**
 * How large an array of a style may be.
 *
 * @param style the style with its parameters
 * @param features what the array can take
 * @param lutsPerElement most look-up tables per processing element of an 8x8 array, without
 *     multiplier blocks
 */
public record AreaBound(PeStyle style, ArrayFeatures features, int lutsPerElement) {}
