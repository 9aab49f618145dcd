package lutmac.tune.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LossTest {
  @Property(tries = 50)
  void gradientsAreThoseOfFiniteDifferences(
      @ForAll @Size(5) float[] seeds, @ForAll @FloatRange(min = 0.5f, max = 8) float temperature) {
    float[] wanted = new float[5];
    float[] got = new float[5];
    for (int i = 0; i < 5; i++) {
      wanted[i] = (float) (3 * Math.sin(Float.hashCode(seeds[i]) % 97));
      got[i] = (float) (3 * Math.cos(Float.hashCode(seeds[i]) % 89));
    }
    for (Loss loss : new Loss[] {Loss.divergence(temperature), Loss.squares()}) {
      float[] gradient = new float[5];
      loss.of(wanted, got, gradient);
      for (int i = 0; i < 5; i++) {
        float step = 1f / 64;
        float before = got[i];
        got[i] = before + step;
        double above = loss.of(wanted, got, new float[5]);
        got[i] = before - step;
        double below = loss.of(wanted, got, new float[5]);
        got[i] = before;
        assertEquals((above - below) / (2 * step), gradient[i], 1e-3);
      }
    }
  }

  @Test
  void equalResultsLoseNothing() {
    float[] result = {1, -2, 300};
    assertEquals(0, Loss.divergence(4).of(result, result.clone(), new float[3]), 1e-12);
    assertEquals(0, Loss.squares().of(result, result.clone(), new float[3]));
  }

  @Test
  void theDivergenceIsThatOfTheSoftmaxes() {
    // p = (3/4, 1/4), q = (1/2, 1/2): KL = 3/4 ln(3/2) + 1/4 ln(1/2).
    float[] wanted = {(float) Math.log(3), 0};
    double expected = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    assertEquals(expected, Loss.divergence(1).of(wanted, new float[2], new float[2]), 1e-6);
  }

  @Test
  void aTemperatureMustBePositive() {
    assertThrows(IllegalArgumentException.class, () -> Loss.divergence(0));
    assertThrows(IllegalArgumentException.class, () -> Loss.divergence(Double.NaN));
  }
}
