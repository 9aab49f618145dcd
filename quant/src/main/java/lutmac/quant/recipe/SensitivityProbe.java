package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.quant.exec.OrderedConvolution;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.lower.FloatRun;
import lutmac.quant.lower.LoweredLayer;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * Measures sensitivities: disturbs one layer's weights or one map of the float network by the
 * errors of one format, runs the rest of the network, and compares the class probabilities. All
 * other formats follow from the ratio of their error energies.
 */
final class SensitivityProbe {
  /** Multiply-accumulates that a measurement may take. */
  private static final double MACS = 2.5e11;

  private static final int LEAST_IMAGES = 16;
  private static final int MOST_IMAGES = 256;

  /** Format whose errors disturb a map. */
  private static final MapFormat REFERENCE = MapFormat.Fixed.of(4);

  private final Study study;
  private final List<Disturbance> disturbances = new ArrayList<>();

  SensitivityProbe(Study study) {
    this.study = study;
  }

  /** Something that changes one layer's map. */
  private interface Disturbance {
    LoweredLayer.Linear layer();

    float[] map(Map<String, float[]> maps);
  }

  private record OfWeights(LoweredLayer.Linear layer, OrderedConvolution convolution)
      implements Disturbance {
    @Override
    public float[] map(Map<String, float[]> maps) {
      float[] sums =
          FloatRun.sums(
              layer,
              convolution,
              maps.get(layer.input()),
              layer.skip().map(maps::get).orElse(null));
      FloatRun.clamp(sums, layer.ceiling());
      return sums;
    }
  }

  private record OfMap(LoweredLayer.Linear layer, TensorFormat format) implements Disturbance {
    @Override
    public float[] map(Map<String, float[]> maps) {
      return MapNoise.rounded(maps.get(layer.output()), format, layer.ceiling());
    }
  }

  /**
   * @param weights losses of the weight formats by layer; layers that are not in it are left alone
   * @param mapFormats that maps may get; none or one: maps are not measured
   */
  Sensitivity measure(
      Map<String, WeightLosses> weights, List<MapFormat> mapFormats, Progress progress) {
    List<LoweredLayer.Linear> layers = study.linearLayers();
    for (LoweredLayer.Linear layer : layers) {
      if (weights.containsKey(layer.name())) {
        WeightLosses losses = weights.get(layer.name());
        LoweredLayer.Linear disturbed =
            layer.with(losses.weights(), losses.bias(), layer.ceiling());
        disturbances.add(
            new OfWeights(disturbed, FloatRun.convolution(disturbed, losses.weights())));
      }
    }
    int ofWeights = disturbances.size();
    Map<String, TensorFormat> references = new HashMap<>();
    boolean measureMaps = mapFormats.size() > 1;
    for (LoweredLayer.Linear layer : layers) {
      if (measureMaps && layer != study.last()) {
        TensorFormat reference =
            references.computeIfAbsent(
                study.leader(layer), name -> study.ranked(name, REFERENCE).get(0).format());
        disturbances.add(new OfMap(layer, reference));
      }
    }
    int images = images();
    double[] divergence = divergences(images, progress);

    Map<String, Map<WeightFormat, Double>> byWeights = new LinkedHashMap<>();
    for (int d = 0; d < ofWeights; d++) {
      WeightLosses losses = weights.get(disturbances.get(d).layer().name());
      double perLoss = ratio(divergence[d], losses.losses().get(losses.reference()));
      Map<WeightFormat, Double> byFormat = new LinkedHashMap<>();
      losses.losses().forEach((format, loss) -> byFormat.put(format, perLoss * loss));
      byWeights.put(disturbances.get(d).layer().name(), byFormat);
    }
    Map<String, Double> ofGroup = new LinkedHashMap<>();
    for (int d = ofWeights; d < disturbances.size(); d++) {
      ofGroup.merge(study.leader(disturbances.get(d).layer()), divergence[d], Double::sum);
    }
    Map<String, Map<MapFormat, Double>> byMaps = new LinkedHashMap<>();
    ofGroup.forEach(
        (name, measured) -> {
          double perError = ratio(measured, study.ranked(name, REFERENCE).get(0).error());
          Map<MapFormat, Double> byFormat = new LinkedHashMap<>();
          for (MapFormat format : mapFormats) {
            if (!(format instanceof MapFormat.Log) || !study.groups().signed(name)) {
              byFormat.put(format, perError * study.ranked(name, format).get(0).error());
            }
          }
          byMaps.put(name, byFormat);
        });
    return new Sensitivity(byWeights, byMaps, images);
  }

  private static double ratio(double divergence, double loss) {
    return loss > 0 ? divergence / loss : 0;
  }

  private int images() {
    double macs = 0;
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      macs += (double) layer.weights().length * layer.outputShape().pixels();
    }
    double each = macs * (1 + disturbances.size() / 2.0);
    return (int)
        Math.min(
            study.data().count(),
            Math.max(LEAST_IMAGES, Math.min(MOST_IMAGES, MACS / Math.max(1, each))));
  }

  private double[] divergences(int images, Progress progress) {
    progress.step("sensitivities", 0, images);
    AtomicInteger finished = new AtomicInteger();
    double[][] parts =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(
                n -> {
                  double[] part = divergencesOf(n);
                  synchronized (finished) {
                    progress.step("sensitivities", finished.incrementAndGet(), images);
                  }
                  return part;
                })
            .toArray(double[][]::new);
    double[] mean = new double[disturbances.size()];
    for (double[] part : parts) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] += part[d] / images;
      }
    }
    return mean;
  }

  private double[] divergencesOf(int image) {
    FloatRun run = study.run();
    int count = run.layers().size();
    Map<String, float[]> maps = new HashMap<>();
    maps.put(study.inputName(), study.data().real(image));
    run.run(0, count, maps);
    float[] logits = maps.get(study.last().output());
    double[] divergence = new double[disturbances.size()];
    for (int d = 0; d < divergence.length; d++) {
      Disturbance disturbance = disturbances.get(d);
      Map<String, float[]> disturbed = new HashMap<>(maps);
      disturbed.put(disturbance.layer().output(), disturbance.map(maps));
      run.update(disturbance.layer().output(), disturbed);
      divergence[d] = Divergence.of(logits, disturbed.get(study.last().output()));
    }
    return divergence;
  }
}
