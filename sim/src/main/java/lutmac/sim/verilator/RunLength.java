package lutmac.sim.verilator;

/**
 * How long a simulator is to run, which decides how long the compiler may think about it. From the
 * shortest to the longest: a simulator for longer runs serves shorter ones, too.
 */
public enum RunLength {
  /** Less than the compiler takes to optimize anything. */
  MOMENT("OPT_FAST=-O0"),
  /** A few images: building takes longer than running. */
  SHORT("OPT_FAST=-O1"),
  /** Many images, or a large network. */
  LONG("OPT_FAST=-O3 -march=native");

  /**
   * Where a running time two to three times as long begins to outweigh that the compiler is ready
   * in 40 % of the time, measured.
   */
  private static final long SHORT_FROM = 10_000_000;

  /** Where a fifth of the running time begins to outweigh the shorter build, measured. */
  private static final long LONG_FROM = 1_000_000_000;

  private final String optimization;

  RunLength(String optimization) {
    this.optimization = optimization;
  }

  /**
   * The length of a run.
   *
   * @param macs multiply-accumulates of all images: a larger array takes fewer cycles, and longer
   *     for each
   */
  public static RunLength of(long macs) {
    return macs < SHORT_FROM ? MOMENT : macs < LONG_FROM ? SHORT : LONG;
  }

  String optimization() {
    return optimization;
  }
}
