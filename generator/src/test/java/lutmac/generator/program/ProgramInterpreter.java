package lutmac.generator.program;

import java.util.Arrays;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.MacLayer;

/**
 * Executes a program on its memory images word by word, written from docs/hardware.md alone: it
 * shares no code with the compiler, not even the descriptor's layout. Bins and sums that do not fit
 * their width are errors. Of a style whose table it does not know it takes the weights from the
 * network; what such a table means to the array is for the test of the arrays.
 */
final class ProgramInterpreter {
  private final int rows;
  private final int cols;
  private final AcceleratorConfig config;
  private final CompiledNetwork compiled;
  private final int[] program;
  private final byte[] weights;
  private final byte[] parameters;
  private final byte[] featureMaps;

  private int pc;
  private int layer = -1;

  // The descriptor of the layer in execution.
  private int[] words;
  private int[] table;

  ProgramInterpreter(CompiledNetwork compiled, byte[] featureMaps) {
    this.compiled = compiled;
    this.config = compiled.config();
    this.rows = config.rows();
    this.cols = config.cols();
    this.program = compiled.program();
    this.weights = compiled.weights();
    this.parameters = compiled.parameters();
    this.featureMaps = featureMaps;
  }

  /** Runs the next layer and returns whether another one follows. */
  boolean runLayer() {
    layer++;
    words = Arrays.copyOfRange(program, pc, pc + 32);
    int entries = unsigned(0, 16, 16);
    table = Arrays.copyOfRange(program, pc + 32, pc + 32 + entries);
    pc += 32 + entries;
    if (unsigned(0, 0, 1) == 1) {
      runPool();
    } else {
      runArray();
    }
    return unsigned(0, 6, 1) == 0;
  }

  private int unsigned(int word, int lsb, int width) {
    return (int) (Integer.toUnsignedLong(words[word]) >>> lsb & ((1L << width) - 1));
  }

  private int signed16(int word, int lsb) {
    return (short) (words[word] >>> lsb);
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

  /** Advances counters like an odometer; the level that moves adds its delta. */
  private static int advance(int[] counters, int[] limits) {
    for (int level = 0; level < counters.length; level++) {
      if (++counters[level] < limits[level]) {
        return level;
      }
      counters[level] = 0;
    }
    return -1;
  }

  /** The positions of the whole walk in order. */
  private Position[] walk() {
    int[] limits = {
      unsigned(1, 0, 16), unsigned(1, 16, 16), unsigned(2, 0, 16), unsigned(2, 16, 16)
    };
    Position[] positions = new Position[limits[0] * limits[1] * limits[2] * limits[3]];
    int[] counters = new int[4];
    Position position = new Position(words[11], signed16(12, 0), signed16(12, 16));
    for (int n = 0; n < positions.length; n++) {
      positions[n] = position;
      int level = advance(counters, limits);
      if (level >= 0) {
        position = position.plus(words[3 + level], signed16(7 + level, 0), signed16(7 + level, 16));
      }
    }
    return positions;
  }

  private boolean inside(Position position) {
    return position.x() >= 0
        && position.x() < unsigned(13, 0, 16)
        && position.y() >= 0
        && position.y() < unsigned(13, 16, 16);
  }

  private int lane(int address, int lane, boolean signed) {
    int wrapped = address & (config.featureMapWords() - 1);
    byte code = featureMaps[wrapped * cols + lane];
    return signed ? code : Byte.toUnsignedInt(code);
  }

  private void store(int address, int lane, long value) {
    featureMaps[(address & (config.featureMapWords() - 1)) * cols + lane] = (byte) value;
  }

  private void runPool() {
    boolean signed = unsigned(0, 8, 1) == 1;
    int window = unsigned(25, 0, 16);
    Position[] walk = walk();
    for (int ob = 0; ob < unsigned(21, 0, 16); ob++) {
      for (int first = 0; first < walk.length; first += window) {
        for (int lane = 0; lane < cols; lane++) {
          int best = Integer.MIN_VALUE;
          for (int n = first; n < first + window; n++) {
            if (inside(walk[n])) {
              best = Math.max(best, lane(walk[n].address() + ob * words[15], lane, signed));
            }
          }
          store(words[26] + ob * words[27] + first / window, lane, best);
        }
      }
    }
  }

  private void runArray() {
    Position[] walk = walk();
    int tiles = unsigned(21, 16, 16);
    int rowsLast = unsigned(25, 16, 8);
    check((tiles - 1) * rows + rowsLast == walk.length, "tiles do not cover the walk");
    int[] tapLimits = {unsigned(14, 0, 16), unsigned(14, 16, 8), unsigned(14, 24, 8)};
    int phases = tapLimits[0] * tapLimits[1] * tapLimits[2];
    int segmentPhases = unsigned(20, 16, 16);
    boolean inSigned = unsigned(0, 1, 1) == 1;

    for (int ob = 0; ob < unsigned(21, 0, 16); ob++) {
      OutputUnit output = new OutputUnit(ob);
      for (int tile = 0; tile < tiles; tile++) {
        int valid = tile == tiles - 1 ? rowsLast : rows;
        int[] counters = new int[3];
        Position tap = new Position(0, 0, 0);
        int step = 0;
        int segments = 0;
        Sums sums = newSums(inSigned);
        for (int phase = 0; phase < phases; phase++) {
          boolean lastBlock = counters[0] == tapLimits[0] - 1;
          int lanes = lastBlock ? unsigned(20, 8, 8) : unsigned(20, 0, 8);
          for (int lane = 0; lane < lanes; lane++, step++) {
            for (int row = 0; row < valid; row++) {
              Position position = walk[tile * rows + row].plus(tap);
              int x = inside(position) ? lane(position.address(), lane, inSigned) : 0;
              for (int column = 0; column < cols; column++) {
                int code = weightCode(words[22] + ob * words[23] + step, column);
                sums.add(row, column, x, code);
              }
            }
          }
          int level = advance(counters, tapLimits);
          if (level == 0) {
            tap = tap.plus(words[15], 0, 0);
          } else if (level > 0) {
            tap = tap.plus(words[15 + level], signed16(17 + level, 0), signed16(17 + level, 16));
          }
          boolean lastPhase = phase == phases - 1;
          if (lastPhase || (phase + 1) % segmentPhases == 0) {
            for (int row = 0; row < valid; row++) {
              for (int column = 0; column < cols; column++) {
                long sum = sums.total(row, column);
                check(
                    sum == sum << 64 - config.accBits() >> 64 - config.accBits(),
                    "a segment sum exceeds the accumulator");
                output.take(tile * rows + row, row, column, sum, segments == 0, lastPhase);
              }
            }
            segments++;
            sums = newSums(inSigned);
          }
        }
        check(step == words[23], "steps of a tile");
        check(segments == unsigned(31, 0, 16), "segments of a tile");
      }
      output.finish();
    }
  }

  private int weightCode(int address, int column) {
    int wordBytes = (4 * cols + 7) / 8;
    int at = (address & (config.weightWords() - 1)) * wordBytes + column / 2;
    return weights[at] >> (column % 2 * 4) & 15;
  }

  private long parameter(int ob, int column, int lsb, int width) {
    int wordBytes = (42 * cols + 7) / 8;
    int base = ((words[24] + ob) & (config.parameterWords() - 1)) * wordBytes;
    long value = 0;
    for (int bit = 0; bit < width; bit++) {
      int at = 42 * column + lsb + bit;
      value |= (long) (parameters[base + at / 8] >> at % 8 & 1) << bit;
    }
    return value;
  }

  /** What an array of P x M processing elements holds during a segment. */
  private interface Sums {
    void add(int row, int column, int x, int code);

    long total(int row, int column);
  }

  private Sums newSums(boolean inSigned) {
    if (config.pe() instanceof BinsStyle bins) {
      return new BinSums(bins.binBits(), inSigned);
    }
    return config.pe() instanceof CsdStyle ? new DigitSums() : new LevelSums(codebook());
  }

  /** The codebook of the layer in execution, whose name begins that of its placement. */
  private Codebook codebook() {
    String name = compiled.layers().get(layer).name();
    return compiled.network().layers().stream()
        .filter(MacLayer.class::isInstance)
        .map(MacLayer.class::cast)
        .filter(mac -> name.equals(mac.name()) || name.startsWith(mac.name() + " + "))
        .findFirst()
        .orElseThrow()
        .onlyPlane()
        .codebook();
  }

  private final class LevelSums implements Sums {
    private final long[][] acc = new long[rows][cols];
    private final Codebook codebook;

    LevelSums(Codebook codebook) {
      this.codebook = codebook;
    }

    @Override
    public void add(int row, int column, int x, int code) {
      acc[row][column] += (long) codebook.level(code) * x;
    }

    @Override
    public long total(int row, int column) {
      return acc[row][column];
    }
  }

  private final class DigitSums implements Sums {
    private final long[][] acc = new long[rows][cols];

    @Override
    public void add(int row, int column, int x, int code) {
      int slot0 = table[code] & 31;
      int slot1 = table[code] >> 5 & 31;
      check((slot0 & 16) == 0 || (slot0 & 7) >= 2, "slot 0 shifts by 2..7");
      check((slot1 & 16) == 0 || (slot1 & 7) <= 5, "slot 1 shifts by 0..5");
      acc[row][column] += digit(slot0, x) + digit(slot1, x);
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

  private final class BinSums implements Sums {
    private final long[][][] bins = new long[rows][cols][16];
    private final int binBits;
    private final boolean signed;

    BinSums(int binBits, boolean signed) {
      this.binBits = binBits;
      this.signed = signed;
    }

    @Override
    public void add(int row, int column, int x, int code) {
      bins[row][column][code] += x;
    }

    @Override
    public long total(int row, int column) {
      long low = signed ? -(1L << (binBits - 1)) : 0;
      long high = (1L << (signed ? binBits - 1 : binBits)) - 1;
      long a = 0;
      for (int i = 0; i < table.length; i++) {
        int bin = table[i] & 15;
        long value = bin == 0 ? 0 : bins[row][column][bin];
        check(value >= low && value <= high, "a bin overflows");
        long base = (table[i] >> 4 & 1) == 1 ? 2 * a : a;
        boolean negative = (table[i] >> 5 & 1) == 1;
        a = negative ? base - value : base + value;
        boolean last = (table[i] >> 6 & 1) == 1;
        check(last == (i == table.length - 1), "the last entry, and no other, is marked");
        check(!last || !negative, "the last entry adds");
      }
      check(table.length >= 1 && table.length <= 63, "schedule length");
      return a;
    }
  }

  /** The output unit during one block of output channels. */
  private final class OutputUnit {
    private final int ob;
    private final long[][] partial = new long[rows][cols];
    private final long[] pixelSum = new long[cols];
    private final int[] best = new int[cols];
    private boolean biasTaken;

    OutputUnit(int ob) {
      this.ob = ob;
      for (int column = 0; column < cols; column++) {
        pixelSum[column] = (int) parameter(ob, column, 0, 32);
      }
    }

    void take(int n, int row, int column, long acc, boolean first, boolean last) {
      if (unsigned(0, 4, 1) == 1) {
        pixelSum[column] += acc;
        biasTaken = true;
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
      if (biasTaken) {
        for (int column = 0; column < cols; column++) {
          emit(0, column, pixelSum[column]);
        }
      }
    }

    private void emit(int n, int column, long sum) {
      long v = sum;
      if (unsigned(0, 2, 1) == 1) {
        long skip = lane(words[28] + ob * words[29] + n, column, unsigned(0, 7, 1) == 1);
        v += skip << parameter(ob, column, 37, 5);
      }
      int base = words[26] + ob * words[27];
      boolean padded = v != (int) v;
      if (unsigned(0, 3, 1) == 1) {
        for (int k = 0; k < 4; k++) {
          store(base + 4 * n + k, column, v >> 8 * k);
        }
        return;
      }
      int shift = (int) parameter(ob, column, 32, 5);
      long floor = v >> shift;
      long rest = v - (floor << shift);
      long half = shift == 0 ? 1 : 1L << (shift - 1);
      boolean halfUp = unsigned(0, 5, 1) == 1;
      boolean up = rest > half || rest == half && (halfUp || (floor & 1) == 1);
      long y = shift != 0 && up ? floor + 1 : floor;
      long code = Math.max(signed16(30, 0), Math.min(signed16(30, 16), y));
      boolean outSigned = unsigned(0, 8, 1) == 1;
      // The clamp makes an 8-bit code, except in lanes that nobody reads.
      int stored = outSigned ? (byte) code : (int) (code & 255);
      check(stored == code || padded, "a code exceeds 8 bits");
      int window = unsigned(25, 0, 16);
      best[column] = n % window == 0 ? stored : Math.max(best[column], stored);
      if (n % window == window - 1) {
        store(base + n / window, column, best[column]);
      }
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
