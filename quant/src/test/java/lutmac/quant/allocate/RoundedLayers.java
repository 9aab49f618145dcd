package lutmac.quant.allocate;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.fit.Fitting;
import lutmac.quant.fit.LayerFitting;
import lutmac.quant.fit.WeightLosses;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.Study;

/** A fit that needs no quantizer: every weight rounds to a multiple of the layer's greatest. */
final class RoundedLayers implements Fitting {
  @Override
  public void layers(
      Study study,
      ActivationFormat activations,
      Consumer<LayerFitting> use,
      PhaseProgress progress) {
    study.linearLayers().forEach(layer -> use.accept(new Rounded(layer)));
  }

  @Override
  public QuantizedNetwork network(Study study, FormatPlan plan, PhaseProgress progress) {
    throw new UnsupportedOperationException("no network is asked for");
  }

  private record Rounded(FusedLayer.Linear layer) implements LayerFitting {
    @Override
    public WeightLosses losses(List<WeightFormat> formats) {
      Map<WeightFormat, Double> losses = new LinkedHashMap<>();
      WeightFormat reference = new WeightFormat.Table(3, 2);
      losses.put(reference, error(reference));
      formats.forEach(format -> losses.put(format, error(format)));
      return new WeightLosses(losses, reference, disturbed(reference));
    }

    private double error(WeightFormat format) {
      float[] rounded = disturbed(format).weights();
      double error = 0;
      for (int i = 0; i < rounded.length; i++) {
        error += Math.pow(rounded[i] - layer.weights()[i], 2);
      }
      return error;
    }

    @Override
    public FusedLayer.Linear disturbed(WeightFormat format) {
      float[] weights = layer.weights().clone();
      double most = 0;
      for (float weight : weights) {
        most = Math.max(most, Math.abs(weight));
      }
      double unit = most / ((1 << (format.bits() - 1)) - 0.5);
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) (Math.rint(weights[i] / unit) * unit);
      }
      return layer.with(weights, Arrays.copyOf(layer.bias(), layer.bias().length), layer.ceiling());
    }
  }
}
