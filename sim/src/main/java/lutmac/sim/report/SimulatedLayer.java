package lutmac.sim.report;

/**
 * One layer over all images.
 *
 * @param name the network layer, and the pool fused behind it if there is one
 * @param cycles of one image, from the last write of the layer before (or the run's begin) to its
 *     own, of the last layer to the run's end; the mean if images differ
 * @param steps array steps of one image; the mean if images differ
 * @param macs useful multiply-accumulates of one image
 * @param busyShare {@code macs / (P * M * cycles)}: share of the array's capacity that did useful
 *     work, 0 to 1
 * @param wordsCompared feature-map words of all images
 * @param mismatches of all images
 */
public record SimulatedLayer(
    int index,
    String name,
    long cycles,
    long steps,
    long macs,
    double busyShare,
    long wordsCompared,
    long mismatches) {}
