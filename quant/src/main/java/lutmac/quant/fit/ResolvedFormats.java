package lutmac.quant.fit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import lutmac.network.format.TensorFormat;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.result.LayerReport;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.Study;

/**
 * Writes down what a run decided, as pins for another: fractions, exponents, tables and shifts, but
 * nothing where there is no choice ({@link Study#choosesOutput}).
 */
final class ResolvedFormats {
  private ResolvedFormats() {}

  /**
   * @param formats of all feature maps but the result
   * @param reports of all linear layers
   */
  static PinnedFormats of(
      Study study,
      FormatPlan plan,
      InputPlan input,
      Map<String, TensorFormat> formats,
      List<LayerReport> reports) {
    Map<String, LayerReport> byName =
        reports.stream().collect(Collectors.toMap(LayerReport::name, Function.identity()));
    Map<String, PinnedLayer> layers = new LinkedHashMap<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      PinnedLayer pins = PinnedLayer.NONE;
      if (!layer.identity()) {
        LayerReport report = byName.get(layer.name());
        boolean scaled = report.channelShifts().stream().anyMatch(shift -> shift != 0);
        pins =
            new PinnedLayer(
                Optional.of(plan.of(layer.name()).weights()),
                Optional.of(scaled),
                scaled ? Optional.of(report.channelShifts()) : Optional.empty(),
                Optional.of(report.exponent()),
                report.table(),
                Optional.empty());
      }
      if (study.choosesOutput(layer)) {
        pins = pins.withOutput(Optional.of(ActivationFormat.of(formats.get(layer.output()))));
      }
      if (!pins.equals(PinnedLayer.NONE)) {
        layers.put(layer.name(), pins);
      }
    }
    return new PinnedFormats(
        "the formats of " + study.name(),
        Optional.of(ActivationFormat.of(input.encoding().tensor().format())),
        layers);
  }
}
