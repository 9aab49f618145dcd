package lutmac.quant.calib;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;

/**
 * The integers that the codes of an activation format stand for. Everything that calibration and
 * fit know of a format's codes, so that a new number format is described here once.
 */
public final class CodeTable {
  /** By the unsigned value of a code's byte. */
  private final int[] values;

  /** Ascending. */
  private final int[] integers;

  /** Least integer that encodes to each code or a greater one; empty if every integer is a code. */
  private final int[] thresholds;

  private CodeTable(int[] values, int[] integers, int[] thresholds) {
    this.values = values;
    this.integers = integers;
    this.thresholds = thresholds;
  }

  /**
   * The codes of a format.
   *
   * @throws IllegalArgumentException if it holds accumulators, which have no codes
   */
  public static CodeTable of(TensorFormat format) {
    return format.fold(
        fixed -> {
          int[] values = new int[256];
          Arrays.setAll(values, code -> fixed.signed() ? (byte) code : code);
          int[] integers =
              IntStream.rangeClosed((int) fixed.minCode(), (int) fixed.maxCode()).toArray();
          return new CodeTable(values, integers, new int[0]);
        },
        logarithmic ->
            new CodeTable(
                Arrays.copyOf(logarithmic.values(), 256),
                logarithmic.values(),
                logarithmic.thresholds()),
        accumulator -> {
          throw new IllegalArgumentException("accumulators are no activation codes");
        });
  }

  /** Whether every integer between the least and the greatest is one of the format's. */
  public boolean everyInteger() {
    return thresholds.length == 0;
  }

  /** The integers that a code can mean, ascending. */
  public List<Integer> integers() {
    return Arrays.stream(integers).boxed().toList();
  }

  /** What a stored code means. */
  public int value(byte code) {
    return values[code & 0xFF];
  }

  /** What every byte means, by its unsigned value, {@code [256]}. */
  int[] values() {
    return values;
  }

  /** The nearest of the format's integers to one within its range; of two the larger. */
  public int nearest(int y) {
    return everyInteger() ? y : integers[LogFormat.code(thresholds, y)];
  }

  /** The code of the nearest integer, as it is stored. */
  public byte encode(int y) {
    return (byte) (everyInteger() ? y : LogFormat.code(thresholds, y));
  }
}
