package lutmac.rtl.layout;

import java.util.List;

/**
 * The values of the lowest octave of logarithmic codes, by their step k = {@link #step()}: codes 1
 * to 2^k stand for these, the next 2^k for twice these, and so on (docs/hardware.md §2). Code 0 is
 * 0.
 */
public enum LogOctave {
  WHOLE(1),
  HALVES(5, 7),
  QUARTERS(16, 19, 23, 27),
  EIGHTHS(32, 35, 38, 41, 45, 49, 54, 59);

  private final List<Integer> mantissas;

  LogOctave(Integer... mantissas) {
    this.mantissas = List.of(mantissas);
  }

  /** k: there are 2^k values. */
  public int step() {
    return ordinal();
  }

  /** The values, ascending. */
  public List<Integer> mantissas() {
    return mantissas;
  }
}
