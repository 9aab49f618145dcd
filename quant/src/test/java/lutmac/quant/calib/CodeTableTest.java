package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The integers that codes stand for. */
class CodeTableTest {
  static Stream<TensorFormat> formats() {
    return Stream.of(
        new FixedFormat(8, 3, false),
        new FixedFormat(8, 3, true),
        new FixedFormat(3, 0, true),
        new LogFormat(3, 0, 4),
        new LogFormat(4, 1, 4),
        new LogFormat(6, 3, 4));
  }

  /** By trying all. */
  @ParameterizedTest
  @MethodSource("formats")
  void nearestIsTheNearestOfAllAndOfTwoTheLarger(TensorFormat format) {
    CodeTable table = CodeTable.of(format);
    for (int y = (int) format.minCode(); y <= format.maxCode(); y++) {
      int nearest = table.integers().get(0);
      for (int integer : table.integers()) {
        nearest = Math.abs(integer - y) <= Math.abs(nearest - y) ? integer : nearest;
      }
      assertEquals(nearest, table.nearest(y), format + ": " + y);
      assertEquals(nearest, table.value(table.encode(y)), format + ": " + y);
    }
  }

  @Test
  void integersAreThoseOfTheFormat() {
    assertEquals(
        List.of(-4, -3, -2, -1, 0, 1, 2, 3), CodeTable.of(new FixedFormat(3, 0, true)).integers());
    // T = 5, 7, doubled after every octave of two codes.
    assertEquals(
        List.of(0, 5, 7, 10, 14, 20, 28, 40), CodeTable.of(new LogFormat(3, 1, 0)).integers());
  }

  @Test
  void rejectsAccumulators() {
    assertThrows(
        IllegalArgumentException.class, () -> CodeTable.of(new AccumulatorFormat(List.of(1))));
  }
}
