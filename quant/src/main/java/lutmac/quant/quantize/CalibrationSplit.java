package lutmac.quant.quantize;

import java.util.Arrays;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Labels;
import lutmac.runtime.measure.TopOne;

/**
 * Which calibration images are fitted to, and which are held out to measure an accuracy budget on:
 * those that follow, at most {@value #MOST_HELD_OUT}; where none would follow, the last quarter.
 *
 * @param fitted the first ones
 * @param all with those held out
 * @param right index of the right output of every image, where the images have labels
 */
record CalibrationSplit(int fitted, int all, Optional<int[]> right) {
  private static final int MOST_HELD_OUT = 1000;

  /**
   * @param measured whether images are held out without an accuracy budget, too, where more follow
   * @throws BadInputException if the set is too small, or labels do not fit images and network
   */
  static CalibrationSplit of(
      FloatNetwork network,
      ImageSet calibration,
      int labelOffset,
      QuantizeOptions options,
      boolean measured) {
    int there = calibration.count();
    if (there < 1) {
      throw new BadInputException(
          calibration.source() + ": holds no images; calibration needs at least one");
    }
    int fitted = Math.min(there, options.calibrationImages());
    int all = fitted;
    if (options.recipe().accuracy().isPresent()) {
      if (there < 2) {
        throw new BadInputException(
            calibration.source()
                + ": holds one image; an accuracy budget holds some out, so give at least two");
      }
      fitted = Math.min(fitted, there - (there + 3) / 4);
    }
    if (measured || options.recipe().accuracy().isPresent()) {
      all = fitted + Math.min(there - fitted, MOST_HELD_OUT);
    }
    String output = network.outputName();
    options
        .labels()
        .ifPresent(
            labels ->
                TopOne.check(
                    labels, calibration, output, network.shapes().get(output), labelOffset));
    return new CalibrationSplit(
        fitted, all, options.labels().map(labels -> outputs(labels, labelOffset)));
  }

  private static int[] outputs(Labels labels, int offset) {
    return Arrays.stream(labels.values()).map(label -> label + offset).toArray();
  }

  /** Right outputs of images {@code from .. to - 1}. */
  Optional<int[]> right(int from, int to) {
    return right.map(outputs -> Arrays.copyOfRange(outputs, from, to));
  }
}
