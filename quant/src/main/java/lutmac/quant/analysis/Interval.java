package lutmac.quant.analysis;

/**
 * Where a share lies that was counted on a sample, with a confidence of 95 %.
 *
 * @param low 0 to 1
 * @param high 0 to 1
 */
public record Interval(double low, double high) {
  /** Standard deviations on either side of the mean that hold 95 % of a normal distribution. */
  private static final double DEVIATIONS = 1.959964;

  /**
   * Wilson's score interval, which is right for shares near 1 and small samples, too.
   *
   * @param share that was counted, 0 to 1
   * @param count sample size, at least 1
   */
  public static Interval of(double share, int count) {
    double square = DEVIATIONS * DEVIATIONS;
    double shrink = 1 + square / count;
    double middle = (share + square / (2 * count)) / shrink;
    double half =
        DEVIATIONS
            / shrink
            * Math.sqrt(share * (1 - share) / count + square / (4.0 * count * count));
    return new Interval(Math.max(0, middle - half), Math.min(1, middle + half));
  }
}
