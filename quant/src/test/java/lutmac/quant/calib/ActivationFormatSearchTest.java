package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Random;
import lutmac.quant.format.FixedFormat;
import org.junit.jupiter.api.Test;

class ActivationFormatSearchTest {

  @Test
  void evenlySpreadValuesGetTheFinestScaleThatClipsNothing() {
    float[][] maps = {new float[1000]};
    for (int i = 0; i < 1000; i++) {
      maps[0][i] = 3.9f * i / 1000;
    }
    assertEquals(
        new FixedFormat(8, 6, false),
        ActivationFormatSearch.choose(maps, 8, false, Optional.empty()));
    assertEquals(
        new FixedFormat(8, 5, true),
        ActivationFormatSearch.choose(maps, 8, true, Optional.empty()));
  }

  @Test
  void aRareOutlierIsClippedForAFinerScale() {
    Random random = new Random(1);
    float[][] maps = {new float[100_000]};
    for (int i = 0; i < maps[0].length; i++) {
      maps[0][i] = random.nextFloat();
    }
    maps[0][7] = 1.3f;
    assertEquals(8, ActivationFormatSearch.choose(maps, 8, false, Optional.empty()).frac());
  }

  @Test
  void reluSixUsesNoCodesAboveSix() {
    FixedFormat format = new FixedFormat(8, 5, false);
    assertEquals(192, ActivationFormatSearch.highestCode(format, Optional.of(6f)));
    assertEquals(
        255, ActivationFormatSearch.highestCode(format, Optional.of(Float.POSITIVE_INFINITY)));
    assertEquals(
        255, ActivationFormatSearch.highestCode(new FixedFormat(8, 6, false), Optional.of(6f)));
  }

  @Test
  void zerosAloneHaveAFormatToo() {
    assertEquals(
        new FixedFormat(8, 8, false),
        ActivationFormatSearch.choose(new float[2][3], 8, false, Optional.empty()));
  }
}
