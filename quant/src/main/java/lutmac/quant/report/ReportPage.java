package lutmac.quant.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import lutmac.network.quantized.MacLayer;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Interval;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.analysis.Measurement;
import lutmac.quant.analysis.WeightDistribution;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryReport;

/** The values of the page's template. */
final class ReportPage {
  /** Width of the plots over the whole page, in pixels. */
  private static final double WIDE = 1080;

  /** Their width where the page is a phone's. */
  private static final double NARROW = 320;

  private ReportPage() {}

  static Map<String, Object> of(Analysis analysis) {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("network", analysis.result().report().network());
    page.put("inputFormat", analysis.result().report().inputFormat());
    page.put("rawInput", analysis.result().report().rawInput());
    page.put("calibrationImages", Quantity.count(analysis.result().report().calibrationImages()));
    page.put("source", analysis.imagesSource().getFileName());
    page.put("whole", Quantity.count(analysis.quantized().images()));
    page.put("alone", Quantity.count(analysis.imagesAlone()));
    page.put("labelled", analysis.quantized().accuracy().isPresent());
    page.put("tiles", tiles(analysis));
    page.put("parts", parts(analysis));
    page.put("layersPlot", LayersPlot.of(analysis.layers(), WIDE));
    page.put("layersPlotNarrow", LayersPlot.of(analysis.layers(), NARROW));
    page.put("hasCurve", analysis.result().allocation().isPresent());
    page.put("pareto", pareto(analysis, WIDE));
    page.put("paretoNarrow", pareto(analysis, NARROW));
    page.put("budgets", analysis.result().allocation().map(BudgetTable::of).orElse(List.of()));
    page.put(
        "curveImages", analysis.result().allocation().map(a -> a.sensitivity().images()).orElse(0));
    List<Map<String, Object>> layers = new ArrayList<>();
    for (LayerAnalysis layer : analysis.layers()) {
      layers.add(layer(layers.size() + 1, layer));
    }
    page.put("layers", layers);
    page.put("repairs", analysis.result().report().notes());
    return page;
  }

  private static Markup pareto(Analysis analysis, double width) {
    return analysis
        .result()
        .allocation()
        .map(allocation -> ParetoPlot.of(allocation, width))
        .orElse(new Markup(""));
  }

  private static List<Map<String, Object>> tiles(Analysis analysis) {
    Measurement quantized = analysis.quantized();
    MemoryReport memory = quantized.memory();
    List<Map<String, Object>> tiles = new ArrayList<>();
    Optional<Double> accuracy = quantized.accuracy();
    if (accuracy.isPresent()) {
      double floats = analysis.floatNetwork().accuracy().orElseThrow();
      tiles.add(
          tile(
              Quantity.percent(accuracy.get()) + " %",
              "top-1 accuracy%s; float %s\u00a0%%"
                  .formatted(interval(accuracy.get(), quantized), Quantity.percent(floats))));
    }
    tiles.add(
        tile(
            quantized.agreement().map(share -> Quantity.percent(share) + " %").orElse("-"),
            "of images in the float network's class"
                + quantized.agreement().map(share -> interval(share, quantized)).orElse("")));
    tiles.add(
        tile(
            Quantity.divergence(quantized.divergence()),
            "divergence; result " + Quantity.decibels(quantized.sqnr()) + " dB"));
    tiles.add(
        tile(
            Quantity.times(memory.weightsCompressionRatio()),
            "smaller weights: " + Quantity.memory(memory.weights())));
    tiles.add(tile(Quantity.times(memory.compressionRatio()), "smaller with all feature maps"));
    return tiles;
  }

  /** How sure a share is that was counted on a sample. */
  private static String interval(double share, Measurement measured) {
    Interval interval = Interval.of(share, measured.images());
    return ", %s to %s\u00a0%% with 95\u00a0%% confidence"
        .formatted(Quantity.percent(interval.low()), Quantity.percent(interval.high()));
  }

  private static Map<String, Object> tile(String value, String words) {
    return Map.of("value", value, "words", words);
  }

  private static List<Map<String, Object>> parts(Analysis analysis) {
    List<Map<String, Object>> rows = new ArrayList<>();
    rows.add(part("nothing: the float network", analysis.floatNetwork()));
    rows.add(part("weights only", analysis.weightsOnly()));
    rows.add(part("activations only", analysis.activationsOnly()));
    rows.add(part("everything, in integers", analysis.quantized()));
    return rows;
  }

  private static Map<String, Object> part(String name, Measurement measured) {
    MemoryReport memory = measured.memory();
    long weights = memory.weights() + memory.biases();
    Map<String, Object> row = measurement(measured);
    row.put("name", name);
    row.put("weights", Quantity.memory(memory.weights()));
    row.put("all", Quantity.memory(weights + memory.activations()));
    row.put("peak", Quantity.memory(weights + memory.peakActivations()));
    return row;
  }

  private static Map<String, Object> measurement(Measurement measured) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("sqnr", Quantity.decibels(measured.sqnr()));
    row.put("divergence", Quantity.divergence(measured.divergence()));
    row.put("agreement", measured.agreement().map(Quantity::percent).orElse("-"));
    row.put("accuracy", measured.accuracy().map(Quantity::percent).orElse(""));
    return row;
  }

  private static Map<String, Object> layer(int number, LayerAnalysis layer) {
    LayerReport report = layer.report();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("number", number);
    row.put("name", layer.name());
    row.put("kind", kind(layer.layer()));
    row.put("shape", Quantity.shape(layer.layer().output().shape()));
    row.put("count", Quantity.count(layer.layer().weightCount()));
    row.put("macs", Quantity.count(layer.layer().macs()));
    row.put("weightFormat", report.weightFormat());
    row.put("weightBits", layer.layer().weightBits());
    row.put("mapFormat", report.outputFormat());
    row.put("mapBits", layer.activationBits().orElse(0));
    row.put("weightSqnr", Quantity.decibels(report.weightSqnr()));
    row.put("outputSqnr", Quantity.decibels(report.outputSqnr()));
    row.put("weightsAlone", measurement(layer.weights()));
    row.put("mapAlone", layer.activation().map(ReportPage::measurement).orElse(Map.of()));
    row.put("hasMap", layer.activation().isPresent());
    row.put("zeros", String.format(Locale.ROOT, "%.1f", 100 * report.zeroWeights()));
    row.put("clamped", clamped(report));
    row.put("accumulator", report.accumulator().arrayBits());
    row.put("unit", unit(layer.weightDistribution()));
    row.put("weightPlot", DistributionPlot.of(layer.weightDistribution(), layer.name()));
    row.put(
        "mapPlot",
        layer
            .activationDistribution()
            .map(map -> DistributionPlot.of(map, layer.name()))
            .orElse(new Markup("")));
    return row;
  }

  private static String clamped(LayerReport report) {
    return String.format(Locale.ROOT, "%.3f", 100 * (report.clampedLow() + report.clampedHigh()));
  }

  private static String unit(WeightDistribution weights) {
    return weights.leastExponent() == weights.mostExponent()
        ? "2^%d".formatted(-weights.leastExponent())
        : "2^%d to 2^%d by channel".formatted(-weights.mostExponent(), -weights.leastExponent());
  }

  private static String kind(MacLayer layer) {
    String window = "%dx%d".formatted(layer.window().kernelHeight(), layer.window().kernelWidth());
    boolean depthwise = layer.groups() > 1 && layer.groups() == layer.inChannels();
    if (depthwise) {
      return window + " depthwise";
    }
    return layer.groups() > 1 ? "%s, %d groups".formatted(window, layer.groups()) : window;
  }
}
