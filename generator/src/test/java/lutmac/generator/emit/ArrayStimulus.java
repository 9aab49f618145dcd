package lutmac.generator.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.StepCodes;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.SignedDigits;

/**
 * Random layers for the array of any style, as {@code mac_array_tb.cpp} reads them: levels, the
 * table that the style makes of them, and segments no longer than the style allows.
 */
final class ArrayStimulus {
  private static final int CODES = 16;
  private static final int MOST_DIGITS = 4;

  /** Tables of random levels that a style is offered before it gets simpler ones. */
  private static final int TRIALS = 20;

  private final PeStyle style;
  private final int rows;
  private final int cols;
  private final int accBits;
  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private ArrayStimulus(PeStyle style, int rows, int cols, int accBits, long seed) {
    this.style = style;
    this.rows = rows;
    this.cols = cols;
    this.accBits = accBits;
    this.random = new Random(seed);
  }

  /** A text of {@code 4 * groups} layers. */
  static String of(PeStyle style, int rows, int cols, int accBits, long seed, int groups) {
    ArrayStimulus stimulus = new ArrayStimulus(style, rows, cols, accBits, seed);
    for (int group = 0; group < groups; group++) {
      stimulus.randomLayer();
      stimulus.extremeLayer();
      stimulus.congestedLayer();
      stimulus.steadyLayer();
    }
    return stimulus.text.toString();
  }

  private interface Activations {
    long next(FixedFormat format);
  }

  private record Segment(int[][] x, byte[][] codes) {}

  private void randomLayer() {
    FixedFormat format = format(8);
    Codebook codebook = randomCodebook();
    int longest = random.nextBoolean() ? 300 : 20;
    List<Segment> segments = new ArrayList<>();
    for (int n = between(1, 8); n > 0; n--) {
      segments.add(segment(codebook, format, between(1, longest), this::any));
    }
    int gaps = random.nextBoolean() ? 0 : between(1, 90);
    write(codebook, format, segments, gaps, anyStalls(), 0);
  }

  /** Sums as far from 0 as they can be, in segments as long as they may be. */
  private void extremeLayer() {
    FixedFormat format = format(8);
    Codebook codebook = random.nextBoolean() ? constantCodebook() : randomCodebook();
    List<Segment> segments = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      boolean low = random.nextBoolean();
      segments.add(
          segment(codebook, format, between(960, 1100), of -> low ? of.minCode() : of.maxCode()));
    }
    write(codebook, format, segments, 0, anyStalls(), 0);
  }

  /** Short segments into a reader that hardly ever reads. */
  private void congestedLayer() {
    FixedFormat format = format(8);
    Codebook codebook = randomCodebook();
    List<Segment> segments = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      segments.add(segment(codebook, format, between(1, 12), this::any));
    }
    write(codebook, format, segments, 0, 97, 0);
  }

  /** Segments as long as the style asks for never wait; the first one, of one step, may. */
  private void steadyLayer() {
    // Activations so small that segments of any length are safe.
    FixedFormat format = format(2);
    Codebook codebook = randomCodebook();
    List<Integer> table = table(codebook);
    int spacing = style.segmentSpacing(rows, table, 0);
    int stepCycles = style.stepCycles(table, 0);
    int length = (spacing + stepCycles - 1) / stepCycles;
    List<Segment> segments = new ArrayList<>();
    segments.add(segment(codebook, format, 1, this::any));
    for (int n = 0; n < 4; n++) {
      Segment segment = segment(codebook, format, length, this::any);
      if (segment.x().length != length) {
        throw new IllegalStateException("full-rate segments must not be cut");
      }
      segments.add(segment);
    }
    write(codebook, format, segments, 0, 0, spacing + (4 * length + 1) * (stepCycles - 1));
  }

  private FixedFormat format(int bits) {
    return new FixedFormat(bits, 0, random.nextBoolean());
  }

  private int any(FixedFormat format) {
    return between((int) format.minCode(), (int) format.maxCode());
  }

  private int anyStalls() {
    return random.nextBoolean() ? 0 : between(1, 95);
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** Levels of as many digits as the style takes. */
  private Codebook randomCodebook() {
    for (int digits = MOST_DIGITS; ; digits--) {
      for (int trial = 0; trial < TRIALS; trial++) {
        List<Integer> levels = new ArrayList<>(List.of(0));
        while (levels.size() < CODES) {
          int level = random.nextInt(10) == 0 ? 0 : between(-128, 127);
          if (SignedDigits.count(level) <= digits) {
            levels.add(level);
          }
        }
        Codebook codebook = new Codebook(levels);
        if (accepts(codebook)) {
          return codebook;
        }
      }
      if (digits == 1) {
        throw new IllegalStateException(style.name() + " takes not even powers of two");
      }
    }
  }

  private static Codebook constantCodebook() {
    return new Codebook(IntStream.range(0, CODES).mapToObj(code -> code == 0 ? 0 : -128).toList());
  }

  private boolean accepts(Codebook codebook) {
    try {
      table(codebook);
      return true;
    } catch (BadInputException e) {
      return false;
    }
  }

  private List<Integer> table(Codebook codebook) {
    byte[] everyCode = new byte[CODES];
    for (int code = 0; code < CODES; code++) {
      everyCode[code] = (byte) code;
    }
    return IntStream.of(style.table("any", List.of(codebook), oneTapAStep(1, everyCode))).boxed().toList();
  }

  /** @param codes {@code [step][column]} */
  private static StepCodes oneTapAStep(int columns, byte[] codes) {
    int steps = codes.length / columns;
    return new StepCodes(1, 1, columns, IntStream.rangeClosed(0, steps).toArray(), codes);
  }

  /** A segment of as many steps as are wanted, or fewer where the style says so. */
  private Segment segment(
      Codebook codebook, FixedFormat format, int wanted, Activations activations) {
    // Few codes stress one bin, all codes fill all.
    int last = random.nextInt(10) < 3 ? between(1, 3) : CODES - 1;
    byte[] byStep = new byte[cols * wanted];
    for (int i = 0; i < byStep.length; i++) {
      byStep[i] = (byte) between(0, last);
    }
    int steps = longestSafe(codebook, format, byStep, wanted);
    int onlyRow = random.nextInt(5) == 0 ? random.nextInt(rows) : -1;
    int[][] x = new int[steps][rows];
    byte[][] codes = new byte[steps][cols];
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows; row++) {
        x[step][row] = onlyRow >= 0 && onlyRow != row ? 0 : (int) activations.next(format);
      }
      for (int column = 0; column < cols; column++) {
        codes[step][column] = byStep[step * cols + column];
      }
    }
    for (int row = 0; row < rows; row++) {
      while (!sumsFit(codebook, x, codes, row)) {
        for (int[] step : x) {
          step[row] /= 2;
        }
      }
    }
    return new Segment(x, codes);
  }

  /** Whether the sums of a row fit the accumulator; on the way there they may wrap around. */
  private boolean sumsFit(Codebook codebook, int[][] x, byte[][] codes, int row) {
    for (int column = 0; column < cols; column++) {
      long sum = 0;
      for (int step = 0; step < x.length; step++) {
        sum += (long) x[step][row] * codebook.level(codes[step][column]);
      }
      if (sum < -(1L << (accBits - 1)) || sum >= 1L << (accBits - 1)) {
        return false;
      }
    }
    return true;
  }

  /** Steps of the longest beginning that the style takes as one segment: one more is too many. */
  private int longestSafe(Codebook codebook, FixedFormat format, byte[] byStep, int wanted) {
    int safe = 1;
    int unsafe = wanted + 1;
    while (safe + 1 < unsafe) {
      int steps = (safe + unsafe) / 2;
      StepCodes codes = oneTapAStep(cols, Arrays.copyOf(byStep, cols * steps));
      if (style.segmentTaps(
              "any", List.of(codebook), codes, format.minCode(), format.maxCode())
          == steps) {
        safe = steps;
      } else {
        unsafe = steps;
      }
    }
    return safe;
  }

  private void write(
      Codebook codebook,
      FixedFormat format,
      List<Segment> segments,
      int gapPercent,
      int stallPercent,
      int mostWaits) {
    List<Integer> table = table(codebook);
    line(format.signed() ? 1 : 0, gapPercent, stallPercent, mostWaits, table.size());
    line(codebook.levels().stream().mapToInt(Integer::intValue).toArray());
    line(table.stream().mapToInt(Integer::intValue).toArray());
    line(segments.size());
    for (Segment segment : segments) {
      line(segment.x().length);
      for (int step = 0; step < segment.x().length; step++) {
        line(segment.x()[step]);
        int[] codes = new int[cols];
        for (int column = 0; column < cols; column++) {
          codes[column] = segment.codes()[step][column];
        }
        line(codes);
      }
    }
  }

  private void line(int... numbers) {
    for (int number : numbers) {
      text.append(number).append(' ');
    }
    text.append('\n');
  }
}
