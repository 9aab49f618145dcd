package lutmac.tune.task;

import java.util.Optional;

/**
 * How the quantized network does on the images that measure it.
 *
 * @param epoch counts from 1; epoch 0 is the network before training
 * @param images how many they are
 * @param loss mean {@link lutmac.runtime.measure.ResultDivergence} over them
 * @param agreeing images whose class of the first output is the float network's, too, of a map of
 *     classes the shares of its pixels; empty without classes
 * @param correct images whose label won, if there are labels
 */
public record EpochReport(
    int epoch, int images, double loss, Optional<Double> agreeing, Optional<Integer> correct) {

  /** Share of images, or pixels, on which quantized and float network agree, in percent. */
  public Optional<Double> agreementPercent() {
    return agreeing.map(count -> 100 * count / images);
  }

  /** Share of correctly classified images in percent, if there are labels. */
  public Optional<Double> accuracyPercent() {
    return correct.map(count -> 100.0 * count / images);
  }
}
