package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.TileRuns.Run;
import lutmac.rtl.layout.DescriptorField;

/**
 * Executes the control of one layer: when each word is asked for, arrives and fills a bank, when
 * each step is taken and each row leaves. Every stage of the hardware is elastic, so an event
 * happens as soon as what comes before it has happened and what lies behind it has room: a handful
 * of maxima a word, a step and a row (docs/hardware.md §4). Cycles are counted from the layer's
 * launch.
 */
final class LayerClock {
  /** From the launch to the first run, and from there to the first request. */
  private static final int WALK_STARTS = 2;

  /** Between a read's request and its response. */
  private static final int READ_LATENCY = 2;

  /** Requests of a port that may be without a response taken. */
  private static final int CREDITS = 4;

  /** Cycles of a run in the walker, and of one within a row that another tile continues. */
  private static final int RUN_CYCLES = 2;

  /** Stages of the output unit from a row with its skip to one that is shifted. */
  private static final int OUTPUT_STAGES = 3;

  /** Cycles from the first of them to the last, and from there to the row's write. */
  private static final int TO_SHIFTED = 2;

  private static final int TO_WRITTEN = 2;

  /** Stages of the logarithmic encoder. */
  private static final int ENCODER_STAGES = 2;

  /** Words of a row of int32 accumulators. */
  private static final int RAW_WORDS = 4;

  private final Descriptor layer;
  private final AcceleratorConfig config;
  private final PeStyle style;
  private final long enabled;

  // Words.
  private long runLeft = Long.MIN_VALUE / 2;
  private long runTaken = WALK_STARTS;
  private long asked = 0;
  private long taken = 0;
  private long filled = 0;
  private final long[] lastTaken = new long[CREDITS];
  private int words;
  private final BitSet[] asking = {new BitSet(), new BitSet()};

  // Steps.
  private final long[] bankFree = new long[2];
  private long drained = 0;
  private long picked = 0;
  private long stepped = 0;
  private long stepSpacing = 1;
  private int segTap = 1;
  private boolean segFirst = true;
  private final List<Phase> walk = new ArrayList<>();
  private int next;
  private final Queue<Fetched> fetched = new ArrayDeque<>();

  // Segments and rows.
  private Optional<Segment> complete = Optional.empty();
  private Optional<Segment> draining = Optional.empty();
  private final DrainClock drain = new DrainClock();
  private long rowsLeft = 0;
  private final long[] lastShifted = new long[OUTPUT_STAGES];
  private long entered = 0;
  private long shifted = 0;
  private long written = 0;
  private int shiftedRows;
  private final long[] skipTaken = new long[CREDITS];
  private long skipAsked = 0;
  private long skipValueTaken = 0;
  private int skips;

  /**
   * @param enabled cycle from which the array's table is complete, from the launch on
   */
  LayerClock(Descriptor layer, AcceleratorConfig config, long enabled) {
    this.layer = layer;
    this.config = config;
    this.style = config.pe();
    this.enabled = enabled;
  }

  /**
   * When a layer ends, in cycles from its launch.
   *
   * @param written when its last word is written
   * @param end when the array has handed over its last row, too: the next layer can be launched
   */
  record Ends(long written, long end) {}

  /** Executes the layer. */
  Ends run() {
    return layer.is(POOL) ? pool() : array();
  }

  private Ends pool() {
    List<Run> runs = TileRuns.ofPool(layer);
    for (long ob = 0; ob < layer.get(OB_N); ob++) {
      for (int i = 0; i < runs.size(); i++) {
        Run before = i == 0 ? runs.get(runs.size() - 1) : runs.get(i - 1);
        run(runs.get(i), 0, 0, 0, 1, !before.rowEnds(), enabled);
      }
    }
    long end = filled + 1;
    return new Ends(end, end);
  }

  private Ends array() {
    List<List<Run>> tiles = TileRuns.ofTiles(layer, config.rows());
    int walkPlanes = layer.getInt(WALK_PLANES) + 1;
    int blockAddress = 0;
    for (int ob = 0; ob < layer.get(OB_N); ob++) {
      for (int tile = 0; tile < tiles.size(); tile++) {
        boolean lastTile = tile == tiles.size() - 1;
        boolean hops = tile > 0 && !last(tiles.get(tile - 1)).rowEnds();
        int firstRow = tile * config.rows();
        Tile place =
            new Tile(
                tiles.get(tile),
                blockAddress,
                ob,
                firstRow,
                lastTile ? layer.getInt(ROWS_LAST) : config.rows(),
                lastTile);
        for (int plane = 0; plane < walkPlanes; plane++) {
          taps(place, hops && plane == 0, plane, plane == walkPlanes - 1);
        }
      }
      if (!layer.is(DEPTHWISE) || (layer.getInt(IN_PART) + ob + 1) % parts(IN_LANE) == 0) {
        blockAddress += layer.getInt(OB_ADDR);
      }
    }
    fetch();
    fetch();
    while (!fetched.isEmpty()) {
      steps(fetched.remove());
    }
    if (style.planeSegments()) {
      swap();
      draining.ifPresent(this::drain);
    } else {
      complete.ifPresent(this::leave);
    }
    return new Ends(written, Math.max(written, rowsLeft + 1));
  }

  private int parts(DescriptorField lane) {
    return 1 << layer.getInt(lane);
  }

  private static Run last(List<Run> runs) {
    return runs.get(runs.size() - 1);
  }

  private record Tile(
      List<Run> runs, int blockAddress, int ob, int firstRow, int rows, boolean last) {}

  /**
   * A phase.
   *
   * @param hop whether its first run goes on in the row of the tile before
   * @param address offset of its tap
   * @param dx columns of it
   * @param dy rows of it
   * @param taps kernel columns
   * @param lanes steps of each
   */
  private record Phase(
      Tile tile,
      boolean hop,
      int address,
      int dx,
      int dy,
      int taps,
      int lanes,
      int walkPlane,
      boolean planeEnds,
      boolean tileEnds) {}

  /**
   * A segment whose steps the array has taken.
   *
   * @param writes whether its rows complete sums
   */
  private record Segment(long lastStep, int plane, Tile tile, boolean writes) {}

  /** A phase whose words were asked for: the bank that they are in, from when on. */
  private record Fetched(Phase phase, int bank, long full) {}

  /** Asks for the words of the next phase, if there is one. */
  private void fetch() {
    if (next == walk.size()) {
      return;
    }
    Phase phase = walk.get(next);
    int bank = next++ % 2;
    boolean hop = phase.hop();
    for (Run run : phase.tile().runs()) {
      run(run, phase.address(), phase.dx(), phase.dy(), phase.taps(), hop, bankFree[bank]);
      hop = false;
    }
    fetched.add(new Fetched(phase, bank, filled + 1));
  }

  private void taps(Tile tile, boolean hops, int plane, boolean lastPlane) {
    int kyN = layer.getInt(KY_N);
    int kxN = layer.getInt(KX_N);
    int cbN = layer.getInt(CB_N);
    int address = tile.blockAddress();
    int dx = 0;
    int dy = 0;
    boolean hop = hops;
    for (int ky = 0; ky < kyN; ky++) {
      for (int kx = 0; kx < kxN; kx++) {
        int taps = layer.getInt(kx == kxN - 1 ? TAPS_LAST : TAPS_FULL);
        for (int cb = 0; cb < cbN; cb++) {
          boolean last = ky == kyN - 1 && kx == kxN - 1 && cb == cbN - 1;
          int lanes = layer.getInt(cb == cbN - 1 ? LANES_LAST : LANES_FULL);
          walk.add(
              new Phase(tile, hop, address, dx, dy, taps, lanes, plane, last, last && lastPlane));
          hop = false;
          if (cb < cbN - 1) {
            address += layer.getInt(CB_ADDR);
          }
        }
        if (kx < kxN - 1) {
          address += layer.getInt(KX_ADDR);
          dx += layer.getInt(KX_DX);
          dy += layer.getInt(KX_DY);
        }
      }
      if (ky < kyN - 1) {
        address += layer.getInt(KY_ADDR);
        dx += layer.getInt(KY_DX);
        dy += layer.getInt(KY_DY);
      }
    }
  }

  /**
   * The words of a run.
   *
   * @param address of the tap
   * @param hop whether it goes on in the row of the tile before
   * @param free cycle from which the place that they fill is free
   */
  private void run(Run run, int address, int dx, int dy, int taps, boolean hop, long free) {
    int count = TileRuns.words(layer, run, dx, dy, taps);
    int at = run.address() + address + TileRuns.skipped(layer, run, dx);
    int advance = layer.is(CONTIGUOUS) ? 1 : layer.getInt(STRIDE);
    runLeft = Math.max(runLeft + RUN_CYCLES + (hop ? 1 : 0), runTaken);
    runTaken = Math.max(runLeft + 1, asked);
    for (int word = 0; word < count; word++) {
      int slot = words % CREDITS;
      asked = Math.max(Math.max(asked, runTaken) + 1, lastTaken[slot] + 1);
      asking[bank(at)].set((int) asked);
      at += advance;
      taken = Math.max(Math.max(taken + 1, asked + READ_LATENCY), filled);
      lastTaken[slot] = taken;
      filled = Math.max(taken + 1, free);
      words++;
    }
  }

  /** The bank of the feature-map buffer that holds a word. */
  private static int bank(int address) {
    return Integer.bitCount(address & 3) & 1;
  }

  private void steps(Fetched words) {
    Phase phase = words.phase();
    int planes = layer.getInt(PHASE_PLANES) + 1;
    int segTaps = layer.getInt(SEG_TAPS);
    boolean decode = decodes() && !layer.is(DEPTHWISE);
    long ready = Math.max(words.full(), enabled);
    for (int plane = 0; plane < planes; plane++) {
      int cycles = style.stepCycles(layer.table(), phase.walkPlane() + plane);
      for (int tap = 0; tap < phase.taps(); tap++) {
        boolean phaseEnds = plane == planes - 1 && tap == phase.taps() - 1;
        boolean ends = phase.tileEnds() || phase.planeEnds() && layer.is(SEG_PLANE);
        boolean segEnds = segTap == segTaps || phaseEnds && ends;
        for (int lane = 0; lane < phase.lanes(); lane++) {
          boolean last = segEnds && lane == phase.lanes() - 1;
          drained = Math.max(Math.max(drained + 1, ready), decode ? picked : stepped);
          long enter = drained;
          if (decode) {
            picked = Math.max(drained + 1, stepped);
            enter = picked;
          }
          if (phaseEnds && lane == phase.lanes() - 1) {
            // The bank is free before the array takes the step: the words that are asked for now
            // come before skips that are.
            bankFree[words.bank()] = drained + 1;
            fetch();
          }
          step(enter + 1, cycles, segFirst, last);
          segFirst = last;
          if (last) {
            boolean writes =
                phaseEnds && phase.tileEnds() && (!layer.is(SUM_PIXELS) || phase.tile().last());
            complete =
                Optional.of(new Segment(stepped, phase.walkPlane() + plane, phase.tile(), writes));
          }
        }
        segTap = segEnds ? 1 : segTap + 1;
      }
    }
  }

  private boolean decodes() {
    return config.features().packedMaps() || config.features().logBits() > 0;
  }

  /** The array takes a step. */
  private void step(long earliest, int cycles, boolean first, boolean last) {
    long at = Math.max(earliest, stepped + stepSpacing);
    stepSpacing = cycles;
    if (style.planeSegments()) {
      // The first step waits until the bank of the segment before the last one is drained.
      if (first && complete.isPresent()) {
        at = Math.max(at, swap());
      }
    } else if (last && complete.isPresent()) {
      leave(complete.get());
      at = Math.max(at, rowsLeft + 1);
    }
    stepped = at;
  }

  /** The segment that is complete begins to drain. */
  private long swap() {
    draining.ifPresent(this::drain);
    draining = complete;
    complete = Optional.empty();
    return drain.swap(draining.orElseThrow().lastStep());
  }

  private void drain(Segment segment) {
    drain.leave(
        style.drain(config.rows(), layer.table(), segment.plane()).orElseThrow(),
        config.rows(),
        (row, earliest) -> take(segment, row, earliest));
  }

  /** The rows of a segment leave the array, one a cycle. */
  private void leave(Segment segment) {
    int rows = config.rows();
    int handOver = style.handOver(rows, layer.table(), segment.plane());
    long first = segment.lastStep() + handOver - (rows - 1);
    for (int row = 0; row < rows; row++) {
      take(segment, row, first + row);
    }
  }

  /** When the output unit takes a row that is there from a cycle on. */
  private long take(Segment segment, int row, long earliest) {
    // The row before has left the register that takes this one.
    rowsLeft = Math.max(Math.max(earliest, rowsLeft + 1), entered);
    int valid = segment.tile().rows();
    if (segment.writes() && (layer.is(SUM_PIXELS) ? row == valid - 1 : row < valid)) {
      write(segment.tile(), row);
    }
    return rowsLeft;
  }

  private void write(Tile tile, int row) {
    entered = Math.max(rowsLeft + 1, lastShifted[shiftedRows % OUTPUT_STAGES]);
    if (layer.is(SKIP_EN)) {
      entered = Math.max(entered, skip(entered, tile, row));
    }
    int cycles = layer.is(RAW_OUT) ? RAW_WORDS : 1;
    shifted = Math.max(shifted, entered + TO_SHIFTED) + cycles;
    lastShifted[shiftedRows++ % OUTPUT_STAGES] = shifted;
    written = shifted + TO_WRITTEN + encodes() + layer.getInt(ACTIVATION_TABLE);
  }

  private int encodes() {
    return layer.is(OUT_LOG) ? ENCODER_STAGES : 0;
  }

  /** When the skip's word of a row is taken that is wanted from a cycle on. */
  private long skip(long wanted, Tile tile, int row) {
    int block = (layer.getInt(SKIP_PART) + tile.ob()) / parts(SKIP_LANE);
    int pixel = layer.is(SUM_PIXELS) ? 0 : tile.firstRow() + row;
    BitSet busy = asking[bank(layer.getInt(SKIP_BASE) + block * layer.getInt(SKIP_STRIDE) + pixel)];
    int slot = skips++ % CREDITS;
    long request = Math.max(Math.max(skipAsked + 1, WALK_STARTS), skipTaken[slot] + 1);
    skipAsked = busy.nextClearBit((int) request);
    if (!decodes()) {
      long at = Math.max(wanted, skipAsked + READ_LATENCY);
      skipTaken[slot] = at;
      return at;
    }
    // A register between: a word is taken when the value of the one before is.
    long decoded = Math.max(skipAsked + READ_LATENCY, skipValueTaken);
    skipTaken[slot] = decoded;
    skipValueTaken = Math.max(wanted, decoded + 1);
    return skipValueTaken;
  }
}
