package lutmac.quant.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.TopOne;

/**
 * Measures what quantization did to a network, part by part. The result depends on the inputs only,
 * not on the number of threads.
 */
public final class Analyzer {
  /**
   * Images that whole networks run on, and that single parts do: always so many, whatever the
   * network and the machine, so that figures of two networks can be compared.
   */
  private static final int WHOLE = 1000;

  private static final int ALONE = 128;

  private final QuantizationResult result;
  private final QuantizedNetwork network;
  private final EvaluationImages evaluation;
  private final Preprocessor inputs;
  private final PartialRuns runs;
  private final List<PartialRuns.Part> parts;

  private Analyzer(QuantizationResult result, EvaluationImages evaluation) {
    this.result = result;
    this.network = result.network();
    this.evaluation = evaluation;
    this.inputs = Preprocessor.of(evaluation.images(), network.input());
    this.runs = new PartialRuns(result.reference(), network);
    this.parts = runs.parts();
  }

  /** Scores of one image: of the whole networks, and of the parts alone if it is one of those. */
  private record Scores(
      Score floats, Score quantized, Score weights, Score maps, List<Score> alone) {}

  /**
   * Analyzes a quantization.
   *
   * @param evaluation images that the network was not calibrated on say more
   * @param progress told after every image
   * @throws BadInputException if images or labels do not fit the network
   */
  public static Analysis analyze(
      QuantizationResult result, EvaluationImages evaluation, PhaseProgress progress) {
    if (evaluation.images().count() < 1) {
      throw new BadInputException(
          evaluation.images().source() + ": holds no images; there must be at least one");
    }
    evaluation
        .labels()
        .ifPresent(
            labels ->
                TopOne.check(
                    labels,
                    evaluation.images(),
                    result.network().output().name(),
                    result.network().output().shape(),
                    result.network().input().preprocessing().labelOffset()));
    return new Analyzer(result, evaluation).analyze(progress);
  }

  private Analysis analyze(PhaseProgress progress) {
    int whole = wholeImages();
    int alone = Math.min(whole, ALONE);
    boolean[] isAlone = new boolean[whole];
    for (int i = 0; i < alone; i++) {
      isAlone[(int) ((long) i * whole / alone)] = true;
    }
    AtomicInteger finished = new AtomicInteger();
    List<Scores> scores =
        IntStream.range(0, whole)
            .parallel()
            .mapToObj(
                i -> {
                  // Images are often sorted by class: take them from everywhere.
                  int image = (int) ((long) i * evaluation.images().count() / whole);
                  Scores made = scores(image, isAlone[i]);
                  synchronized (finished) {
                    progress.report("measuring", finished.incrementAndGet(), whole);
                  }
                  return made;
                })
            .toList();
    Map<PartialRuns.Part, Measurement> ofParts = new HashMap<>();
    for (int p = 0; p < parts.size(); p++) {
      int part = p;
      List<Score> ofPart =
          scores.stream().filter(s -> !s.alone().isEmpty()).map(s -> s.alone().get(part)).toList();
      ofParts.put(
          parts.get(p), Score.sum(ofPart).measurement(labelled(), parts.get(p).memory(network)));
    }
    return new Analysis(
        result,
        evaluation.images().source(),
        sum(scores.stream().map(Scores::floats).toList(), false, false),
        sum(scores.stream().map(Scores::quantized).toList(), true, true),
        sum(scores.stream().map(Scores::weights).toList(), true, false),
        sum(scores.stream().map(Scores::maps).toList(), false, true),
        Optional.ofNullable(
            ofParts.get(new PartialRuns.FeatureMap(network.input().tensor().name()))),
        layers(ofParts));
  }

  private boolean labelled() {
    return evaluation.labels().isPresent();
  }

  private Measurement sum(List<Score> scores, boolean weights, boolean maps) {
    return Score.sum(scores)
        .measurement(labelled(), MemoryCount.of(network, mac -> weights, map -> maps));
  }

  private Scores scores(int image, boolean withParts) {
    float[] input = inputs.floatInput(image);
    Map<String, float[]> maps = runs.floatMaps(input);
    OptionalInt target = target(image);
    List<Score> alone = new ArrayList<>();
    if (withParts) {
      parts.forEach(part -> alone.add(runs.score(maps, runs.alone(part, maps), target)));
    }
    float[][] floats = runs.results(maps);
    float[][] quantized = runs.quantized(inputs.codes(image, network.input()));
    return new Scores(
        runs.score(maps, floats, target),
        runs.score(maps, quantized, target),
        runs.score(maps, runs.weightsOnly(input), target),
        runs.score(maps, runs.activationsOnly(input), target),
        alone);
  }

  private OptionalInt target(int image) {
    Optional<Labels> labels = evaluation.labels();
    return labels.isPresent()
        ? OptionalInt.of(
            labels.get().values()[image] + network.input().preprocessing().labelOffset())
        : OptionalInt.empty();
  }

  private List<LayerAnalysis> layers(Map<PartialRuns.Part, Measurement> ofParts) {
    List<LayerAnalysis> layers = new ArrayList<>();
    List<FusedLayer.Linear> floats = result.reference().linearLayers();
    for (MacLayer mac : network.macLayers()) {
      int i = layers.size();
      BuiltWeights built = new BuiltWeights(floats.get(i), mac, network.input());
      String map = mac.output().name();
      layers.add(
          new LayerAnalysis(
              mac,
              result.report().layers().get(i),
              ofParts.get(new PartialRuns.Weights(mac)),
              Optional.ofNullable(ofParts.get(new PartialRuns.FeatureMap(map))),
              WeightDistribution.of(mac, built),
              Optional.ofNullable(runs.rounding(map))
                  .map(
                      rounding ->
                          ActivationDistribution.of(
                              result.reference().statistics().get(map), rounding))));
    }
    return layers;
  }

  private int wholeImages() {
    return Math.min(evaluation.images().count(), evaluation.count().orElse(WHOLE));
  }
}
