package lutmac.quant.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lutmac.network.shape.Shape;
import lutmac.quant.analysis.ActivationDistribution;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Histogram;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.analysis.Measurement;
import lutmac.quant.analysis.WeightDistribution;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryReport;

/**
 * An analysis as a tree of maps, lists, strings and numbers, for Jackson. Shares are percent,
 * memory is bits, measured divergences are nats, expected ones (sensitivities, the curve) are at
 * temperature 4; what does not exist is null.
 */
public final class JsonReport {
  private JsonReport() {}

  public static Map<String, Object> of(Analysis analysis) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("network", analysis.result().report().network());
    json.put("calibrationImages", analysis.result().report().calibrationImages());
    json.put("images", images(analysis));
    json.put("inputFormat", analysis.result().report().inputFormat());
    json.put("rawInput", analysis.result().report().rawInput());
    json.put("float", measurement(analysis.floatNetwork()));
    json.put("quantized", measurement(analysis.quantized()));
    json.put("weightsOnly", measurement(analysis.weightsOnly()));
    json.put("mapsOnly", measurement(analysis.activationsOnly()));
    json.put("inputAlone", analysis.input().map(JsonReport::measurement).orElse(null));
    List<Object> layers = new ArrayList<>();
    for (LayerAnalysis layer : analysis.layers()) {
      layers.add(layer(layers.size() + 1, layer));
    }
    json.put("layers", layers);
    json.put("allocation", analysis.result().allocation().map(JsonReport::allocation).orElse(null));
    json.put("repairs", analysis.result().report().notes());
    return json;
  }

  private static Map<String, Object> images(Analysis analysis) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("source", analysis.imagesSource().toString());
    json.put("whole", analysis.quantized().images());
    json.put("alone", analysis.imagesAlone());
    json.put("labelled", analysis.quantized().accuracy().isPresent());
    return json;
  }

  private static Map<String, Object> measurement(Measurement measurement) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sqnrDb", measurement.sqnr().orElse(null));
    json.put("divergence", measurement.divergence());
    json.put("agreement", 100 * measurement.agreement());
    json.put("top1", measurement.accuracy().map(share -> 100 * share).orElse(null));
    json.put("images", measurement.images());
    MemoryReport memory = measurement.memory();
    json.put("weightBits", memory.weights());
    json.put("biasBits", memory.biases());
    json.put("mapBits", memory.activations());
    json.put("peakMapBits", memory.peakActivations());
    json.put("weightsRatio", memory.weightsCompressionRatio());
    json.put("allRatio", memory.compressionRatio());
    json.put("peakRatio", memory.peakCompressionRatio());
    return json;
  }

  private static Map<String, Object> layer(int number, LayerAnalysis layer) {
    LayerReport report = layer.report();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("number", number);
    json.put("name", layer.name());
    json.put("inputShape", shape(layer.layer().input().shape()));
    json.put("outputShape", shape(layer.layer().output().shape()));
    json.put("groups", layer.layer().groups());
    json.put("weights", layer.layer().weightCount());
    json.put("macs", layer.layer().macs());
    json.put("weightFormat", report.weightFormat());
    json.put("weightBits", layer.layer().weightBits());
    json.put("mapFormat", report.outputFormat());
    json.put("mapBits", FormatNames.bits(layer.layer().output().format()).orElse(null));
    json.put("exponent", report.exponent());
    json.put("channelShifts", report.channelShifts());
    json.put("table", report.table().map(table -> table.levels()).orElse(null));
    json.put("zeroWeights", 100 * report.zeroWeights());
    json.put("weightSqnrDb", report.weightSqnr().orElse(null));
    json.put("outputSqnrDb", report.outputSqnr().orElse(null));
    json.put("clampedLow", 100 * report.clampedLow());
    json.put("clampedHigh", 100 * report.clampedHigh());
    json.put("accumulatorBits", report.accumulator().arrayBits());
    json.put("weightsAlone", measurement(layer.weights()));
    json.put("mapAlone", layer.activation().map(JsonReport::measurement).orElse(null));
    json.put("weightDistribution", distribution(layer.weightDistribution()));
    json.put(
        "mapDistribution",
        layer.activationDistribution().map(JsonReport::distribution).orElse(null));
    json.put("notes", report.notes());
    return json;
  }

  private static List<Integer> shape(Shape shape) {
    return List.of(shape.channels(), shape.height(), shape.width());
  }

  private static Map<String, Object> distribution(WeightDistribution weights) {
    Map<String, Object> json = histogram(weights.wanted());
    json.put("leastExponent", weights.leastExponent());
    json.put("mostExponent", weights.mostExponent());
    json.put("levels", weights.levels().stream().map(WeightDistribution.Level::value).toList());
    json.put("weights", weights.levels().stream().map(WeightDistribution.Level::weights).toList());
    return json;
  }

  private static Map<String, Object> distribution(ActivationDistribution map) {
    Map<String, Object> json = histogram(map.values());
    json.put("least", map.least());
    json.put("greatest", map.greatest());
    json.put("levels", map.levels());
    return json;
  }

  private static Map<String, Object> histogram(Histogram histogram) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("low", histogram.low());
    json.put("high", histogram.high());
    json.put("counts", histogram.counts());
    return json;
  }

  private static Map<String, Object> allocation(Allocation allocation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("unit", allocation.unit().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.put("images", allocation.sensitivity().images());
    json.put("chosen", point(allocation.chosen()));
    json.put("curve", allocation.curve().stream().map(JsonReport::point).toList());
    json.put("trials", allocation.trials().stream().map(JsonReport::trial).toList());
    Map<String, Object> weights = new LinkedHashMap<>();
    allocation
        .sensitivity()
        .weights()
        .forEach(
            (layer, byFormat) -> {
              Map<String, Double> divergences = new LinkedHashMap<>();
              byFormat.forEach((format, harm) -> divergences.put(format.toString(), harm));
              weights.put(layer, divergences);
            });
    Map<String, Object> maps = new LinkedHashMap<>();
    allocation
        .sensitivity()
        .activations()
        .forEach(
            (map, byFormat) -> {
              Map<String, Double> divergences = new LinkedHashMap<>();
              byFormat.forEach((format, harm) -> divergences.put(FormatNames.of(format), harm));
              maps.put(map, divergences);
            });
    json.put("weightSensitivity", weights);
    json.put("mapSensitivity", maps);
    return json;
  }

  private static Map<String, Object> trial(AccuracyTrial trial) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cost", trial.point().cost());
    json.put("images", trial.images());
    json.put("lostPercent", trial.percent());
    json.put("within", trial.within());
    return json;
  }

  private static Map<String, Object> point(Allocation.Point point) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cost", point.cost());
    json.put("divergence", point.divergence());
    Map<String, String> weights = new LinkedHashMap<>();
    point.weights().forEach((layer, format) -> weights.put(layer, format.toString()));
    Map<String, String> maps = new LinkedHashMap<>();
    point.activations().forEach((map, format) -> maps.put(map, FormatNames.of(format)));
    json.put("weights", weights);
    json.put("maps", maps);
    return json;
  }
}
