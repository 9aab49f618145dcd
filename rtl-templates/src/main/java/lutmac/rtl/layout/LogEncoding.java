package lutmac.rtl.layout;

/**
 * How the hardware finds the logarithmic code that is nearest to an integer y, ties to the larger
 * code. Where the next code begins, the midpoint of two neighbours, repeats from octave to octave;
 * every midpoint is a whole number of 64ths of the power of two below it. So with y between {@code
 * 2^n} and {@code 2^(n+1)} and f = floor(64 y / 2^n), the code is {@code n * 2^k + counts[f] -
 * offset}, where {@code counts[f]} is the number of midpoints from 64 to f. Two exceptions: less
 * than half the least value is 0, and what lies between that and the least value is 1.
 *
 * @param step k of the codes, 2^k an octave
 * @param counts by f - 64
 * @param offset of the code
 * @param least integer whose code is not 0
 */
public record LogEncoding(int step, int[] counts, int offset, int least) {
  /** Parts of an octave that can tell codes apart. */
  private static final int PARTS = 64;

  /** What the values of an octave ask for. */
  public static LogEncoding of(LogOctave octave) {
    int codes = 1 << octave.step();
    int[] counts = new int[PARTS];
    for (int code = 0; code < codes; code++) {
      int value = octave.mantissas().get(code);
      // Twice the neighbour below, which is in the octave below for the first of the octave.
      int below =
          code == 0 ? octave.mantissas().get(codes - 1) : 2 * octave.mantissas().get(code - 1);
      int midpoint = part(below + 2 * value);
      for (int part = midpoint; part < PARTS; part++) {
        counts[part]++;
      }
    }
    int first = octave.mantissas().get(0);
    int offset = codes * top(first) + counts[part(first)] - 1;
    return new LogEncoding(octave.step(), counts, offset, (first + 1) / 2);
  }

  /** n of the power of two below. */
  private static int top(int value) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }

  /** f - 64 of a value that has no finer part. */
  private static int part(int value) {
    int scaled = PARTS * value;
    int part = scaled >> top(value);
    if (part << top(value) != scaled) {
      throw new IllegalStateException("%d is no whole part of its octave".formatted(value));
    }
    return part - PARTS;
  }

  /** The counts as the digits of a hexadecimal number, the last one first. */
  public String hexCounts() {
    StringBuilder text = new StringBuilder();
    for (int part = PARTS - 1; part >= 0; part--) {
      text.append(Integer.toHexString(counts[part]));
    }
    return text.toString();
  }

  /** The offset modulo {@code 2^bits}, as a literal of the hardware's language. */
  public String wrappedOffset(int bits) {
    return "%d'd%d".formatted(bits, offset & ((1 << bits) - 1));
  }
}
