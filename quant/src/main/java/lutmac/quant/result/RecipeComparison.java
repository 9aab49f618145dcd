package lutmac.quant.result;

import java.util.Optional;

/**
 * What a network is worth beside the one that another recipe makes of the same float network and
 * images.
 *
 * @param sqnr signal-to-noise ratio of the result on the images that were fitted to, dB; empty if
 *     exact
 * @param otherSqnr likewise of the other network
 * @param images that nothing was fitted to; 0 if there are none
 * @param lostPercent points of top-1 that are lost on those; without labels percent of images whose
 *     class is not the float network's
 * @param otherLostPercent likewise of the other network
 */
public record RecipeComparison(
    Optional<Double> sqnr,
    Optional<Double> otherSqnr,
    int images,
    double lostPercent,
    double otherLostPercent) {}
