package lutmac.quant.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
  @Test
  void holdsTheTrueShareNineteenTimesInTwenty() {
    Random random = new Random(1);
    for (double share : new double[] {0.5, 0.9, 0.98}) {
      int held = 0;
      for (int trial = 0; trial < 4000; trial++) {
        int hits = 0;
        for (int image = 0; image < 200; image++) {
          hits += random.nextDouble() < share ? 1 : 0;
        }
        Interval interval = Interval.of(hits / 200.0, 200);
        held += interval.low() <= share && share <= interval.high() ? 1 : 0;
      }
      // Hits are whole numbers, so that the exact probability goes up and down around 95 %: 92.9 to
      // 96.
      assertEquals(0.95, held / 4000.0, 0.03, "share " + share);
    }
  }

  @Test
  void isNeverOutsideOfWhatAShareCanBe() {
    Interval all = Interval.of(1, 10);
    assertEquals(1, all.high(), 1e-12);
    assertTrue(all.low() > 0.6 && all.low() < 0.8, all.toString());
    assertEquals(0, Interval.of(0, 10).low(), 1e-12);
  }
}
