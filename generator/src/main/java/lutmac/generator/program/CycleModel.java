package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.layout.DescriptorField;

/**
 * Predicts the cycles of every layer from its descriptor alone, by executing its control ({@link
 * LayerClock}). While a layer runs, the next one's descriptor and table are fetched; it is launched
 * when the layer is written and the array has handed over its last row.
 */
public final class CycleModel {
  /** From a run's start to the first program word. */
  private static final int FIRST_WORD = 3;

  /** From a complete fetch to the first word of the next. */
  private static final int NEXT_WORD = 3;

  private final AcceleratorConfig config;

  public CycleModel(AcceleratorConfig config) {
    this.config = config;
  }

  /** Prediction for every layer of a compiled network, in program order. */
  public static List<LayerCycles> predict(CompiledNetwork compiled) {
    CycleModel model = new CycleModel(compiled.config());
    List<Descriptor> descriptors = Descriptor.decodeAll(compiled.program());
    List<LayerCycles> predictions = new ArrayList<>();
    long end = 0;
    long word = FIRST_WORD;
    for (LayerPlacement layer : compiled.layers()) {
      Descriptor descriptor = descriptors.get(layer.index());
      long launch = Math.max(end, word + DescriptorField.WORDS);
      long complete = word + descriptor.words();
      long start = end;
      end = launch + new LayerClock(descriptor, model.config, complete - launch).end();
      word = Math.max(launch, complete) + NEXT_WORD;
      predictions.add(new LayerCycles(layer.name(), end - start, steps(descriptor), layer.macs()));
    }
    return predictions;
  }

  /** Steps that the array takes in a layer; 0 for a pool. */
  public static long steps(Descriptor layer) {
    return layer.is(POOL) ? 0 : layer.get(OB_N) * layer.get(TILE_N) * layer.get(STEPS);
  }

  /** Cycles of one layer whose descriptor and table are at hand. */
  public long cycles(Descriptor layer) {
    return new LayerClock(layer, config, 0).end();
  }
}
