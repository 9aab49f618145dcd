package lutmac.generator.pe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DrainField;
import lutmac.rtl.layout.Layouts;

/**
 * Activations are added into the bin that the weight code names; a drain unit computes {@code sum
 * level[c] * bin[c]} from a schedule of halvings and additions.
 *
 * @param binBits width of a bin
 * @param groupRows rows that share a drain unit
 */
public record BinsStyle(int binBits, int groupRows) implements PeStyle {
  /** Most entries of a schedule: 15 levels of 8 bits need no more. */
  public static final int MAX_ENTRIES = 1 << Layouts.TABLE_ADDRESS_BITS;

  /** Twenty bits take 128 of the largest logarithmic activations, and thousands of plain ones. */
  private static final StyleParameter BIN_BITS =
      new StyleParameter(
          "binBits",
          "Width of a bin",
          "narrow ones are small and want short segments",
          "bits",
          8,
          24,
          20,
          true);

  private static final StyleParameter GROUP_ROWS =
      new StyleParameter(
          "groupRows",
          "Rows that share a drain unit",
          "fewer drain faster and cost more",
          "rows",
          1,
          16,
          1,
          true);

  private static final int HALVE = (int) DrainField.HALVE.encode(1);
  private static final int NEGATIVE = (int) DrainField.NEG.encode(1);
  private static final int LAST = (int) DrainField.LAST.encode(1);
  private static final int CLEAR = (int) DrainField.CLEAR.encode(1);

  /** Bits that a drain accumulator has beside those of a bin. */
  private static final int DRAIN_BITS = 2;

  /** Position of the highest digit of a level: so often is every sum halved. */
  static final int TOP_POSITION = 7;

  /** Cycles from the swap of banks to the first entry of a schedule. */
  private static final int SWAP = 1;

  /** Cycles of a hand-over beside those of the entries and the rows. */
  private static final int DRAIN_LATENCY = 5;

  /** A network may become slower by one part in so many for smaller elements. */
  private static final int TOLERATED_SHARE = 400;

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
    return "adds into bins, for FPGAs with LUTRAM; in silicon 3.4 times the area of multipliers";
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

  /**
   * The narrowest bins and then the fewest drain units that are hardly slower than the widest bins
   * with a unit for each row.
   */
  @Override
  public PeStyle suited(Map<String, Integer> given, ToLongFunction<PeStyle> cycles) {
    int widest = BIN_BITS.in(given, BIN_BITS.max());
    int fewest = GROUP_ROWS.in(given, GROUP_ROWS.min());
    long fastest = cycles.applyAsLong(new BinsStyle(widest, fewest));
    if (fastest == Long.MAX_VALUE) {
      return with(given);
    }
    long enough = fastest + fastest / TOLERATED_SHARE;
    int narrowest = BIN_BITS.in(given, BIN_BITS.min());
    while (narrowest < widest) {
      int between = (narrowest + widest) / 2;
      if (cycles.applyAsLong(new BinsStyle(between, fewest)) <= enough) {
        widest = between;
      } else {
        narrowest = between + 1;
      }
    }
    int most = GROUP_ROWS.in(given, GROUP_ROWS.max());
    int rows = fewest;
    while (2 * rows <= most && cycles.applyAsLong(new BinsStyle(widest, 2 * rows)) <= enough) {
      rows *= 2;
    }
    return new BinsStyle(widest, rows);
  }

  /** A schedule has room for all digits of any levels. */
  @Override
  public boolean computes(int level) {
    return true;
  }

  @Override
  public int mostPlanes() {
    return 2;
  }

  @Override
  public boolean planeSegments() {
    return true;
  }

  /** The planes' schedules side by side. */
  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    int[] table = {};
    for (int plane = 0; plane < planes.size(); plane++) {
      int[] schedule = schedule(planes.get(plane), codes.used(plane));
      table = Arrays.copyOf(table, Math.max(table.length, schedule.length));
      for (int entry = 0; entry < schedule.length; entry++) {
        table[entry] |= schedule[entry] << plane * DrainField.BITS;
      }
    }
    return table;
  }

  /**
   * The drain schedule: digits by position, least significant first. A position costs an entry a
   * digit, or an entry that adds bin 0 (always zero) where no level has a digit; a sum starts at
   * its lowest digit and is halved up to {@link #TOP_POSITION}.
   */
  private static int[] schedule(Codebook codebook, boolean[] used) {
    List<List<Term>> positions = digitsByPosition(codebook, used);
    List<Integer> schedule = new ArrayList<>();
    for (List<Term> terms : positions) {
      boolean started = !schedule.isEmpty();
      for (Term term : terms) {
        schedule.add((int) DrainField.BIN.encode(term.bin()) | (term.negative() ? NEGATIVE : 0));
      }
      if (started && terms.isEmpty()) {
        schedule.add(0);
      }
      if (started) {
        int first = schedule.size() - Math.max(1, terms.size());
        schedule.set(first, schedule.get(first) | HALVE);
      }
    }
    if (schedule.isEmpty() || (schedule.get(schedule.size() - 1) & NEGATIVE) != 0) {
      schedule.add(0);
    }
    int end = schedule.size() - 1;
    schedule.set(end, schedule.get(end) | LAST);
    boolean[] cleared = new boolean[StepCodes.CODES];
    for (int entry = end; entry >= 0; entry--) {
      int bin = (int) DrainField.BIN.decode(schedule.get(entry));
      if (bin != 0 && !cleared[bin]) {
        cleared[bin] = true;
        schedule.set(entry, schedule.get(entry) | CLEAR);
      }
    }
    return schedule.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The digits of all levels in use, {@link #TOP_POSITION} + 1 positions; within one, the positive
   * ones last. A level of 0 that is not code 0's is added and subtracted again: its bin must be
   * cleared.
   */
  private static List<List<Term>> digitsByPosition(Codebook codebook, boolean[] used) {
    List<List<Term>> positions = new ArrayList<>();
    while (positions.size() <= TOP_POSITION) {
      positions.add(new ArrayList<>());
    }
    for (boolean negative : new boolean[] {true, false}) {
      for (int code = 1; code < codebook.levels().size(); code++) {
        if (!used[code]) {
          continue;
        }
        int level = codebook.level(code);
        if (level == 0) {
          positions.get(TOP_POSITION).add(new Term(code, negative));
        }
        for (Digit digit : SignedDigits.of(level)) {
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
    int taps = codes.taps();
    for (int segments = 1; segments <= taps; segments++) {
      int length = (taps + segments - 1) / segments;
      // Several numbers of segments share one length: only the first of them is new.
      boolean seen = segments > 1 && (taps + segments - 2) / (segments - 1) == length;
      if (!seen && narrowestBins(planes, codes, length, minX, maxX) <= binBits) {
        return length;
      }
    }
    throw new BadInputException(
        ("layer '%s': the weights of one tap overflow bins of %d bits; use bins of at least %d bits"
                + " (%s)")
            .formatted(
                layer, binBits, narrowestBins(planes, codes, 1, minX, maxX), BIN_BITS.option()));
  }

  private static int narrowestBins(
      List<Codebook> planes, StepCodes codes, int segmentTaps, long minX, long maxX) {
    return SegmentRange.binBits(planes, codes, segmentTaps, minX, maxX, DRAIN_BITS);
  }

  /**
   * A segment's schedule runs once for every slot, all groups at once; its rows leave while the
   * next slot or segment is drained.
   */
  @Override
  public int segmentSpacing(int rows, List<Integer> table, int plane) {
    int entries = entries(table, plane);
    return earlierSlots(rows, entries) + Math.max(entries, lastRows(rows)) + SWAP;
  }

  @Override
  public int handOver(int rows, List<Integer> table, int plane) {
    int entries = entries(table, plane);
    return DRAIN_LATENCY + entries + earlierSlots(rows, entries) + lastRows(rows);
  }

  @Override
  public Optional<SlotDrain> drain(int rows, List<Integer> table, int plane) {
    return Optional.of(new SlotDrain(entries(table, plane), groups(rows)));
  }

  /** Cycles from the results of the first slot to those of the last one. */
  private int earlierSlots(int rows, int entries) {
    return (slots(rows) - 1) * Math.max(entries, groups(rows) + 1);
  }

  /** Rows that are drained at a time. */
  private int groups(int rows) {
    return (rows + groupRows - 1) / groupRows;
  }

  /** Runs of the schedule for a segment. */
  private int slots(int rows) {
    return (rows + groups(rows) - 1) / groups(rows);
  }

  /** Rows of the last slot. */
  private int lastRows(int rows) {
    return rows - (slots(rows) - 1) * groups(rows);
  }

  /** Entries of a plane's schedule. */
  private static int entries(List<Integer> table, int plane) {
    int entries = 1;
    while ((table.get(entries - 1) >> plane * DrainField.BITS & LAST) == 0) {
      entries++;
    }
    return entries;
  }

  @Override
  public String describe(int index, int word) {
    String first = describeEntry(word);
    int second = word >>> DrainField.BITS;
    return second == 0 ? first : "%s; second plane: %s".formatted(first, describeEntry(second));
  }

  private static String describeEntry(int entry) {
    long bin = DrainField.BIN.decode(entry);
    return "a = %s %s %s%s%s"
        .formatted(
            (entry & HALVE) != 0 ? "a/2" : "a",
            (entry & NEGATIVE) != 0 ? "-" : "+",
            bin == 0 ? "0" : "bin " + bin,
            (entry & CLEAR) != 0 ? ", cleared" : "",
            (entry & LAST) != 0 ? ", done" : "");
  }

  @Override
  public List<AreaBound> areaBounds() {
    ArrayFeatures plain = ArrayFeatures.plain(24);
    return List.of(
        new AreaBound(new BinsStyle(12, 1), plain, 52),
        new AreaBound(new BinsStyle(12, 1), ArrayFeatures.plain(20), 52),
        new AreaBound(new BinsStyle(12, 1), new ArrayFeatures(24, 9, 2, false), 53),
        new AreaBound(new BinsStyle(12, 1), new ArrayFeatures(24, 9, 1, true), 62),
        new AreaBound(new BinsStyle(16, 1), plain, 65),
        new AreaBound(new BinsStyle(16, 1), new ArrayFeatures(24, 13, 1, false), 65),
        new AreaBound(new BinsStyle(12, 2), plain, 45),
        new AreaBound(new BinsStyle(12, 4), plain, 38),
        new AreaBound(new BinsStyle(14, 4), plain, 43));
  }
}
