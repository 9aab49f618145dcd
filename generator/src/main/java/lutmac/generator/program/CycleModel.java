package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;

/**
 * Predicts the cycles of every layer from its descriptor alone. While the steps of a phase run, the
 * words of the next one are read: a phase costs the slower of the two. A segment lasts at least as
 * long as the array needs to hand over its sums. A layer adds its descriptor, and the time from the
 * last step to the last write.
 */
public final class CycleModel {
  /** Latencies of the ports, the feeder and the output unit that every layer pays once. */
  private static final int LAYER_OVERHEAD = 10;

  /** Skip words that wait in the port's response queue before they are needed. */
  private static final int PORT_SLACK = 2;

  /** Words per pixel of int32 accumulators. */
  private static final int RAW_WORDS = 4;

  private final AcceleratorConfig config;
  private final PeStyle style;

  public CycleModel(AcceleratorConfig config) {
    this.config = config;
    this.style = config.pe();
  }

  /** Prediction for every layer of a compiled network, in program order. */
  public static List<LayerCycles> predict(CompiledNetwork compiled) {
    CycleModel model = new CycleModel(compiled.config());
    List<Descriptor> descriptors = Descriptor.decodeAll(compiled.program());
    List<LayerCycles> predictions = new ArrayList<>();
    for (LayerPlacement layer : compiled.layers()) {
      Descriptor descriptor = descriptors.get(layer.index());
      predictions.add(
          new LayerCycles(layer.name(), model.cycles(descriptor), steps(descriptor), layer.macs()));
    }
    return predictions;
  }

  /** Steps that the array takes in a layer; 0 for a pool. */
  public static long steps(Descriptor layer) {
    return layer.get(OB_N) * layer.get(TILE_N) * layer.get(STEPS);
  }

  /** Predicted cycles of one layer. */
  public long cycles(Descriptor layer) {
    long once = layer.words() + LAYER_OVERHEAD;
    if (layer.is(POOL)) {
      return once + layer.get(OB_N) * walkLength(layer);
    }
    int full = config.rows();
    int last = layer.getInt(ROWS_LAST);
    int first = layer.get(TILE_N) > 1 ? full : last;
    long tiles = layer.get(TILE_N);
    long blocks = layer.get(OB_N);
    long block = tileCycles(layer, last, first);
    if (tiles > 1) {
      block += (tiles - 2) * tileCycles(layer, full, full) + tileCycles(layer, full, last);
    }
    // Behind the last tile nothing is left to read and no other segment waits.
    long body = blocks * block - tileCycles(layer, last, first) + lastTileCycles(layer, last);
    return once + body + tail(layer, last);
  }

  private static long walkLength(Descriptor layer) {
    return layer.get(PX_N) * layer.get(PY_N) * layer.get(WX_N) * layer.get(WY_N);
  }

  /**
   * Cycles from a tile's first step to the next tile's.
   *
   * @param rows pixels of the tile
   * @param nextRows pixels of the tile behind it, whose first words are read meanwhile
   */
  private long tileCycles(Descriptor layer, int rows, int nextRows) {
    int phases = phases(layer);
    int segment = segmentPhases(layer);
    long spacing = segmentSpacing(layer, rows);
    long reading = 0;
    long cycles = 0;
    for (int first = 0; first < phases; first += segment) {
      int end = Math.min(first + segment, phases);
      long busy = segmentCycles(layer, first, end, rows, nextRows);
      reading += busy;
      cycles += Math.max(busy, spacing);
    }
    // While the array waits for a drain the feeder reads nothing, and skips get through.
    return Math.max(cycles, reading + skipStall(layer, rows));
  }

  private long lastTileCycles(Descriptor layer, int rows) {
    int phases = phases(layer);
    int segment = segmentPhases(layer);
    long cycles = 0;
    for (int first = 0; first < phases; first += segment) {
      int end = Math.min(first + segment, phases);
      long busy = segmentCycles(layer, first, end, rows, 0);
      cycles += end == phases ? busy : Math.max(busy, segmentSpacing(layer, rows));
    }
    return cycles + skipStall(layer, rows);
  }

  /** Phases of a segment, where chunks have the same number of taps. */
  private static int segmentPhases(Descriptor layer) {
    return Math.max(1, layer.getInt(SEG_TAPS) / layer.getInt(TAPS_FULL));
  }

  private static int phases(Descriptor layer) {
    return layer.getInt(CB_N) * layer.getInt(KX_N) * layer.getInt(KY_N);
  }

  private long segmentCycles(Descriptor layer, int first, int end, int rows, int nextRows) {
    int blocks = layer.getInt(CB_N);
    int phases = phases(layer);
    int stepCycles = style.stepCycles(layer.table(), 0);
    long cycles = 0;
    for (int phase = first; phase < end; phase++) {
      boolean lastBlock = phase % blocks == blocks - 1;
      boolean lastChunk = phase / blocks % layer.getInt(KX_N) == layer.getInt(KX_N) - 1;
      int taps = layer.getInt(lastChunk ? TAPS_LAST : TAPS_FULL);
      int reads = reads(layer, phase == phases - 1 ? nextRows : rows, taps);
      int steps = taps * layer.getInt(lastBlock ? LANES_LAST : LANES_FULL);
      cycles += Math.max(reads, steps * stepCycles);
    }
    return cycles;
  }

  /** Words of a phase: about a run for every row of the map that a tile meets. */
  private static int reads(Descriptor layer, int rows, int taps) {
    if (!layer.is(CONTIGUOUS) || rows == 0) {
      return rows;
    }
    int runs = (rows + layer.getInt(PX_N) - 1) / layer.getInt(PX_N);
    int stride = layer.getInt(STRIDE);
    return stride * (rows - runs) + runs * taps;
  }

  /**
   * The skip's words take the cycles of a tile in which the feeder reads nothing; those that find
   * none hold the array up.
   */
  private long skipStall(Descriptor layer, int rows) {
    if (!layer.is(SKIP_EN)) {
      return 0;
    }
    long free =
        Math.max(
            0, layer.get(STEPS) * style.stepCycles(layer.table(), 0) - (long) phases(layer) * rows);
    return Math.max(0, rows - free - PORT_SLACK);
  }

  /** Fewest cycles from one segment to the next, at the array or at the output port. */
  private long segmentSpacing(Descriptor layer, int rows) {
    long written = writesAccumulators(layer) ? (long) RAW_WORDS * rows : rows;
    return Math.max(written, style.segmentSpacing(config.rows(), layer.table(), 0));
  }

  /** Cycles from a layer's last step to its last write. */
  private long tail(Descriptor layer, int rows) {
    long extraWords = writesAccumulators(layer) ? (RAW_WORDS - 1L) * rows : 0;
    return style.handOver(config.rows(), layer.table(), 0) + extraWords;
  }

  private static boolean writesAccumulators(Descriptor layer) {
    return layer.is(RAW_OUT) && !layer.is(SUM_PIXELS);
  }
}
