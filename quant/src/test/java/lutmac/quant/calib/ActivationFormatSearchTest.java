package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Random;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.TensorFormat;
import lutmac.quant.plan.ActivationFormat;
import org.junit.jupiter.api.Test;

class ActivationFormatSearchTest {

  @Test
  void evenlySpreadValuesGetTheFinestScaleThatClipsNothing() {
    float[] values = new float[1000];
    for (int i = 0; i < 1000; i++) {
      values[i] = 3.9f * i / 1000;
    }
    assertEquals(new FixedFormat(8, 6, false), eightBits(values, false));
    assertEquals(new FixedFormat(8, 5, true), eightBits(values, true));
  }

  @Test
  void aRareOutlierIsClippedForAFinerScale() {
    Random random = new Random(1);
    float[] values = new float[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    values[7] = 1.3f;
    assertEquals(8, eightBits(values, false).frac(0));
  }

  @Test
  void reluSixUsesNoCodesAboveSix() {
    FixedFormat format = new FixedFormat(8, 5, false);
    assertEquals(192, ActivationFormatSearch.highest(format, Optional.of(6f)));
    assertEquals(255, ActivationFormatSearch.highest(format, Optional.of(Float.POSITIVE_INFINITY)));
    assertEquals(
        255, ActivationFormatSearch.highest(new FixedFormat(8, 6, false), Optional.of(6f)));
  }

  @Test
  void zerosAloneHaveAFormatToo() {
    assertEquals(new FixedFormat(8, 8, false), eightBits(new float[3], false));
    assertEquals(new FixedFormat(8, 7, true), eightBits(new float[3], true));
  }

  private static TensorFormat eightBits(float[] values, boolean signed) {
    return ActivationFormatSearch.choose(
            statistics(values), ActivationFormat.Fixed.of(8), signed, Optional.empty())
        .format();
  }

  /** A map of one channel with these values. */
  private static ActivationStatistics statistics(float... values) {
    float least = 0;
    float most = 0;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return new ActivationStatistics(
        new float[] {least}, new float[] {most}, new float[][] {values});
  }
}
