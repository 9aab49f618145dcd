package lutmac.generator.program;

import java.util.Arrays;
import java.util.BitSet;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;

/**
 * Executes a program on its memory images word by word, written from docs/hardware.md alone: it
 * shares no code with the compiler, not even the descriptor's layout. Bins and sums that do not fit
 * their width, promises of the descriptor that do not hold, features that the configuration lacks,
 * and reads of what the layer itself has written are errors.
 */
final class ProgramInterpreter {
  private static final int DESCRIPTOR_WORDS = 34;

  /** Values of the first octave of a logarithmic code, by its step k. */
  private static final int[][] FIRST_OCTAVE = {
    {1}, {5, 7}, {16, 19, 23, 27}, {32, 35, 38, 41, 45, 49, 54, 59}
  };

  private final int rows;
  private final int cols;
  private final AcceleratorConfig config;
  private final int[] program;
  private final byte[] weights;
  private final byte[] parameters;
  private final WordBuffer featureMaps;

  private int pc;
  private int layer = -1;

  // The descriptor of the layer in execution.
  private int[] words;
  private int[] table;
  private int[] activationTable;

  /** Quarters of words that the layer in execution has written. */
  private final BitSet written = new BitSet();

  ProgramInterpreter(CompiledNetwork compiled, WordBuffer featureMaps) {
    this(
        compiled.config(),
        compiled.program(),
        compiled.weights(),
        compiled.parameters(),
        featureMaps,
        0);
  }

  /**
   * @param start address of the first descriptor
   */
  ProgramInterpreter(
      AcceleratorConfig config,
      int[] program,
      byte[] weights,
      byte[] parameters,
      WordBuffer featureMaps,
      int start) {
    this.config = config;
    this.rows = config.rows();
    this.cols = config.cols();
    this.program = program;
    this.weights = weights;
    this.parameters = parameters;
    this.featureMaps = featureMaps;
    this.pc = start;
  }

  /** Runs the next layer and returns whether another one follows. */
  boolean runLayer() {
    layer++;
    words = Arrays.copyOfRange(program, pc, pc + DESCRIPTOR_WORDS);
    checkSum(pc, DESCRIPTOR_WORDS);
    int entries = unsigned(0, 16, 16);
    pc += DESCRIPTOR_WORDS;
    table = Arrays.copyOfRange(program, pc, pc + entries);
    pc += entries;
    int activationWords = flag(15) ? 64 : 0;
    activationTable = Arrays.copyOfRange(program, pc, pc + activationWords);
    pc += activationWords;
    if (entries + activationWords > 0) {
      checkSum(pc - activationWords - entries, entries + activationWords + 1);
      pc++;
    }
    written.clear();
    checkFeatures();
    if (flag(0)) {
      runPool();
    } else {
      runArray();
    }
    return !flag(6);
  }

  /** Divides words, the last of them a check word, as a long number of bits. */
  private void checkSum(int from, int count) {
    int sum = -1;
    for (int word = from; word < from + count; word++) {
      for (int bit = 0; bit < 32; bit++) {
        sum = sum << 1 ^ (sum < 0 ? 0b11000101 : 0);
      }
      sum ^= program[word];
    }
    check(sum == -1, "check word");
  }

  private int unsigned(int word, int lsb, int width) {
    return (int) (Integer.toUnsignedLong(words[word]) >>> lsb & ((1L << width) - 1));
  }

  private int signed16(int word, int lsb) {
    return (short) (words[word] >>> lsb);
  }

  private boolean flag(int bit) {
    return unsigned(0, bit, 1) == 1;
  }

  /** What the layer wants must be there. */
  private void checkFeatures() {
    var features = config.features();
    check(!flag(9) || features.depthwise(), "depthwise layers");
    boolean packed = unsigned(3, 16, 6) != 0;
    check(!packed || features.packedMaps(), "packed feature maps");
    check(unsigned(3, 28, 2) == 0 || features.packedCodes(), "packed weight codes");
    boolean logarithmic = unsigned(0, 12, 3) != 0;
    check(!logarithmic || features.logBits() > 0, "logarithmic maps");
    check(!flag(14) || unsigned(7, 22, 3) <= features.logBits(), "logarithmic codes so wide");
    check(unsigned(3, 4, 4) <= features.taps() && unsigned(3, 8, 4) <= features.taps(), "taps");
    check(!flag(15) || features.activationTables(), "activation tables");
    check(!flag(2) || features.output().skips(), "skips");
    boolean levels = unsigned(1, 16, 16) > 1 || unsigned(2, 0, 16) > 1;
    check(!flag(0) && !levels || features.pools(), "maxima, or walks like those of maxima");
    check(
        flag(0) || unsigned(31, 0, 16) == 1 || features.output().segments(),
        "several segments of a tile");
    check(!flag(15) || !flag(0) && !flag(3) && !flag(14), "what a table makes are the codes");
    int planes = Math.max(unsigned(3, 12, 2), unsigned(3, 14, 2)) + 1;
    check(planes <= features.planes(), "planes of weights");
    check(!flag(12) || !flag(1), "logarithmic codes have no sign");
    check(!flag(13) || !flag(7), "logarithmic skips have no sign");
    check(!flag(14) || !flag(8), "logarithmic outputs have no sign");
    for (int lsb = 16; lsb <= 20; lsb += 2) {
      check(unsigned(3, lsb, 2) <= 2, "lanes have 8, 4 or 2 bits");
    }
  }

  /** A position: word address and coordinates. */
  private record Position(int address, int x, int y) {
    Position plus(int da, int dx, int dy) {
      return new Position(address + da, x + dx, y + dy);
    }

    Position plus(Position offset) {
      return plus(offset.address, offset.x, offset.y);
    }
  }

  /** Advances counters like an odometer and returns the level that moves; -1 at the end. */
  private static int advance(int[] counters, int[] limits) {
    for (int level = 0; level < counters.length; level++) {
      if (++counters[level] < limits[level]) {
        return level;
      }
      counters[level] = 0;
    }
    return -1;
  }

  /** The positions of the whole walk in order: rows of px positions, their starts by py, wx, wy. */
  private Position[] walk() {
    int stride = unsigned(3, 0, 4);
    int width = unsigned(1, 0, 16);
    int[] limits = {unsigned(1, 16, 16), unsigned(2, 0, 16), unsigned(2, 16, 16)};
    check(width > 0 && limits[0] > 0 && limits[1] > 0 && limits[2] > 0, "a walk without positions");
    Position[] positions = new Position[width * limits[0] * limits[1] * limits[2]];
    int[] counters = new int[3];
    Position start = new Position(words[11], signed16(12, 0), signed16(12, 16));
    for (int n = 0; n < positions.length; n += width) {
      for (int px = 0; px < width; px++) {
        positions[n + px] = start.plus(px * stride, px * stride, 0);
      }
      int level = advance(counters, limits);
      if (level >= 0) {
        start = start.plus(words[4 + level], signed16(8 + level, 0), signed16(8 + level, 16));
      }
    }
    return positions;
  }

  private boolean inside(int x, int y) {
    return x >= 0 && x < signed16(13, 0) && y >= 0 && y < signed16(13, 16);
  }

  /** The lanes of a feature map that a layer reads or writes, and where its first block lies. */
  private record Lanes(int bits, int firstPart) {
    int parts() {
      return 8 / bits;
    }

    int wordBlock(int block) {
      return (firstPart + block) / parts();
    }

    int part(int block) {
      return (firstPart + block) % parts();
    }
  }

  private Lanes lanes(int widthLsb, int partLsb) {
    Lanes lanes = new Lanes(8 >> unsigned(3, widthLsb, 2), unsigned(3, partLsb, 2));
    check(lanes.firstPart() < lanes.parts(), "a part that the word does not have");
    return lanes;
  }

  private Lanes inLanes() {
    return lanes(16, 22);
  }

  private Lanes outLanes() {
    return lanes(20, 26);
  }

  /** A code as it lies in the buffer. The hardware may read it at any time of the layer. */
  private int read(int address, int lane, int bits, boolean signed) {
    check(address >= 0 && address < featureMaps.words(), "reads beyond the buffer");
    int firstQuarter = bits * lane / (2 * cols);
    check(!written.get(4 * address + firstQuarter), "reads what it has written itself");
    return signed
        ? featureMaps.signedLane(address, lane, bits)
        : featureMaps.lane(address, lane, bits);
  }

  /** Writes one lane of a word's part. */
  private void write(int address, Lanes lanes, int block, int column, int value) {
    check(address >= 0 && address < featureMaps.words(), "writes beyond the buffer");
    int part = lanes.part(block);
    int quarters = 4 / lanes.parts();
    featureMaps.store(address, part * cols + column, lanes.bits(), value);
    if (column == cols - 1) {
      written.set(4 * address + part * quarters, 4 * address + (part + 1) * quarters);
    }
  }

  /** D of a logarithmic code. */
  static int decode(int code, int step) {
    if (code == 0) {
      return 0;
    }
    int[] octave = FIRST_OCTAVE[step];
    return octave[(code - 1) % octave.length] << (code - 1) / octave.length;
  }

  /** The code of the nearest value, of two equally near ones the larger. */
  private static int encode(long y, int bits, int step) {
    int code = 0;
    for (int c = 1; c < 1 << bits; c++) {
      int threshold = decode(c - 1, step) + decode(c, step) + 1 >> 1;
      if (threshold <= y) {
        code = c;
      }
    }
    return code;
  }

  /** Where a result of a block lies, counted from its first word. */
  private int place(int result, int planes) {
    int step = unsigned(22, 24, 8);
    if (step == 0) {
      return planes * result;
    }
    check(config.features().spacedRows(), "rows that lie apart");
    check(!flag(2), "rows that lie apart have no skip");
    int width = unsigned(1, 0, 16);
    int pixel = step + planes - 1;
    int row = words[29] + planes - 1 + (width - 1) * pixel;
    return result / width * row + result % width * pixel;
  }

  private void runPool() {
    boolean signed = flag(8);
    check(signed == flag(1), "input and output of a pool have the same sign");
    check(!flag(10), "a pool's words are spread");
    int window = unsigned(18, 16, 16);
    Lanes in = inLanes();
    Lanes out = outLanes();
    Position[] walk = walk();
    check(walk.length % window == 0, "windows do not cover the walk");
    for (int ob = 0; ob < unsigned(21, 0, 16); ob++) {
      int offset = in.wordBlock(ob) * words[25];
      for (int first = 0; first < walk.length; first += window) {
        int address = words[26] + out.wordBlock(ob) * words[27] + place(first / window, 1);
        for (int column = 0; column < cols; column++) {
          int best = signed ? -128 : 0;
          for (int n = first; n < first + window; n++) {
            if (inside(walk[n].x(), walk[n].y())) {
              int lane = in.part(ob) * cols + column;
              best = Math.max(best, read(walk[n].address() + offset, lane, in.bits(), signed));
            }
          }
          write(address, out, ob, column, best);
        }
      }
    }
  }

  private void runArray() {
    for (int ob = 0; ob < unsigned(21, 0, 16); ob++) {
      new Block(ob).run();
    }
  }

  /** The work on one block of output channels. */
  private final class Block {
    private final int ob;
    private final OutputUnit output;
    private final Position[] walk = walk();
    private final int tiles = unsigned(21, 16, 16);
    private final int rowsLast = unsigned(24, 24, 8);
    private final boolean depthwise = flag(9);
    private final boolean contiguous = flag(10);
    private final int walkPlanes = unsigned(3, 12, 2) + 1;
    private final int phasePlanes = unsigned(3, 14, 2) + 1;
    private final Lanes in = inLanes();
    private final int inputOffset;

    // The tile in execution.
    private int tile;
    private int valid;
    private int kernelRows;
    private int step;
    private int tapsOfSegment;
    private int segments;
    private Sums sums;

    Block(int ob) {
      this.ob = ob;
      this.output = new OutputUnit(ob);
      this.inputOffset = (depthwise ? in.wordBlock(ob) : ob) * words[25];
      check((tiles - 1) * rows + rowsLast == walk.length, "tiles do not cover the walk");
      check(rowsLast >= 1 && rowsLast <= rows, "rows of the last tile");
      check(walkPlanes == 1 || phasePlanes == 1, "planes of the walk or of the phase");
      check(depthwise || in.firstPart() == 0, "a dense layer reads whole words");
      check(!depthwise || unsigned(14, 0, 16) == 1, "a depthwise layer has one input block");
      check(
          !depthwise || unsigned(20, 0, 16) == 1 && unsigned(20, 16, 16) == 1,
          "a depthwise step is a tap");
      int pack = unsigned(3, 28, 2);
      check(pack <= 2, "codes of a weight word");
    }

    void run() {
      int edgeTile = unsigned(32, 0, 16);
      check(edgeTile == 0 || walkPlanes == 1, "edge tiles of a walk with planes");
      for (tile = 0; tile < tiles; tile++) {
        boolean edge = edgeTile > 0 && tile + 1 >= edgeTile;
        kernelRows = edge ? unsigned(23, 24, 8) : unsigned(7, 0, 16);
        check(kernelRows >= 1 && kernelRows <= unsigned(7, 0, 16), "kernel rows of an edge tile");
        valid = tile == tiles - 1 ? rowsLast : rows;
        for (int row = 0; row < valid; row++) {
          int y = walk[tile * rows + row].y() + kernelRows * signed16(19, 16);
          boolean below = kernelRows == unsigned(7, 0, 16) || y >= signed16(13, 16);
          check(below, "leaves out kernel rows that lie in the map");
        }
        step = 0;
        segments = 0;
        begin();
        for (int plane = 0; plane < walkPlanes; plane++) {
          runTaps(plane, plane == walkPlanes - 1);
        }
        int pack = unsigned(3, 28, 2);
        int weightWords = step + (1 << pack) - 1 >> pack;
        if (edge) {
          check(weightWords == unsigned(32, 16, 16), "words of an edge tile");
          check(segments == unsigned(7, 25, 7), "segments of an edge tile");
        } else {
          check(weightWords == unsigned(23, 0, 24), "weight words of a block");
          check(segments == unsigned(31, 0, 16), "segments of a tile");
        }
      }
      output.finish();
    }

    private void runTaps(int walkPlane, boolean lastPlane) {
      int[] limits = {unsigned(14, 0, 16), unsigned(14, 16, 16), kernelRows};
      int[] counters = new int[3];
      Position offset = new Position(inputOffset, 0, 0);
      int level = 0;
      while (level >= 0) {
        boolean lastChunk = counters[1] == limits[1] - 1;
        boolean lastBlock = counters[0] == limits[0] - 1;
        int taps = unsigned(3, lastChunk ? 8 : 4, 4);
        int lanes = unsigned(20, lastBlock ? 16 : 0, 16);
        checkPhase(taps, lanes);
        checkLeft(offset.x());
        boolean lastPhase = lastChunk && lastBlock && counters[2] == limits[2] - 1;
        for (int phasePlane = 0; phasePlane < phasePlanes; phasePlane++) {
          for (int kx = 0; kx < taps; kx++) {
            runTap(walkPlane + phasePlane, offset.plus(kx, kx, 0), lanes);
            boolean ended = lastPhase && kx == taps - 1 && phasePlane == phasePlanes - 1;
            boolean full = tapsOfSegment == unsigned(31, 16, 16);
            if (full || ended && (lastPlane || flag(11))) {
              end(ended && lastPlane);
            }
          }
        }
        level = advance(counters, limits);
        if (level == 0) {
          offset = offset.plus(words[15], 0, 0);
        } else if (level > 0) {
          int dy = level == 1 ? 0 : signed16(19, 16);
          offset = offset.plus(words[15 + level], signed16(17 + level, 0), dy);
        }
      }
    }

    private void checkPhase(int taps, int lanes) {
      int stride = unsigned(3, 0, 4);
      check(taps >= 1 && lanes >= 1, "a phase has steps");
      check(lanes <= in.parts() * cols, "lanes that the word does not have");
      check(stride >= 1, "a stride of 0");
      if (contiguous) {
        check(stride <= 7, "a run's stride");
        check(stride <= taps || taps == 1 && stride == 1, "a run has words that serve no pixel");
      } else {
        check(taps == 1, "spread words serve one tap");
      }
    }

    /** What lies left of the map must be skipped in one go. */
    private void checkLeft(int dx) {
      for (int row = 0; contiguous && row < valid; row++) {
        check(walk[tile * rows + row].x() + dx >= -15, "a run begins too far left of the map");
      }
    }

    private void runTap(int plane, Position offset, int lanes) {
      boolean signed = flag(1);
      for (int lane = 0; lane < lanes; lane++, step++) {
        for (int row = 0; row < valid; row++) {
          Position position = walk[tile * rows + row].plus(offset);
          boolean inside = inside(position.x(), position.y());
          for (int column = 0; column < cols; column++) {
            int from = depthwise ? in.part(ob) * cols + column : lane;
            int x = inside ? activation(position.address(), from, signed) : 0;
            sums.add(row, column, x, plane, weightCode(column));
          }
        }
      }
      tapsOfSegment++;
    }

    private int activation(int address, int lane, boolean signed) {
      int code = read(address, lane, in.bits(), signed);
      int x = flag(12) ? decode(code, unsigned(7, 16, 2)) : code;
      // A lane without a channel may hold a code whose value the array has no bits for.
      int unused = 32 - config.features().actBits();
      return x << unused >> unused;
    }

    private int weightCode(int column) {
      int pack = unsigned(3, 28, 2);
      int bits = 4 >> pack;
      int address = unsigned(22, 0, 24) + ob * unsigned(23, 0, 24) + (step >> pack);
      check(address >= 0 && address < config.weightWords(), "weights beyond the buffer");
      int at = ((step & (1 << pack) - 1) * cols + column) * bits;
      int wordBytes = (4 * cols + 7) / 8;
      return weights[address * wordBytes + at / 8] >> at % 8 & (1 << bits) - 1;
    }

    private void begin() {
      sums = newSums(flag(1));
      tapsOfSegment = 0;
    }

    /** Hands the sums of a segment over. */
    private void end(boolean lastOfTile) {
      for (int row = 0; row < valid; row++) {
        for (int column = 0; column < cols; column++) {
          long sum = sums.total(row, column);
          check(
              sum == sum << 64 - config.accBits() >> 64 - config.accBits(),
              "a segment sum exceeds the accumulator");
          output.take(tile * rows + row, row, column, sum, segments == 0, lastOfTile);
        }
      }
      segments++;
      begin();
    }
  }

  private long parameter(int ob, int column, int lsb, int width) {
    int wordBytes = (42 * cols + 7) / 8;
    check(unsigned(24, 0, 24) + ob < config.parameterWords(), "parameters beyond the buffer");
    int base = (unsigned(24, 0, 24) + ob) * wordBytes;
    long value = 0;
    for (int bit = 0; bit < width; bit++) {
      int at = 42 * column + lsb + bit;
      value |= (long) (parameters[base + at / 8] >> at % 8 & 1) << bit;
    }
    return value;
  }

  /** What an array of P x M processing elements holds during a segment. */
  private interface Sums {
    void add(int row, int column, int x, int plane, int code);

    long total(int row, int column);
  }

  private Sums newSums(boolean inSigned) {
    if (config.pe() instanceof BinsStyle bins) {
      return new BinSums(bins.binBits(), inSigned);
    }
    return switch (config.pe().name()) {
      case "csd", "serial" -> new DigitSums();
      case "dsp" -> new ProductSums();
      default -> throw new IllegalArgumentException("a table of style " + config.pe().name());
    };
  }

  /** Weights that stand in the table as they are. */
  private final class ProductSums implements Sums {
    private final long[][] acc = new long[rows][cols];

    @Override
    public void add(int row, int column, int x, int plane, int code) {
      acc[row][column] += (long) (byte) table[16 * plane + code] * x;
    }

    @Override
    public long total(int row, int column) {
      return acc[row][column];
    }
  }

  private final class DigitSums implements Sums {
    private final long[][] acc = new long[rows][cols];

    @Override
    public void add(int row, int column, int x, int plane, int code) {
      int entry = table[16 * plane + code];
      int slots = config.pe() instanceof CsdStyle csd ? csd.digits() : (entry >> 20 & 3) + 1;
      for (int slot = 0; slot < 4; slot++) {
        int digit = entry >> 5 * slot & 31;
        check((digit & 16) == 0 || slot < slots, "no digit beyond the slots in use");
        check((digit & 16) == 0 || fits(slot, digit & 7), "the slot shifts as far");
        acc[row][column] += digit(digit, x);
      }
    }

    /** Whether a slot of the style can hold a digit of that shift. */
    private boolean fits(int slot, int shift) {
      if (!(config.pe() instanceof CsdStyle csd) || csd.digits() == 1) {
        return true;
      }
      if (csd.digits() == 2) {
        return slot == 0 ? shift >= 2 : shift <= 5;
      }
      return shift >> 1 == slot;
    }

    private long digit(int slot, long x) {
      long shifted = (slot >> 4 & 1) * x << (slot & 7);
      return (slot >> 3 & 1) == 1 ? -shifted : shifted;
    }

    @Override
    public long total(int row, int column) {
      return acc[row][column];
    }
  }

  /** Bins of one plane and its schedule, which clears those that it reads. */
  private final class BinSums implements Sums {
    private final long[][][] bins = new long[rows][cols][16];
    private final int binBits;
    private final boolean signed;
    private int plane = -1;

    BinSums(int binBits, boolean signed) {
      this.binBits = binBits;
      this.signed = signed;
    }

    @Override
    public void add(int row, int column, int x, int stepPlane, int code) {
      check(plane == -1 || plane == stepPlane, "a segment of bins has one plane");
      plane = stepPlane;
      bins[row][column][code] += x;
    }

    @Override
    public long total(int row, int column) {
      long least = signed ? -(1L << (binBits - 1)) : 0;
      long most = (1L << (signed ? binBits - 1 : binBits)) - 1;
      boolean[] read = new boolean[16];
      boolean[] cleared = new boolean[16];
      long a = 0;
      // The bits that left the accumulator, the last one topmost.
      int lower = 0;
      for (int i = 0; ; i++) {
        check(i < 64, "the schedule does not end");
        int entry = table[i] >> 8 * plane & 255;
        int bin = entry & 15;
        check(!cleared[bin], "a bin is read after it was cleared");
        cleared[bin] = (entry >> 7 & 1) == 1;
        read[bin] = bin != 0;
        long value = bin == 0 ? 0 : bins[row][column][bin];
        check(value >= least && value <= most, "a bin overflows");
        if ((entry >> 4 & 1) == 1) {
          check(fits(a, binBits + 2), "a drain accumulator overflows");
          lower = (int) (a & 1) << 6 | lower >> 1;
          a >>= 1;
        }
        boolean negative = (entry >> 5 & 1) == 1;
        a = negative ? a - value : a + value;
        if ((entry >> 6 & 1) == 1) {
          check(!negative, "the last entry adds");
          check(Arrays.equals(read, cleared), "a bin is not cleared");
          check(fits(a, binBits + 2), "a drain accumulator overflows");
          return a << 7 | lower;
        }
      }
    }

    private boolean fits(long value, int bits) {
      return value >= -(1L << (bits - 1)) && value < 1L << (bits - 1);
    }
  }

  /** The output unit during one block of output channels. */
  private final class OutputUnit {
    private final int ob;
    private final Lanes skip = lanes(18, 24);
    private final Lanes out = outLanes();
    private final boolean sumPixels = flag(4);
    private final boolean raw = flag(3);
    private final long[][] partial = new long[rows][cols];
    private final long[] pixelSum = new long[cols];
    private final int[] best = new int[cols];

    OutputUnit(int ob) {
      this.ob = ob;
      for (int column = 0; column < cols; column++) {
        pixelSum[column] = (int) parameter(ob, column, 0, 32);
      }
      check(!raw || out.bits() == 8 && out.firstPart() == 0, "accumulators fill whole words");
      check(unsigned(18, 16, 16) == 1 || !raw && !sumPixels, "no pool behind accumulators or sums");
    }

    void take(int n, int row, int column, long acc, boolean first, boolean last) {
      if (sumPixels) {
        pixelSum[column] += acc;
        return;
      }
      long v = acc + (first ? (int) parameter(ob, column, 0, 32) : partial[row][column]);
      partial[row][column] = v;
      if (last) {
        emit(n, column, v);
      }
    }

    /** With pixel sums the one result of the block is complete only now. */
    void finish() {
      for (int column = 0; sumPixels && column < cols; column++) {
        emit(0, column, pixelSum[column]);
      }
    }

    private void emit(int n, int column, long sum) {
      long v = sum + skip(n, column);
      check(v == (int) v, "a biased sum exceeds 32 bits");
      if (raw) {
        check(parameter(ob, column, 32, 5) == 0, "accumulators that are divided");
        for (int k = 0; k < 4; k++) {
          write(words[26] + ob * words[27] + place(n, 4) + k, out, 0, column, (int) v >> 8 * k);
        }
        return;
      }
      long y = Math.max(signed16(30, 0), Math.min(signed16(30, 16), rounded(v, column)));
      check(signed16(30, 0) <= signed16(30, 16), "lo <= hi");
      check(!flag(15) || signed16(30, 16) - signed16(30, 0) < 256, "more codes than entries");
      long code =
          flag(15)
              ? activated((int) y)
              : flag(14) ? encode(y, unsigned(7, 22, 3), unsigned(7, 20, 2)) : y;
      int bits = out.bits();
      boolean fits =
          flag(8) ? code == code << 64 - bits >> 64 - bits : code == (code & ~(~0L << bits));
      check(fits, "a code exceeds its lane");
      int window = unsigned(18, 16, 16);
      best[column] = n % window == 0 ? (int) code : Math.max(best[column], (int) code);
      if (n % window == window - 1) {
        int address = words[26] + out.wordBlock(ob) * words[27] + place(n / window, 1);
        write(address, out, ob, column, best[column]);
      }
    }

    private int activated(int y) {
      int entry = y & 255;
      int code = activationTable[entry / 4] >> 8 * (entry % 4) & 255;
      return flag(8) ? (byte) code : code;
    }

    private long skip(int n, int column) {
      if (!flag(2)) {
        return 0;
      }
      int address = words[28] + skip.wordBlock(ob) * words[29] + n;
      int code = read(address, skip.part(ob) * cols + column, skip.bits(), flag(7));
      long added = flag(13) ? decode(code, unsigned(7, 18, 2)) : code;
      return added << parameter(ob, column, 37, 5);
    }

    private long rounded(long v, int column) {
      int shift = (int) parameter(ob, column, 32, 5);
      if (shift == 0) {
        return v;
      }
      long floor = v >> shift;
      long rest = v - (floor << shift);
      long half = 1L << (shift - 1);
      boolean halfUp = flag(5);
      boolean up = rest > half || rest == half && (halfUp || (floor & 1) == 1);
      return up ? floor + 1 : floor;
    }
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("descriptor %d: %s".formatted(layer, what));
    }
  }
}
