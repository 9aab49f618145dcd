package lutmac.quant.result;

import java.util.Objects;

/**
 * One network that was built to see what it loses.
 *
 * @param point its formats
 * @param images held-out calibration images that it was measured on
 * @param percent lost: points of top-1 below the float network where the images have labels, else
 *     percent of images with another class than the float network's; below 0 if it is better
 * @param within whether that is within the budget
 */
public record AccuracyTrial(Allocation.Point point, int images, double percent, boolean within) {
  public AccuracyTrial {
    Objects.requireNonNull(point, "point");
  }
}
