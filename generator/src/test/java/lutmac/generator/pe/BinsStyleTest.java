package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.SignedDigits;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BinsStyleTest {
  private static final FixedFormat UNSIGNED = new FixedFormat(8, 0, false);
  private static final FixedFormat SIGNED = new FixedFormat(8, 0, true);

  @Property(tries = 300)
  void scheduleWeighsTheBins(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int digits) {
    Random random = new Random(seed);
    Codebook codebook = codebook(random, 1 << 1 + random.nextInt(4), digits);
    StepCodes codes = oneStepPerTap(random, codebook.levels().size(), 1, 40);
    int[] schedule = new BinsStyle(18, 4).table("any", List.of(codebook), codes);
    long[] bins = new long[16];
    long expected = 0;
    for (int code = 1; code < codebook.levels().size(); code++) {
      // Bins that no weight uses hold the sums of other layers' codes: they must not be read.
      bins[code] = codes.used(0)[code] ? random.nextInt(1 << 18) : 1 << 20;
      expected += codes.used(0)[code] ? codebook.level(code) * bins[code] : 0;
    }
    assertEquals(expected, run(schedule, bins));
  }

  private static long run(int[] schedule, long[] bins) {
    long a = 0;
    for (int i = 0; i < schedule.length; i++) {
      long bin = bins[schedule[i] & 15];
      a = (schedule[i] & 16) != 0 ? 2 * a : a;
      a = (schedule[i] & 32) != 0 ? a - bin : a + bin;
      assertEquals(i == schedule.length - 1, (schedule[i] & 64) != 0, "last mark");
    }
    assertEquals(0, schedule[schedule.length - 1] & 32, "the last entry adds");
    return a;
  }

  @Test
  void scheduleHasOneEntryPerDigitAndEmptyPosition() {
    // 2^3 * bin1 + 2^0 * bin2: a, two empty positions, b.
    assertEquals(4, scheduleLength(8, 1));
    // A negative last digit costs an entry.
    assertEquals(5, scheduleLength(8, -1));
    assertEquals(5, scheduleLength(7, 0));
    // ... but not where a positive one of the same position can come last.
    assertEquals(5, scheduleLength(7, 1));
    assertEquals(1, scheduleLength(0, 0));
  }

  private static int scheduleLength(int level1, int level2) {
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 2}, new byte[] {1, 2});
    return new BinsStyle(18, 4)
        .table("any", List.of(new Codebook(List.of(0, level1, level2, 0))), codes)
        .length;
  }

  @Property(tries = 200)
  void segmentsAreSafeAndAsFewAsEqualOnesCanBe(
      @ForAll long seed, @ForAll @IntRange(min = 12, max = 15) int bits, @ForAll boolean signed) {
    Random random = new Random(seed);
    FixedFormat format = signed ? SIGNED : UNSIGNED;
    Codebook codebook = codebook(random, 4, 2);
    StepCodes codes = oneStepPerTap(random, 4, 3, 200);
    int length = new BinsStyle(bits, 4).segmentTaps("any", List.of(codebook), codes, format.minCode(), format.maxCode());
    assertTrue(safe(codebook, codes, format, bits, length));
    int segments = (200 + length - 1) / length;
    for (int fewer = 1; fewer < segments; fewer++) {
      int longer = (200 + fewer - 1) / fewer;
      assertTrue(!safe(codebook, codes, format, bits, longer), fewer + " segments would do");
    }
  }

  /** Sums the worst case step by step, as the hardware's bins would. */
  private static boolean safe(
      Codebook codebook, StepCodes codes, FixedFormat format, int bits, int length) {
    long capacity = format.signed() ? 1L << (bits - 1) : (1L << bits) - 1;
    for (int channel = 0; channel < codes.cols(); channel++) {
      long[] sums = new long[16];
      for (int step = 0; step < codes.steps(); step++) {
        if (step % length == 0) {
          sums = new long[16];
        }
        int code = codes.code(0, 0, step, channel);
        sums[code] += format.signed() ? 128 : 255;
        if (codebook.level(code) != 0 && sums[code] > capacity) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void rejectsBinsThatOverflowWithinATap() {
    StepCodes codes =
        new StepCodes(1, 1, 1, new int[] {0, 64}, ones(64));
    Codebook codebook = new Codebook(List.of(0, 3));
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> new BinsStyle(12, 4).segmentTaps("wide", List.of(codebook), codes, 0, 255));
    assertTrue(e.getMessage().contains("layer 'wide'"), e.getMessage());
    assertTrue(e.getMessage().contains("at least 14 bits (--bin-bits)"), e.getMessage());
    assertEquals(1, new BinsStyle(14, 4).segmentTaps("wide", List.of(codebook), codes, 0, 255));
  }

  @Test
  void fourteenBitsHoldATapOfTheWidestArray() {
    StepCodes codes =
        new StepCodes(1, 1, 1, new int[] {0, 64, 128}, ones(128));
    Codebook codebook = new Codebook(List.of(0, 3));
    for (FixedFormat format : List.of(UNSIGNED, SIGNED)) {
      assertEquals(1, new BinsStyle(14, 4).segmentTaps("wide", List.of(codebook), codes, format.minCode(), format.maxCode()));
    }
  }

  private static byte[] ones(int count) {
    byte[] codes = new byte[count];
    java.util.Arrays.fill(codes, (byte) 1);
    return codes;
  }

  private static StepCodes oneStepPerTap(Random random, int levels, int channels, int steps) {
    byte[] codes = new byte[channels * steps];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(levels);
    }
    return new StepCodes(1, 1, channels, IntStream.rangeClosed(0, steps).toArray(), codes);
  }

  private static Codebook codebook(Random random, int size, int maxDigits) {
    List<Integer> levels = new ArrayList<>(List.of(0));
    while (levels.size() < size) {
      int level = random.nextInt(256) - 128;
      if (SignedDigits.count(level) <= maxDigits) {
        levels.add(level);
      }
    }
    return new Codebook(levels);
  }
}
