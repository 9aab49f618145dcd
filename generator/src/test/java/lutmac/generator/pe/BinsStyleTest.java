package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
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
  private static final BinsStyle BINS = new BinsStyle(18, 4);
  private static final FixedFormat UNSIGNED = new FixedFormat(8, 0, false);
  private static final FixedFormat SIGNED = new FixedFormat(8, 0, true);

  @Property(tries = 300)
  void scheduleWeighsTheBins(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int digits) {
    Random random = new Random(seed);
    Codebook codebook = codebook(random, 1 << 1 + random.nextInt(4), digits);
    StepCodes codes = oneStepPerTap(random, codebook.levels().size(), 1, 40);
    int[] schedule = BINS.table("any", List.of(codebook), codes);
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
    int lower = 0;
    for (int i = 0; i < schedule.length; i++) {
      long bin = bins[schedule[i] & 15];
      if ((schedule[i] & 16) != 0) {
        lower = (int) (a & 1) << 6 | lower >> 1;
        a >>= 1;
      }
      a = (schedule[i] & 32) != 0 ? a - bin : a + bin;
      assertEquals(i == schedule.length - 1, (schedule[i] & 64) != 0, "last mark");
    }
    assertEquals(0, schedule[schedule.length - 1] & 32, "the last entry adds");
    return a << 7 | lower;
  }

  @Property(tries = 100)
  void everyBinThatAWeightNamesIsClearedWhenItIsReadLast(@ForAll long seed) {
    Random random = new Random(seed);
    List<Integer> levels = new ArrayList<>(List.of(0));
    while (levels.size() < 16) {
      levels.add(random.nextInt(4) == 0 ? 0 : random.nextInt(256) - 128);
    }
    StepCodes codes = oneStepPerTap(random, 16, 1, 12);
    int[] schedule = BINS.table("any", List.of(new Codebook(levels)), codes);
    for (int bin = 1; bin < 16; bin++) {
      int of = bin;
      List<Boolean> cleared =
          IntStream.of(schedule)
              .filter(entry -> (entry & 15) == of)
              .mapToObj(entry -> (entry & 128) != 0)
              .toList();
      assertEquals(codes.used(0)[bin], !cleared.isEmpty());
      for (int n = 0; n < cleared.size(); n++) {
        assertEquals(n == cleared.size() - 1, cleared.get(n), "bin " + bin + ", read " + n);
      }
    }
  }

  @Test
  void scheduleHasAnEntryForEachDigitAndEachPositionWithoutOne() {
    // 2^3 * bin1 + 2^0 * bin2: b, two empty positions, a, the halvings from 2^3 to 2^7.
    assertEquals(8, scheduleLength(8, 1));
    assertEquals(8, scheduleLength(8, -1));
    assertEquals(9, scheduleLength(7, 1));
    // It starts at the lowest digit; a negative last one costs an entry.
    assertEquals(3, scheduleLength(64, -64));
    assertEquals(3, scheduleLength(-128, 64));
    // Bins of level 0 are cleared by adding and subtracting them.
    assertEquals(3, scheduleLength(-128, 0));
    assertEquals(4, scheduleLength(0, 0));
  }

  private static int scheduleLength(int level1, int level2) {
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 2}, new byte[] {1, 2});
    return BINS.table("any", List.of(new Codebook(List.of(0, level1, level2, 0))), codes).length;
  }

  @Test
  void schedulesOfTwoPlanesLieSideBySide() {
    StepCodes codes = new StepCodes(2, 1, 1, new int[] {0, 1}, new byte[] {1, 2});
    Codebook low = new Codebook(List.of(0, 1, 2, 3));
    Codebook high = new Codebook(List.of(0, 16, 32, 48));
    int[] table = BINS.table("any", List.of(low, high), codes);
    // Level 1 takes positions 0 to 7, level 32 positions 5 to 7.
    assertEquals(8, table.length);
    assertEquals(1 | 128 | (2 | 128) << 8, table[0]);
    assertEquals(16 | (16 | 64) << 8, table[2]);
    assertEquals(16 | 64, table[7]);
    List<Integer> entries = IntStream.of(table).boxed().toList();
    assertEquals(8 + 1, new BinsStyle(18, 1).segmentSpacing(2, entries, 0));
    assertEquals(3 + 1, new BinsStyle(18, 1).segmentSpacing(2, entries, 1));
  }

  @Test
  void holdsAnyLevels() {
    Codebook codebook = new Codebook(filled(85));
    StepCodes codes = new StepCodes(2, 1, 1, new int[] {0, 16}, everyCode(2));
    // The most that 15 levels of 8 bits can need.
    assertEquals(
        BinsStyle.MAX_ENTRIES, BINS.table("any", List.of(codebook, codebook), codes).length);
  }

  private static List<Integer> filled(int level) {
    return IntStream.range(0, 16).mapToObj(code -> code == 0 ? 0 : level).toList();
  }

  private static byte[] everyCode(int planes) {
    byte[] codes = new byte[16 * planes];
    for (int n = 0; n < codes.length; n++) {
      codes[n] = (byte) (n % 16);
    }
    return codes;
  }

  @Property(tries = 200)
  void segmentsAreSafeAndAsFewAsEqualOnesCanBe(
      @ForAll long seed, @ForAll @IntRange(min = 12, max = 15) int bits, @ForAll boolean signed) {
    Random random = new Random(seed);
    FixedFormat format = signed ? SIGNED : UNSIGNED;
    Codebook codebook = codebook(random, random.nextBoolean() ? 4 : 16, 2);
    StepCodes codes = oneStepPerTap(random, codebook.levels().size(), 3, 200);
    int length =
        new BinsStyle(bits, 4)
            .segmentTaps("any", List.of(codebook), codes, format.minCode(), format.maxCode());
    assertTrue(safe(codebook, codes, format, bits, length));
    int segments = (200 + length - 1) / length;
    for (int fewer = 1; fewer < segments; fewer++) {
      int longer = (200 + fewer - 1) / fewer;
      assertTrue(!safe(codebook, codes, format, bits, longer), fewer + " segments would do");
    }
  }

  /** Runs the schedule on the worst activations there are, for every accumulator on the way. */
  private static boolean safe(
      Codebook codebook, StepCodes codes, FixedFormat format, int bits, int length) {
    long capacity = format.signed() ? 1L << (bits - 1) : (1L << bits) - 1;
    int[] schedule = new BinsStyle(bits, 4).table("any", List.of(codebook), codes);
    for (int column = 0; column < codes.cols(); column++) {
      for (int first = 0; first < codes.steps(); first += length) {
        long[] counts = new long[16];
        for (int step = first; step < Math.min(first + length, codes.steps()); step++) {
          counts[codes.code(0, 0, step, column)]++;
        }
        for (int code = 1; code < 16; code++) {
          if (counts[code] * (format.signed() ? 128 : 255) > capacity) {
            return false;
          }
        }
        for (int halvings = 1; halvings <= 8; halvings++) {
          if (!fits(worst(schedule, counts, format, halvings, true), bits + 2)
              || !fits(worst(schedule, counts, format, halvings, false), bits + 2)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static boolean fits(long value, int bits) {
    return value >= -(1L << (bits - 1)) && value < 1L << (bits - 1);
  }

  /** The accumulator before a halving, with the bins that make it largest or smallest. */
  private static long worst(
      int[] schedule, long[] counts, FixedFormat format, int halvings, boolean largest) {
    long[] weights = new long[16];
    long weight = 1;
    int seen = 0;
    for (int entry : schedule) {
      if ((entry & 16) != 0) {
        if (++seen == halvings) {
          break;
        }
        weight *= 2;
      }
      weights[entry & 15] += (entry & 32) != 0 ? -weight : weight;
    }
    long sum = 0;
    for (int code = 1; code < 16; code++) {
      boolean high = weights[code] > 0 == largest;
      sum += weights[code] * counts[code] * (high ? format.maxCode() : format.minCode());
    }
    return Math.floorDiv(sum, weight);
  }

  @Test
  void rejectsBinsThatOverflowWithinATap() {
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 64}, ones(64));
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
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 64, 128}, ones(128));
    for (int level = -128; level < 128; level++) {
      Codebook codebook = new Codebook(List.of(0, level));
      for (FixedFormat format : List.of(UNSIGNED, SIGNED)) {
        assertEquals(
            1,
            new BinsStyle(14, 4)
                .segmentTaps("wide", List.of(codebook), codes, format.minCode(), format.maxCode()));
      }
    }
  }

  @Test
  void widestLogarithmicActivationsNeedWideBins() {
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 64}, ones(64));
    Codebook codebook = new Codebook(List.of(0, 3));
    assertThrows(
        BadInputException.class,
        () -> new BinsStyle(18, 4).segmentTaps("wide", List.of(codebook), codes, 0, 8191));
    assertEquals(1, new BinsStyle(19, 4).segmentTaps("wide", List.of(codebook), codes, 0, 8191));
  }

  private static byte[] ones(int count) {
    byte[] codes = new byte[count];
    Arrays.fill(codes, (byte) 1);
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
