package lutmac.network.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogFormatTest {

  @Test
  void wholeOctavesAreShiftsOfOne() {
    assertArrayEquals(new int[] {0, 1, 2, 4, 8, 16, 32, 64}, new LogFormat(3, 0, 5).values());
  }

  @Test
  void halfOctavesMultiplyByTheRootOfTwo() {
    assertArrayEquals(new int[] {0, 5, 7, 10, 14, 20, 28, 40}, new LogFormat(3, 1, 5).values());
  }

  @Test
  void valuesAscendAndStepByTheirBaseInEveryFormat() {
    for (LogFormat format : all()) {
      int[] values = format.values();
      assertEquals(1 << format.bits(), values.length);
      assertEquals(0, values[0]);
      double base = Math.pow(2, 1.0 / (1 << format.resolution()));
      for (int c = 1; c < values.length; c++) {
        double exact = values[1] * Math.pow(base, c - 1);
        int octave = (c - 1) >> format.resolution();
        assertEquals(exact, values[c], 0.5 * (1 << octave), format + " code " + c);
        assertTrue(values[c] > values[c - 1], format + " code " + c);
      }
      assertEquals(values[values.length - 1], format.maxCode());
    }
  }

  /** The definition, value by value: nearest, of two equally near ones the larger. */
  @Test
  void everyIntegerBecomesTheNearestValueTiesTheLarger() {
    for (LogFormat format : all()) {
      int[] values = format.values();
      int[] thresholds = format.thresholds();
      for (int y = 0; y <= format.maxCode(); y++) {
        int nearest = 0;
        for (int c = 1; c < values.length; c++) {
          if (Math.abs(values[c] - y) <= Math.abs(values[nearest] - y)) {
            nearest = c;
          }
        }
        assertEquals(nearest, format.encode(y), format + " of " + y);
        int reached = 0;
        for (int c = 1; c < thresholds.length; c++) {
          reached += y >= thresholds[c] ? 1 : 0;
        }
        assertEquals(nearest, reached, format + " by thresholds of " + y);
        assertEquals(nearest, LogFormat.code(thresholds, y));
      }
    }
  }

  @Test
  void everyValueEncodesToItsOwnCode() {
    for (LogFormat format : all()) {
      for (int code = 0; code < 1 << format.bits(); code++) {
        assertEquals(code, format.encode(format.decode(code)));
      }
    }
  }

  @Test
  void integersBelowAndAboveTheRangeAreClamped() {
    for (LogFormat format : all()) {
      assertEquals(0, format.encode(-1));
      assertEquals(0, format.encode(Integer.MIN_VALUE));
      assertEquals((1 << format.bits()) - 1, format.encode(Integer.MAX_VALUE));
    }
  }

  /** The next octave would go on where this one's table ends. */
  @Test
  void firstOctavesStayBelowTwiceTheirFirstValue() {
    for (int k = 0; k <= 3; k++) {
      int[] octave = LogFormat.firstOctave(k);
      assertEquals(1 << k, octave.length);
      assertTrue(octave[octave.length - 1] < 2 * octave[0]);
    }
  }

  @Test
  void valueBitsHoldTheLargestValueAndNoMore() {
    for (LogFormat format : all()) {
      assertTrue(format.maxCode() < 1L << format.valueBits(), format.toString());
      assertTrue(format.maxCode() >= 1L << (format.valueBits() - 1), format.toString());
    }
    assertEquals(8, new LogFormat(4, 2, 0).valueBits());
  }

  /** Eight octaves at most: values of 13 bits. */
  @Test
  void formatsExistUpToEightOctaves() {
    assertEquals(10, all().size());
    assertTrue(all().stream().allMatch(format -> format.maxCode() < 1 << 13));
    assertFalse(LogFormat.exists(4, 0));
    assertFalse(LogFormat.exists(5, 1));
    assertFalse(LogFormat.exists(6, 2));
    assertThrows(IllegalArgumentException.class, () -> new LogFormat(4, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogFormat(2, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogFormat(7, 3, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogFormat(4, 4, 0));
  }

  @Test
  void codesOutsideTheFormatAreRefused() {
    LogFormat format = new LogFormat(3, 0, 0);
    assertThrows(IllegalArgumentException.class, () -> format.decode(8));
    assertThrows(IllegalArgumentException.class, () -> format.decode(-1));
  }

  private static List<LogFormat> all() {
    List<LogFormat> formats = new ArrayList<>();
    for (int bits = 0; bits <= 8; bits++) {
      for (int step = 0; step <= 5; step++) {
        if (LogFormat.exists(bits, step)) {
          formats.add(new LogFormat(bits, step, 0));
        }
      }
    }
    return formats;
  }
}
