package lutmac.generator.pe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DrainField;
import lutmac.rtl.layout.Layouts;

/**
 * Activations are added into the bin that the weight code names; a drain unit computes {@code sum
 * level[c] * bin[c]} from a schedule of doublings and additions.
 *
 * @param binBits width of a bin
 * @param groupRows rows that share a drain unit
 */
public record BinsStyle(int binBits, int groupRows) implements PeStyle {
  /** Most entries that a schedule can have. */
  public static final int MAX_ENTRIES = (1 << Layouts.TABLE_ADDRESS_BITS) - 1;

  /**
   * A bin of 14 bits takes any 64 codes of 8 bits, a phase of the widest array: every network can
   * be cut into segments, and on long reductions these still last longer than a drain.
   */
  private static final StyleParameter BIN_BITS =
      new StyleParameter("binBits", "Width of a bin", "", "bits", 12, 24, 14);

  /**
   * A schedule has about 30 entries: four rows are drained during the 144 steps of a 3x3 kernel
   * over 16 channels, the shortest reduction that dominates a network.
   */
  private static final StyleParameter GROUP_ROWS =
      new StyleParameter(
          "groupRows",
          "Rows that share a drain unit",
          "fewer drain faster and cost more",
          "rows",
          1,
          16,
          4);

  /** Look-up tables per element of an 8x8 array, whatever the widths. */
  private static final int MAX_LUTS = 50;

  private static final int TWICE = (int) DrainField.TWICE.encode(1);
  private static final int NEGATIVE = (int) DrainField.NEG.encode(1);
  private static final int LAST = (int) DrainField.LAST.encode(1);

  /** Cycles of a drain beside its schedule: swapping banks, the pipeline, clearing. */
  private static final int DRAIN_OVERHEAD = 16;

  /** Cycles from the last entry of the last schedule to the last row. */
  private static final int DRAIN_LATENCY = 5;

  /** One digit of a level, as the schedule adds it. */
  private record Term(int bin, boolean negative) {}

  public BinsStyle {
    BIN_BITS.require(binBits);
    GROUP_ROWS.require(groupRows);
  }

  BinsStyle() {
    this(BIN_BITS.standard(), GROUP_ROWS.standard());
  }

  @Override
  public String name() {
    return "bins";
  }

  @Override
  public String summary() {
    return "adds into bins, for FPGAs with LUTRAM";
  }

  @Override
  public List<StyleParameter> parameters() {
    return List.of(BIN_BITS, GROUP_ROWS);
  }

  @Override
  public Map<String, Integer> values() {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put(BIN_BITS.name(), binBits);
    values.put(GROUP_ROWS.name(), groupRows);
    return values;
  }

  @Override
  public BinsStyle with(Map<String, Integer> values) {
    return new BinsStyle(BIN_BITS.in(values, binBits), GROUP_ROWS.in(values, groupRows));
  }

  /** A level has at most as many digits as a schedule has entries for. */
  @Override
  public boolean computes(int level) {
    return true;
  }

  @Override
  public int mostPlanes() {
    return 1;
  }

  @Override
  public boolean planeSegments() {
    return true;
  }

  /**
   * The drain schedule: Horner's rule over digit positions, most significant first. A position
   * costs one entry a digit, or one entry that adds bin 0 (always zero) where no level has a digit.
   */
  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    List<List<Term>> positions = digitsByPosition(planes.get(0), codes.used(0));
    List<Integer> schedule = new ArrayList<>();
    for (int position = positions.size() - 1; position >= 0; position--) {
      List<Term> terms = positions.get(position);
      boolean first = true;
      for (Term term : terms) {
        schedule.add(
            (int) DrainField.BIN.encode(term.bin())
                | (first ? TWICE : 0)
                | (term.negative() ? NEGATIVE : 0));
        first = false;
      }
      if (terms.isEmpty()) {
        schedule.add(TWICE);
      }
    }
    if (schedule.isEmpty() || (schedule.get(schedule.size() - 1) & NEGATIVE) != 0) {
      schedule.add(0);
    }
    int end = schedule.size() - 1;
    schedule.set(end, schedule.get(end) | LAST);
    if (schedule.size() > MAX_ENTRIES) {
      throw new BadInputException(
          ("layer '%s': its weight levels need %d schedule entries, the bins array holds %d; quantize"
                  + " with two-digit tables")
              .formatted(layer, schedule.size(), MAX_ENTRIES));
    }
    return schedule.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Digits of all levels in use by position; within one, the positive ones last. */
  private static List<List<Term>> digitsByPosition(Codebook codebook, boolean[] used) {
    List<List<Term>> positions = new ArrayList<>();
    for (boolean negative : new boolean[] {true, false}) {
      for (int code = 0; code < codebook.levels().size(); code++) {
        if (!used[code]) {
          continue;
        }
        for (Digit digit : SignedDigits.of(codebook.level(code))) {
          while (positions.size() <= digit.shift()) {
            positions.add(new ArrayList<>());
          }
          if (digit.negative() == negative) {
            positions.get(digit.shift()).add(new Term(code, negative));
          }
        }
      }
    }
    return positions;
  }

  @Override
  public int segmentTaps(
      String layer, List<Codebook> planes, StepCodes codes, long minX, long maxX) {
    long capacity = additionsThatFit(binBits, minX, maxX);
    int taps = codes.taps();
    for (int segments = 1; segments <= taps; segments++) {
      int length = (taps + segments - 1) / segments;
      // Several numbers of segments share one length: only the first of them is new.
      boolean seen = segments > 1 && (taps + segments - 2) / (segments - 1) == length;
      if (!seen && largestCount(planes, codes, length) <= capacity) {
        return length;
      }
    }
    int count = largestCount(planes, codes, 1);
    int bits = binBits + 1;
    while (additionsThatFit(bits, minX, maxX) < count) {
      bits++;
    }
    throw new BadInputException(
        ("layer '%s': %d weights of one tap share a code, which overflows bins of %d bits; use"
                + " bins of at least %d bits (%s) or fewer columns")
            .formatted(layer, count, binBits, bits, BIN_BITS.option()));
  }

  /** How often the extreme activations can be added to a bin of {@code bits} bits. */
  private static long additionsThatFit(int bits, long minX, long maxX) {
    if (minX >= 0) {
      return ((1L << bits) - 1) / Math.max(maxX, 1);
    }
    return Math.min(((1L << (bits - 1)) - 1) / Math.max(maxX, 1), (1L << (bits - 1)) / -minX);
  }

  /** The most steps of one segment in which one column names the same weighed bin. */
  private static int largestCount(List<Codebook> planes, StepCodes codes, int segmentTaps) {
    int largest = 0;
    int[] counts = new int[StepCodes.CODES];
    for (int plane = 0; plane < planes.size(); plane++) {
      Codebook codebook = planes.get(plane);
      for (int block = 0; block < codes.blocks(); block++) {
        for (int column = 0; column < codes.cols(); column++) {
          for (int tap = 0; tap < codes.taps(); tap += segmentTaps) {
            java.util.Arrays.fill(counts, 0);
            int end = codes.firstStep(tap + segmentTaps);
            for (int step = codes.firstStep(tap); step < end; step++) {
              int code = codes.code(plane, block, step, column);
              // A bin of level 0 is never read: it may overflow.
              if (codebook.level(code) != 0) {
                largest = Math.max(largest, ++counts[code]);
              }
            }
          }
        }
      }
    }
    return largest;
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table) {
    return Math.max(rows, schedules(rows) * table.size() + DRAIN_OVERHEAD);
  }

  @Override
  public int handOver(int rows, List<Integer> table) {
    return schedules(rows) * table.size() + DRAIN_LATENCY;
  }

  /** Runs of the schedule per segment: all groups at once, each one row after the other. */
  private int schedules(int rows) {
    int groups = (rows + groupRows - 1) / groupRows;
    return (rows + groups - 1) / groups;
  }

  @Override
  public String describe(int index, int word) {
    long bin = DrainField.BIN.decode(word);
    return "a = %s %s %s%s"
        .formatted(
            (word & TWICE) != 0 ? "2a" : "a",
            (word & NEGATIVE) != 0 ? "-" : "+",
            bin == 0 ? "0" : "bin " + bin,
            (word & LAST) != 0 ? ", done" : "");
  }

  @Override
  public List<AreaBound> areaBounds() {
    return List.of(
        new AreaBound(new BinsStyle(14, 4), ArrayFeatures.plain(24), MAX_LUTS),
        new AreaBound(new BinsStyle(14, 4), ArrayFeatures.plain(20), MAX_LUTS),
        new AreaBound(new BinsStyle(12, 4), ArrayFeatures.plain(20), MAX_LUTS),
        new AreaBound(new BinsStyle(14, 8), ArrayFeatures.plain(24), MAX_LUTS));
  }
}
