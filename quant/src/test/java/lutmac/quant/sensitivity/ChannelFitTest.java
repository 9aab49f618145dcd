package lutmac.quant.sensitivity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Straight lines from disturbed maps back to undisturbed ones. */
class ChannelFitTest {
  private static final int PIXELS = 50;

  @Property(tries = 200)
  void gainAndShiftOfEveryChannelAreTakenBackWhole(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int channels,
      @ForAll @DoubleRange(min = 0.25, max = 4) double gain,
      @ForAll @DoubleRange(min = -5, max = 5) double shift) {
    float[] map = noise(channels, seed);
    float[] disturbed = map.clone();
    for (int c = 0; c < channels; c++) {
      for (int i = c * PIXELS; i < (c + 1) * PIXELS; i++) {
        disturbed[i] = (float) (gain * (c + 1) * map[i] + shift * c);
      }
    }
    ChannelFit.Sums sums = sums(channels, map, disturbed);
    sums.fit().apply(disturbed);
    assertArrayEquals(map, disturbed, 1e-4f);
    assertEquals(0, sums.residual(), 1e-6);
  }

  @Property(tries = 200)
  void noOtherLineLeavesLess(
      @ForAll long seed,
      @ForAll @DoubleRange(min = -0.5, max = 0.5) double otherGain,
      @ForAll @DoubleRange(min = -0.5, max = 0.5) double otherShift) {
    float[] map = noise(1, seed);
    float[] rounded = map.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Math.max(-1, (float) Math.rint(rounded[i]));
    }
    ChannelFit.Sums sums = sums(1, map, rounded);
    ChannelFit fit = sums.fit();
    double least = error(map, rounded, fit.gain()[0], fit.offset()[0]);
    assertEquals(least, sums.residual(), 1e-4);
    assertTrue(
        least
            <= 1e-6 + error(map, rounded, fit.gain()[0] + otherGain, fit.offset()[0] + otherShift));
  }

  @Test
  void aChannelThatHoldsOneValueBecomesTheMean() {
    float[] map = {1, 2, 3, 4};
    float[] flat = {7, 7, 7, 7};
    ChannelFit.Sums sums = sums(1, map, flat);
    sums.fit().apply(flat);
    assertArrayEquals(new float[] {2.5f, 2.5f, 2.5f, 2.5f}, flat, 1e-6f);
    assertEquals(5, sums.residual(), 1e-9);
  }

  @Test
  void sumsOfPartsAreTheSumsOfTheWhole() {
    float[] a = noise(2, 1);
    float[] b = noise(2, 2);
    ChannelFit.Sums whole = new ChannelFit.Sums(2);
    whole.add(a, b);
    whole.add(b, a);
    ChannelFit.Sums part = sums(2, a, b);
    part.add(sums(2, b, a));
    assertArrayEquals(whole.fit().gain(), part.fit().gain(), 1e-6f);
    assertArrayEquals(whole.fit().offset(), part.fit().offset(), 1e-6f);
  }

  private static ChannelFit.Sums sums(int channels, float[] undisturbed, float[] disturbed) {
    ChannelFit.Sums sums = new ChannelFit.Sums(channels);
    sums.add(undisturbed, disturbed);
    return sums;
  }

  private static double error(float[] map, float[] disturbed, double gain, double offset) {
    double error = 0;
    for (int i = 0; i < map.length; i++) {
      double d = gain * disturbed[i] + offset - map[i];
      error += d * d;
    }
    return error;
  }

  private static float[] noise(int channels, long seed) {
    Random random = new Random(seed);
    float[] map = new float[channels * PIXELS];
    for (int i = 0; i < map.length; i++) {
      map[i] = (float) (2 * random.nextGaussian());
    }
    return map;
  }
}
