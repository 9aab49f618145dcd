package lutmac.tune.task;

import java.util.Optional;

/**
 * How the quantized network does on the images that measure it.
 *
 * @param epoch counts from 1; epoch 0 is the network before training
 * @param images how many they are
 * @param loss mean over them
 * @param agreeing images whose largest output is the float network's, too
 * @param correct images whose label won, if there are labels
 */
public record EpochReport(
    int epoch, int images, double loss, int agreeing, Optional<Integer> correct) {

  /** Share of images on which quantized and float network agree, in percent. */
  public double agreementPercent() {
    return 100.0 * agreeing / images;
  }

  /** Share of correctly classified images in percent, if there are labels. */
  public Optional<Double> accuracyPercent() {
    return correct.map(count -> 100.0 * count / images);
  }
}
