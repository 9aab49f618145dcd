package lutmac.generator.program;

import static lutmac.generator.program.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.ArrayStyle;

/**
 * Predicts the cycles of every layer from its descriptor alone. A tile costs, phase by phase, the
 * slower of taking the phase's steps and reading the next phase's words; a segment costs at least
 * the time that the array needs to hand over its sums; a layer adds a constant for its descriptor,
 * the first words and the last sums.
 */
public final class CycleModel {
  /** Cycles from one layer's last write to the first request of the next, beside its words. */
  private static final int LAYER_OVERHEAD = 24;

  private final AcceleratorConfig config;
  private final ArrayStyle style;

  public CycleModel(AcceleratorConfig config) {
    this.config = config;
    this.style = ArrayStyle.of(config);
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
    long fetch = layer.words() + LAYER_OVERHEAD;
    if (layer.is(POOL)) {
      return fetch + layer.get(OB_N) * walkLength(layer);
    }
    int rows = config.rows();
    int lastRows = layer.getInt(ROWS_LAST);
    long tiles = layer.get(TILE_N);
    long blocks = layer.get(OB_N);
    long body = blocks * ((tiles - 1) * tileCycles(layer, rows) + tileCycles(layer, lastRows));
    long firstWords = tiles == 1 ? lastRows : rows;
    return fetch + firstWords + body + handOver(layer, rows);
  }

  private static long walkLength(Descriptor layer) {
    return layer.get(PX_N) * layer.get(PY_N) * layer.get(WX_N) * layer.get(WY_N);
  }

  private long tileCycles(Descriptor layer, int rows) {
    int blocks = layer.getInt(CB_N);
    int phases = blocks * layer.getInt(KX_N) * layer.getInt(KY_N);
    int segment = layer.getInt(SEG_PHASES);
    long cycles = 0;
    for (int first = 0; first < phases; first += segment) {
      long busy = 0;
      for (int phase = first; phase < Math.min(first + segment, phases); phase++) {
        boolean lastBlock = phase % blocks == blocks - 1;
        busy += Math.max(rows, layer.getInt(lastBlock ? LANES_LAST : LANES_FULL));
      }
      cycles += Math.max(busy, handOver(layer, rows));
    }
    long reads = (long) phases * rows + (layer.is(SKIP_EN) ? rows : 0);
    return Math.max(cycles, reads);
  }

  /** Cycles that handing over a segment takes, at the array or at the output port. */
  private long handOver(Descriptor layer, int rows) {
    long written = layer.is(RAW_OUT) && !layer.is(SUM_PIXELS) ? 4L * rows : rows;
    return Math.max(written, style.drainCycles(config.rows(), layer.table().size()));
  }
}
