package lutmac.onnx.reader;

/**
 * How a quantization makes integers of real numbers. All but {@link #HALF_EVEN} are thresholds: the
 * code is {@code m} or more if the number is at least, or is more than, {@code m - halves / 2}.
 */
public enum CodeRounding {
  /** To nearest, ties to the even integer. */
  HALF_EVEN(1, false) {
    @Override
    public double round(double value) {
      return Math.rint(value);
    }
  },

  /** To nearest, ties towards plus infinity. */
  HALF_UP(1, false),

  /** To nearest, ties towards minus infinity. */
  HALF_DOWN(1, true),

  /** To the next integer below. */
  FLOOR(0, false),

  /** To the next integer above. */
  CEIL(2, true);

  private final int halves;
  private final boolean beyond;

  CodeRounding(int halves, boolean beyond) {
    this.halves = halves;
    this.beyond = beyond;
  }

  /** How far below {@code m} the threshold of code {@code m} lies, in half steps. */
  public int halves() {
    return halves;
  }

  /** Whether the threshold itself still belongs to the code below. */
  public boolean beyond() {
    return beyond;
  }

  /** The integer of a number. */
  public double round(double value) {
    double raised = value + halves / 2.0;
    return beyond ? Math.ceil(raised) - 1 : Math.floor(raised);
  }
}
