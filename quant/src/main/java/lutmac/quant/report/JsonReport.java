package lutmac.quant.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.shape.Shape;
import lutmac.quant.analysis.ActivationDistribution;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Interval;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.analysis.Measurement;
import lutmac.quant.analysis.WeightDistribution;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.BudgetPrice;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryReport;

/**
 * An analysis as Jackson writes it: the components are the fields of the JSON. Memory is bits,
 * measured divergences of classes are nats, expected ones (sensitivities, the curve) are at
 * temperature 4; what does not exist is null.
 *
 * @param floatNetwork the field {@code float}
 */
public record JsonReport(
    String network,
    int calibrationImages,
    Images images,
    String inputFormat,
    boolean rawInput,
    @JsonProperty("float") Measured floatNetwork,
    Measured quantized,
    Measured weightsOnly,
    Measured mapsOnly,
    Measured inputAlone,
    List<Layer> layers,
    Allocated allocation,
    List<String> repairs) {

  /** The fields of an analysis. */
  public static JsonReport of(Analysis analysis) {
    return new JsonReport(
        analysis.result().report().network(),
        analysis.result().report().calibrationImages(),
        Images.of(analysis),
        analysis.result().report().inputFormat(),
        analysis.result().report().rawInput(),
        Measured.of(analysis.floatNetwork()),
        Measured.of(analysis.quantized()),
        Measured.of(analysis.weightsOnly()),
        Measured.of(analysis.activationsOnly()),
        analysis.input().map(Measured::of).orElse(null),
        IntStream.range(0, analysis.layers().size())
            .mapToObj(i -> Layer.of(i + 1, analysis.layers().get(i)))
            .toList(),
        analysis.result().allocation().map(Allocated::of).orElse(null),
        analysis.result().report().notes());
  }

  /** What was measured on. */
  record Images(String source, int whole, int alone, boolean labelled) {
    static Images of(Analysis analysis) {
      return new Images(
          analysis.imagesSource().toString(),
          analysis.quantized().images(),
          analysis.imagesAlone(),
          analysis.quantized().accuracy().isPresent());
    }
  }

  /** Between these it lies with a confidence of 95 %, counted on so many images. */
  record Range(double low, double high) {
    private static Range of(double share, int images) {
      Interval interval = Interval.of(share, images);
      return new Range(100 * interval.low(), 100 * interval.high());
    }
  }

  /** A network of which some parts are quantized. */
  record Measured(
      Double sqnrDb,
      double divergence,
      Double agreementPercent,
      Range agreementPercentInterval,
      Double top1Percent,
      Range top1PercentInterval,
      int images,
      long weightBits,
      long biasBits,
      long mapBits,
      long peakMapBits,
      double weightsRatio,
      double allRatio,
      double peakRatio) {
    static Measured of(Measurement measurement) {
      MemoryReport memory = measurement.memory();
      return new Measured(
          measurement.sqnr().orElse(null),
          measurement.divergence(),
          measurement.agreement().map(share -> 100 * share).orElse(null),
          interval(measurement.agreement(), measurement.images()),
          measurement.accuracy().map(share -> 100 * share).orElse(null),
          interval(measurement.accuracy(), measurement.images()),
          measurement.images(),
          memory.weights(),
          memory.biases(),
          memory.activations(),
          memory.peakActivations(),
          memory.weightsCompressionRatio(),
          memory.compressionRatio(),
          memory.peakCompressionRatio());
    }

    private static Range interval(Optional<Double> share, int images) {
      return share.map(counted -> Range.of(counted, images)).orElse(null);
    }
  }

  /** One layer with weights. */
  record Layer(
      int number,
      String name,
      List<Integer> inputShape,
      List<Integer> outputShape,
      int groups,
      int weights,
      long macs,
      String weightFormat,
      int weightBits,
      String mapFormat,
      Integer mapBits,
      int exponent,
      List<Integer> channelShifts,
      List<Integer> table,
      double zeroWeightsPercent,
      Double weightSqnrDb,
      Double outputSqnrDb,
      double clampedLowPercent,
      double clampedHighPercent,
      int accumulatorBits,
      Measured weightsAlone,
      Measured mapAlone,
      Weights weightDistribution,
      FeatureMap mapDistribution,
      List<String> notes) {
    static Layer of(int number, LayerAnalysis layer) {
      LayerReport report = layer.report();
      return new Layer(
          number,
          layer.name(),
          shape(layer.layer().input().shape()),
          shape(layer.layer().output().shape()),
          layer.layer().groups(),
          layer.layer().weightCount(),
          layer.layer().macs(),
          report.weightFormat(),
          layer.layer().weightBits(),
          report.outputFormat(),
          layer.activationBits().orElse(null),
          report.exponent(),
          report.channelShifts(),
          report.table().map(Codebook::levels).orElse(null),
          100 * report.zeroWeights(),
          report.weightSqnr().orElse(null),
          report.outputSqnr().orElse(null),
          100 * report.clampedLow(),
          100 * report.clampedHigh(),
          report.accumulator().arrayBits(),
          Measured.of(layer.weights()),
          layer.activation().map(Measured::of).orElse(null),
          Weights.of(layer.weightDistribution()),
          layer.activationDistribution().map(FeatureMap::of).orElse(null),
          report.notes());
    }

    private static List<Integer> shape(Shape shape) {
      return List.of(shape.channels(), shape.height(), shape.width());
    }
  }

  /** A histogram of float weights, and how many of them each level took. */
  record Weights(
      double low,
      double high,
      List<Long> counts,
      int leastExponent,
      int mostExponent,
      List<Integer> levels,
      List<Long> weights) {
    static Weights of(WeightDistribution weights) {
      return new Weights(
          weights.wanted().low(),
          weights.wanted().high(),
          weights.wanted().counts(),
          weights.leastExponent(),
          weights.mostExponent(),
          weights.levels().stream().map(WeightDistribution.Level::value).toList(),
          weights.levels().stream().map(WeightDistribution.Level::weights).toList());
    }
  }

  /** A histogram of a float feature map, and what its format holds. */
  record FeatureMap(
      double low,
      double high,
      List<Long> counts,
      double least,
      double greatest,
      List<Double> levels) {
    static FeatureMap of(ActivationDistribution map) {
      return new FeatureMap(
          map.values().low(),
          map.values().high(),
          map.values().counts(),
          map.least(),
          map.greatest(),
          map.levels());
    }
  }

  /** How bits were allocated. */
  record Allocated(
      String unit,
      int images,
      Point chosen,
      List<Point> curve,
      List<Trial> trials,
      Map<String, Map<String, Double>> weightSensitivity,
      Map<String, Map<String, Double>> mapSensitivity) {
    static Allocated of(Allocation allocation) {
      return new Allocated(
          allocation.unit().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          allocation.sensitivity().images(),
          Point.of(allocation.chosen(), allocation.price()),
          allocation.curve().stream().map(point -> Point.of(point, allocation.price())).toList(),
          allocation.trials().stream().map(Trial::of).toList(),
          values(
              allocation.sensitivity().weights(), byFormat -> keys(byFormat, WeightFormat::label)),
          values(
              allocation.sensitivity().activations(),
              byFormat -> keys(byFormat, ActivationFormat::label)));
    }
  }

  /** A network that was built under an accuracy budget. */
  record Trial(long cost, int images, double lostPercent, boolean within) {
    static Trial of(AccuracyTrial trial) {
      return new Trial(trial.point().cost(), trial.images(), trial.percent(), trial.within());
    }
  }

  /**
   * A selection of formats.
   *
   * @param budget what {@code --budget} has to say for it
   */
  record Point(
      long cost,
      String budget,
      double divergence,
      Map<String, String> weights,
      Map<String, String> maps) {
    static Point of(Allocation.Point point, BudgetPrice price) {
      return new Point(
          point.cost(),
          price.of(point.cost()),
          point.divergence(),
          values(point.weights(), WeightFormat::label),
          values(point.activations(), ActivationFormat::label));
    }
  }

  private static <K, V, R> Map<K, R> values(Map<K, V> map, Function<V, R> shown) {
    Map<K, R> made = new LinkedHashMap<>();
    map.forEach((key, value) -> made.put(key, shown.apply(value)));
    return made;
  }

  private static <K, V> Map<String, V> keys(Map<K, V> map, Function<K, String> name) {
    Map<String, V> made = new LinkedHashMap<>();
    map.forEach((key, value) -> made.put(name.apply(key), value));
    return made;
  }
}
