package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.BitSet;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.TileRuns.Run;

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

  /** Rows that are on their way in the output unit while one takes several cycles to be written. */
  private static final int OUTPUT_STAGES = 4;

  /** Cycles from the array's row to the row that is shifted, and from there to its write. */
  private static final int TO_SHIFTED = 4;

  private static final int TO_WRITTEN = 2;

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
  private final BitSet asking = new BitSet();

  // Steps.
  private final long[] bankFree = new long[2];
  private long drained = 0;
  private long picked = 0;
  private long stepped = 0;
  private long stepSpacing = 1;
  private int segTap = 1;
  private boolean segFirst = true;
  private int phase;

  // Segments and rows.
  private long swap = 0;
  private long spacing;
  private long rowsLeft = 0;
  private long pendingLast = -1;
  private int pendingPlane;
  private boolean pendingWrites;
  private int pendingRows;
  private final long[] lastShifted = new long[OUTPUT_STAGES];
  private long entered = 0;
  private long shifted = 0;
  private long written = 0;
  private int shiftedRows;
  private final long[] skipTaken = new long[CREDITS];
  private long skipAsked = 0;
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

  /** Cycles from the launch to the layer's end, in which the next one can be launched. */
  long end() {
    return layer.is(POOL) ? pool() : array();
  }

  private long pool() {
    List<Run> runs = TileRuns.ofPool(layer);
    for (long ob = 0; ob < layer.get(OB_N); ob++) {
      for (int i = 0; i < runs.size(); i++) {
        Run before = i == 0 ? runs.get(runs.size() - 1) : runs.get(i - 1);
        run(runs.get(i).pixels(), !before.rowEnds(), -1);
      }
    }
    return filled + TO_WRITTEN - 1;
  }

  private long array() {
    List<List<Run>> tiles = TileRuns.ofTiles(layer, config.rows());
    int walkPlanes = layer.getInt(WALK_PLANES) + 1;
    for (long ob = 0; ob < layer.get(OB_N); ob++) {
      for (int tile = 0; tile < tiles.size(); tile++) {
        boolean lastTile = tile == tiles.size() - 1;
        boolean hops = tile > 0 && !last(tiles.get(tile - 1)).rowEnds();
        int rows = lastTile ? layer.getInt(ROWS_LAST) : config.rows();
        for (int plane = 0; plane < walkPlanes; plane++) {
          taps(tiles.get(tile), hops && plane == 0, plane, plane == walkPlanes - 1, rows, lastTile);
        }
      }
    }
    leave();
    return Math.max(written, rowsLeft + 1);
  }

  private static Run last(List<Run> runs) {
    return runs.get(runs.size() - 1);
  }

  private void taps(
      List<Run> runs, boolean hops, int plane, boolean lastPlane, int rows, boolean lastTile) {
    int kyN = layer.getInt(KY_N);
    int kxN = layer.getInt(KX_N);
    int cbN = layer.getInt(CB_N);
    int dx = 0;
    int dy = 0;
    boolean hop = hops;
    for (int ky = 0; ky < kyN; ky++) {
      for (int kx = 0; kx < kxN; kx++) {
        int taps = layer.getInt(kx == kxN - 1 ? TAPS_LAST : TAPS_FULL);
        for (int cb = 0; cb < cbN; cb++) {
          boolean last = ky == kyN - 1 && kx == kxN - 1 && cb == cbN - 1;
          int bank = phase++ % 2;
          for (int i = 0; i < runs.size(); i++) {
            run(TileRuns.words(layer, runs.get(i), dx, dy, taps), i == 0 && hop, bank);
          }
          hop = false;
          steps(
              taps,
              layer.getInt(cb == cbN - 1 ? LANES_LAST : LANES_FULL),
              plane,
              last,
              last && lastPlane,
              bank,
              rows,
              lastTile);
        }
        if (kx < kxN - 1) {
          dx += layer.getInt(KX_DX);
          dy += layer.getInt(KX_DY);
        }
      }
      if (ky < kyN - 1) {
        dx += layer.getInt(KY_DX);
        dy += layer.getInt(KY_DY);
      }
    }
  }

  /**
   * The words of a run.
   *
   * @param hop whether it goes on in the row of the tile before
   * @param bank that it fills; -1 for a pool's
   */
  private void run(int count, boolean hop, int bank) {
    runLeft = Math.max(runLeft + RUN_CYCLES + (hop ? 1 : 0), runTaken);
    runTaken = Math.max(runLeft + 1, asked);
    for (int word = 0; word < count; word++) {
      int slot = words % CREDITS;
      long request = Math.max(Math.max(asked, runTaken) + 1, lastTaken[slot] + 1);
      asked = request;
      asking.set((int) request);
      taken = Math.max(Math.max(taken + 1, asked + READ_LATENCY), filled);
      lastTaken[slot] = taken;
      filled = Math.max(taken + 1, bank < 0 ? enabled : bankFree[bank]);
      words++;
    }
  }

  private void steps(
      int taps,
      int lanes,
      int walkPlane,
      boolean planeEnds,
      boolean tileEnds,
      int bank,
      int rows,
      boolean lastTile) {
    int planes = layer.getInt(PHASE_PLANES) + 1;
    int segTaps = layer.getInt(SEG_TAPS);
    boolean decode = decodes() && !layer.is(DEPTHWISE);
    long ready = Math.max(filled + 1, enabled);
    for (int plane = 0; plane < planes; plane++) {
      int cycles = style.stepCycles(layer.table(), walkPlane + plane);
      for (int tap = 0; tap < taps; tap++) {
        boolean phaseEnds = plane == planes - 1 && tap == taps - 1;
        boolean segEnds =
            segTap == segTaps || phaseEnds && (tileEnds || planeEnds && layer.is(SEG_PLANE));
        for (int lane = 0; lane < lanes; lane++) {
          boolean last = segEnds && lane == lanes - 1;
          long drain = Math.max(Math.max(drained + 1, ready), decode ? picked : stepped);
          drained = drain;
          long enter = drain;
          if (decode) {
            picked = Math.max(drain + 1, stepped);
            enter = picked;
          }
          step(enter + 1, cycles, segFirst, last, walkPlane);
          segFirst = last;
          if (last) {
            pendingLast = stepped;
            pendingPlane = walkPlane;
            pendingWrites = phaseEnds && tileEnds;
            pendingRows = rows;
            if (layer.is(SUM_PIXELS) && !lastTile) {
              pendingWrites = false;
            }
          }
        }
        segTap = segEnds ? 1 : segTap + 1;
      }
    }
    bankFree[bank] = drained + 1;
  }

  private boolean decodes() {
    return config.features().packedMaps() || config.features().logBits() > 0;
  }

  /** The array takes a step. */
  private void step(long earliest, int cycles, boolean first, boolean last, int plane) {
    long at = Math.max(earliest, stepped + stepSpacing);
    stepSpacing = cycles;
    if (style.planeSegments()) {
      // The first step waits until the bank of the segment before the last one is drained.
      if (first && pendingLast >= 0) {
        leave();
        at = Math.max(at, swap);
      }
    } else if (last && pendingLast >= 0) {
      leave();
      at = Math.max(at, rowsLeft + 1);
    }
    stepped = at;
  }

  /** The rows of the segment that is complete leave the array. */
  private void leave() {
    int rows = config.rows();
    long first;
    if (style.planeSegments()) {
      swap = Math.max(pendingLast + 1, swap + spacing);
      spacing = style.segmentSpacing(rows, layer.table(), pendingPlane);
      first = swap - 1 + style.handOver(rows, layer.table(), pendingPlane) - (rows - 1);
    } else {
      first = pendingLast + style.handOver(rows, layer.table(), pendingPlane) - (rows - 1);
    }
    long at = Math.max(first - 1, rowsLeft);
    for (int row = 0; row < rows; row++) {
      at = at + 1;
      boolean writes = pendingWrites && row < pendingRows;
      if (layer.is(SUM_PIXELS)) {
        writes = pendingWrites && row == pendingRows - 1;
      }
      if (writes) {
        at = Math.max(at, Math.max(entered, lastShifted[shiftedRows % OUTPUT_STAGES]));
        write(at);
      }
    }
    rowsLeft = at;
    pendingLast = -1;
  }

  private void write(long rowTaken) {
    entered = rowTaken + 1;
    if (layer.is(SKIP_EN)) {
      entered = Math.max(entered, skip(entered));
    }
    int cycles = layer.is(RAW_OUT) ? RAW_WORDS : 1;
    shifted = Math.max(shifted, entered + TO_SHIFTED - 2) + cycles;
    lastShifted[shiftedRows++ % OUTPUT_STAGES] = shifted;
    written = shifted + TO_WRITTEN + encodes();
  }

  private int encodes() {
    return layer.is(OUT_LOG) ? config.features().logBits() : 0;
  }

  /** When a skip's word is taken that is wanted from a cycle on. */
  private long skip(long wanted) {
    int slot = skips++ % CREDITS;
    long request = Math.max(Math.max(skipAsked + 1, WALK_STARTS), skipTaken[slot] + 1);
    request = asking.nextClearBit((int) request);
    skipAsked = request;
    long at = Math.max(wanted, request + READ_LATENCY);
    skipTaken[slot] = at;
    return at;
  }
}
