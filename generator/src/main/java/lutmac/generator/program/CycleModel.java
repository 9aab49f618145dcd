package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.layout.DescriptorField;

/**
 * Predicts the cycles of every layer from its descriptor alone, by executing its control ({@link
 * LayerClock}). While a layer runs, the next one's descriptor and table are fetched; it is launched
 * when the layer is written and the array has handed over its last row. As in a simulation, a
 * layer's cycles go from the last write of the layer before to its own, those of the last one to
 * the end of the run.
 */
public final class CycleModel {
  /** From a run's start to the first program word. */
  private static final int FIRST_WORD = 3;

  /** From the launch until it is known. */
  private static final int LAUNCHED = 1;

  /** From a complete fetch, once its layer is launched, to the first word of the next. */
  private static final int NEXT_WORD = 3;

  /** From the end of the last layer to that of the run. */
  private static final int DONE = 1;

  private final AcceleratorConfig config;

  public CycleModel(AcceleratorConfig config) {
    this.config = config;
  }

  /** Prediction for every layer of a compiled network, in program order. */
  public static List<LayerCycles> predict(CompiledNetwork compiled) {
    return compiled.cycles();
  }

  /** Executes the control of all layers; {@link #predict} keeps what came of it. */
  static List<LayerCycles> execute(CompiledNetwork compiled) {
    CycleModel model = new CycleModel(compiled.config());
    List<Descriptor> descriptors = Descriptor.decodeAll(compiled.program());
    List<LayerCycles> predictions = new ArrayList<>();
    long end = 0;
    long counted = 0;
    long word = FIRST_WORD;
    boolean starts = false;
    for (LayerPlacement layer : compiled.layers()) {
      Descriptor descriptor = descriptors.get(layer.index());
      if (starts) {
        end = 0;
        counted = 0;
        word = FIRST_WORD;
      }
      starts = descriptor.is(LAST_LAYER);
      long launch = Math.max(end, word + DescriptorField.WORDS);
      long complete = word + descriptor.words();
      LayerClock.Ends ends = new LayerClock(descriptor, model.config, complete - launch).run();
      end = launch + ends.end();
      word = Math.max(launch + LAUNCHED, complete) + NEXT_WORD;
      long until = descriptor.is(LAST_LAYER) ? end + DONE : launch + ends.written();
      predictions.add(
          new LayerCycles(layer.name(), until - counted, steps(descriptor), layer.macs()));
      counted = until;
    }
    return List.copyOf(predictions);
  }

  /**
   * Prediction by what a network is reported by: layers, where strips of them are computed, else
   * descriptors.
   */
  public static List<LayerCycles> layers(CompiledNetwork compiled) {
    List<LayerCycles> descriptors = predict(compiled);
    return compiled.schedule().isPresent()
        ? LayerCycles.ofLayers(compiled, descriptors)
        : descriptors;
  }

  /** Cycles of every run of the core, from the first cycle in which it is busy to the last. */
  public static List<Long> runs(CompiledNetwork compiled) {
    List<LayerCycles> layers = predict(compiled);
    List<Integer> counts =
        compiled.schedule().map(Schedule::runs).orElseGet(() -> List.of(layers.size()));
    List<Long> runs = new ArrayList<>();
    int next = 0;
    for (int count : counts) {
      runs.add(layers.subList(next, next + count).stream().mapToLong(LayerCycles::cycles).sum());
      next += count;
    }
    return runs;
  }

  /** Steps that the array takes in a layer; 0 for a pool. */
  public static long steps(Descriptor layer) {
    return layer.is(POOL) ? 0 : EdgeTiles.steps(layer);
  }

  /** Steps of a tile that is no edge tile: those of every tap, in all planes. */
  public static long tileSteps(Descriptor layer) {
    long planes = (layer.get(WALK_PLANES) + 1) * (layer.get(PHASE_PLANES) + 1);
    long columns = (layer.get(KX_N) - 1) * layer.get(TAPS_FULL) + layer.get(TAPS_LAST);
    long lanes = (layer.get(CB_N) - 1) * layer.get(LANES_FULL) + layer.get(LANES_LAST);
    return planes * layer.get(KY_N) * columns * lanes;
  }

  /** Cycles of one layer whose descriptor and table are at hand. */
  public long cycles(Descriptor layer) {
    return new LayerClock(layer, config, 0).run().end();
  }
}
