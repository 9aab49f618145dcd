package lutmac.network.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The non-adjacent form of an integer: its unique sum of signed powers of two in which no two
 * neighbouring positions are used. No other signed-digit form has fewer digits (Reitwiesner 1960).
 */
public final class SignedDigits {
  private SignedDigits() {}

  /** One digit: {@code (negative ? -1 : 1) * 2^shift}. */
  public record Digit(boolean negative, int shift) {
    /** The addend that the digit stands for. */
    public int value() {
      return negative ? -(1 << shift) : 1 << shift;
    }
  }

  /** The digits of a value, most significant first; none for zero. */
  public static List<Digit> of(int value) {
    Deque<Digit> digits = new ArrayDeque<>();
    long rest = value;
    for (int shift = 0; rest != 0; shift++, rest >>= 1) {
      if ((rest & 1) != 0) {
        boolean negative = (rest & 3) == 3;
        digits.addFirst(new Digit(negative, shift));
        rest += negative ? 1 : -1;
      }
    }
    return new ArrayList<>(digits);
  }

  /** How many digits a value needs. */
  public static int count(int value) {
    return of(value).size();
  }
}
