package lutmac.generator.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.StepCodes;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;

/**
 * Random layers for the array of any style, as {@code mac_array_tb.cpp} reads them: levels, the
 * table that the style makes of them, and segments no longer than the style allows.
 */
public final class ArrayStimulus {
  private static final int CODES = 16;
  private static final int MOST_DIGITS = 4;
  private static final int HIGHEST_POWER = 64;

  /** Tables of random levels that a style is offered before it gets simpler ones. */
  private static final int TRIALS = 20;

  private final PeStyle style;
  private final int rows;
  private final int cols;
  private final ArrayFeatures features;
  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private ArrayStimulus(PeStyle style, int rows, int cols, ArrayFeatures features, long seed) {
    this.style = style;
    this.rows = rows;
    this.cols = cols;
    this.features = features;
    this.random = new Random(seed);
  }

  /** A text of {@code 6 * groups} layers. */
  public static String of(
      PeStyle style, int rows, int cols, ArrayFeatures features, long seed, int groups) {
    ArrayStimulus stimulus = new ArrayStimulus(style, rows, cols, features, seed);
    for (int group = 0; group < groups; group++) {
      stimulus.randomLayer();
      stimulus.extremeLayer();
      stimulus.congestedLayer();
      stimulus.steadyLayer();
      stimulus.timedLayer(1);
      stimulus.timedLayer(5);
    }
    return stimulus.text.toString();
  }

  /**
   * What a layer's activations are.
   *
   * @param elements activations of a step: of the rows, or of every element of a depthwise layer
   */
  private record Activations(boolean signed, boolean depthwise, int elements, int min, int max) {}

  /**
   * @param x {@code [step][row]}, or {@code [step][row * cols + column]} of a depthwise layer
   * @param codes {@code [step][column]}
   */
  private record Segment(int[][] x, int[] planes, byte[][] codes) {}

  private void randomLayer() {
    Activations activations = activations();
    List<Codebook> codebooks = randomCodebooks();
    int longest = random.nextBoolean() ? 300 : 20;
    List<Segment> segments = new ArrayList<>();
    for (int n = between(1, 8); n > 0; n--) {
      segments.add(segment(codebooks, activations, between(1, longest), this::any));
    }
    int gaps = random.nextBoolean() ? 0 : between(1, 90);
    write(codebooks, activations, segments, gaps, anyStalls(), 0);
  }

  /** Sums as far from 0 as they can be, in segments as long as they may be. */
  private void extremeLayer() {
    Activations activations = activations();
    List<Codebook> codebooks = random.nextBoolean() ? constantCodebooks() : randomCodebooks();
    List<Segment> segments = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      boolean low = random.nextBoolean();
      segments.add(
          segment(codebooks, activations, between(960, 1100), of -> low ? of.min() : of.max()));
    }
    write(codebooks, activations, segments, 0, anyStalls(), 0);
  }

  /**
   * Short segments into a reader that hardly ever reads. Of a table of one power of two a style has
   * least to do between them: the schedule of bins for the highest has two entries.
   */
  private void congestedLayer() {
    Activations activations = activations();
    List<Codebook> codebooks = random.nextBoolean() ? powerCodebooks() : randomCodebooks();
    List<Segment> segments = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      segments.add(segment(codebooks, activations, between(1, 12), this::any));
    }
    write(codebooks, activations, segments, 0, 97, 0);
  }

  /** Segments as long as the style asks for never wait; the first one, of one step, may. */
  private void steadyLayer() {
    // Activations so small that segments of any length are safe.
    Activations any = activations();
    Activations activations =
        new Activations(
            any.signed(),
            any.depthwise(),
            any.elements(),
            any.signed() ? -2 : 0,
            any.signed() ? 1 : 3);
    List<Codebook> codebooks = randomCodebooks();
    List<Integer> table = table(codebooks);
    IntUnaryOperator cycles = plane -> style.stepCycles(table, plane);
    int fewest = IntStream.range(0, codebooks.size()).map(cycles).min().getAsInt();
    int spacing =
        IntStream.range(0, codebooks.size())
            .map(plane -> style.segmentSpacing(rows, table, plane))
            .max()
            .getAsInt();
    int length = (spacing + fewest - 1) / fewest;
    List<Segment> segments = new ArrayList<>();
    segments.add(segment(codebooks, activations, 1, this::any));
    for (int n = 0; n < 4; n++) {
      Segment segment = segment(codebooks, activations, length, this::any);
      if (segment.x().length != length) {
        throw new IllegalStateException("full-rate segments must not be cut");
      }
      segments.add(segment);
    }
    int mostWaits = spacing;
    for (Segment segment : segments) {
      mostWaits += IntStream.of(segment.planes()).map(cycles).map(of -> of - 1).sum();
    }
    write(codebooks, activations, segments, 0, 0, mostWaits);
  }

  /**
   * Segments as short as they can be: they follow each other at the style's spacing, and the last
   * one's rows leave after the style's hand-over.
   */
  private void timedLayer(int count) {
    Activations activations = activations();
    List<Codebook> codebooks = randomCodebooks();
    List<Integer> table = table(codebooks);
    List<Segment> segments = new ArrayList<>();
    int cycles = 0;
    for (int n = 0; n < count; n++) {
      Segment segment = segment(codebooks, activations, 1, this::any);
      segments.add(segment);
      int plane = segment.planes()[0];
      cycles +=
          n < count - 1
              ? style.segmentSpacing(rows, table, plane)
              : style.handOver(rows, table, plane);
    }
    write(codebooks, activations, segments, 0, 0, 0, cycles);
  }

  /** Codes of 8 bits, or values of the widest logarithmic map. */
  private Activations activations() {
    boolean depthwise = features.depthwise() && random.nextBoolean();
    boolean signed = random.nextBoolean();
    boolean logarithmic = !signed && !depthwise && random.nextBoolean();
    return new Activations(
        signed,
        depthwise,
        depthwise ? rows * cols : rows,
        signed ? -128 : 0,
        signed ? 127 : logarithmic ? (1 << features.actBits() - 1) - 1 : 255);
  }

  private int any(Activations of) {
    return between(of.min(), of.max());
  }

  private int anyStalls() {
    return random.nextBoolean() ? 0 : between(1, 95);
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** One of every plane, levels of as many digits as the style takes. */
  private List<Codebook> randomCodebooks() {
    for (int digits = MOST_DIGITS; digits > 0; digits--) {
      for (int trial = 0; trial < TRIALS; trial++) {
        int most = digits;
        List<Codebook> codebooks =
            IntStream.range(0, features.planes()).mapToObj(plane -> randomCodebook(most)).toList();
        if (accepts(codebooks)) {
          return codebooks;
        }
      }
    }
    throw new IllegalStateException(style.name() + " takes not even powers of two");
  }

  private Codebook randomCodebook(int mostDigits) {
    int most = random.nextBoolean() ? mostDigits : between(1, mostDigits);
    List<Integer> levels = new ArrayList<>(List.of(0));
    while (levels.size() < CODES) {
      int level = random.nextInt(10) == 0 ? 0 : between(-128, 127);
      if (style.computes(level) && SignedDigits.count(level) <= most) {
        levels.add(level);
      }
    }
    return new Codebook(levels);
  }

  private List<Codebook> constantCodebooks() {
    Codebook constant =
        new Codebook(IntStream.range(0, CODES).mapToObj(code -> code == 0 ? 0 : -128).toList());
    return IntStream.range(0, features.planes()).mapToObj(plane -> constant).toList();
  }

  /** The last code stands for the highest power of two, all others for 0. */
  private List<Codebook> powerCodebooks() {
    List<Integer> levels = new ArrayList<>(Collections.nCopies(CODES, 0));
    levels.set(CODES - 1, HIGHEST_POWER);
    Codebook power = new Codebook(levels);
    return IntStream.range(0, features.planes()).mapToObj(plane -> power).toList();
  }

  private boolean accepts(List<Codebook> codebooks) {
    try {
      table(codebooks);
      return true;
    } catch (BadInputException e) {
      return false;
    }
  }

  private List<Integer> table(List<Codebook> codebooks) {
    byte[] everyCode = new byte[codebooks.size() * CODES];
    for (int n = 0; n < everyCode.length; n++) {
      everyCode[n] = (byte) (n % CODES);
    }
    StepCodes codes = new StepCodes(codebooks.size(), 1, 1, new int[] {0, CODES}, everyCode);
    return IntStream.of(style.table("any", codebooks, codes)).boxed().toList();
  }

  private interface Draw {
    int from(Activations activations);
  }

  /** A segment of as many steps as are wanted, or fewer where the style says so. */
  private Segment segment(
      List<Codebook> codebooks, Activations activations, int wanted, Draw draw) {
    // Few codes stress one bin, all codes fill all.
    int last = random.nextInt(10) < 3 ? between(1, 3) : CODES - 1;
    byte[] byStep = new byte[cols * wanted];
    for (int i = 0; i < byStep.length; i++) {
      byStep[i] = (byte) between(0, last);
    }
    int plane = random.nextInt(codebooks.size());
    int steps = longestSafe(codebooks.get(plane), activations, byStep, wanted);
    int onlyRow = random.nextInt(5) == 0 ? random.nextInt(rows) : -1;
    int[][] x = new int[steps][activations.elements()];
    int[] planes = new int[steps];
    byte[][] codes = new byte[steps][cols];
    for (int step = 0; step < steps; step++) {
      for (int n = 0; n < x[step].length; n++) {
        int row = n * rows / x[step].length;
        x[step][n] = onlyRow >= 0 && onlyRow != row ? 0 : draw.from(activations);
      }
      planes[step] = style.planeSegments() ? plane : random.nextInt(codebooks.size());
      for (int column = 0; column < cols; column++) {
        codes[step][column] = byStep[step * cols + column];
      }
    }
    Segment segment = new Segment(x, planes, codes);
    while (!sumsFit(codebooks, segment)) {
      for (int[] step : x) {
        for (int n = 0; n < step.length; n++) {
          step[n] /= 2;
        }
      }
    }
    return segment;
  }

  /** Whether the sums fit the accumulator; on the way there they may wrap around. */
  private boolean sumsFit(List<Codebook> codebooks, Segment segment) {
    long limit = 1L << (features.accBits() - 1);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < cols; column++) {
        long sum = 0;
        for (int step = 0; step < segment.x().length; step++) {
          int[] x = segment.x()[step];
          Codebook codebook = codebooks.get(segment.planes()[step]);
          sum +=
              (long) x[x.length == rows ? row : row * cols + column]
                  * codebook.level(segment.codes()[step][column]);
        }
        if (sum < -limit || sum >= limit) {
          return false;
        }
      }
    }
    return true;
  }

  /** Steps of the longest beginning that the style takes as one segment: one more is too many. */
  private int longestSafe(Codebook codebook, Activations activations, byte[] byStep, int wanted) {
    int safe = 1;
    int unsafe = wanted + 1;
    while (safe + 1 < unsafe) {
      int steps = (safe + unsafe) / 2;
      StepCodes codes =
          new StepCodes(
              1,
              1,
              cols,
              IntStream.rangeClosed(0, steps).toArray(),
              Arrays.copyOf(byStep, cols * steps));
      int taps =
          style.segmentTaps("any", List.of(codebook), codes, activations.min(), activations.max());
      if (taps == steps) {
        safe = steps;
      } else {
        unsafe = steps;
      }
    }
    return safe;
  }

  private void write(
      List<Codebook> codebooks,
      Activations activations,
      List<Segment> segments,
      int gapPercent,
      int stallPercent,
      int mostWaits) {
    write(codebooks, activations, segments, gapPercent, stallPercent, mostWaits, 0);
  }

  private void write(
      List<Codebook> codebooks,
      Activations activations,
      List<Segment> segments,
      int gapPercent,
      int stallPercent,
      int mostWaits,
      int exactCycles) {
    List<Integer> table = table(codebooks);
    line(
        activations.signed() ? 1 : 0,
        activations.depthwise() ? 1 : 0,
        gapPercent,
        stallPercent,
        mostWaits,
        exactCycles,
        table.size());
    for (Codebook codebook : codebooks) {
      line(codebook.levels().stream().mapToInt(Integer::intValue).toArray());
    }
    line(table.stream().mapToInt(Integer::intValue).toArray());
    line(segments.size());
    for (Segment segment : segments) {
      line(segment.x().length);
      for (int step = 0; step < segment.x().length; step++) {
        line(segment.planes()[step]);
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
