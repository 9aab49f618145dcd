package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.FloatReference;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.study.FormatResolver;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.FloatStep;
import lutmac.runtime.kernel.MaxPooling;

/** Carries out a plan: quantizes layer after layer, each on what the layers before it really do. */
public final class NetworkQuantizer {
  /** Bytes that the feature maps of all images may take. */
  private static final long MAP_BYTES = 1_800_000_000L;

  private final Study study;
  private final FormatPlan plan;
  private final InputPlan input;
  private final Rounding rounding;
  private final TargetEstimator targets;
  private final LinearQuantizer quantizer;
  private final CalibrationMaps maps;
  private final Map<String, double[][]> weights = new HashMap<>();
  private final Map<String, TensorFormat> formats;
  private final Map<String, List<String>> repairs;
  private final List<QuantizedLayer> done = new ArrayList<>();
  private final List<LayerReport> reports = new ArrayList<>();

  /** For one run of one plan, with as many images as fit into 1.8 GB of feature maps. */
  public NetworkQuantizer(
      Study study, FormatPlan plan, Techniques techniques, Rounding rounding, long seed) {
    this(study, plan, techniques, rounding, seed, MAP_BYTES);
  }

  /**
   * @param mapBytes that the feature maps of all images may take: decides how many take part
   */
  NetworkQuantizer(
      Study study,
      FormatPlan plan,
      Techniques techniques,
      Rounding rounding,
      long seed,
      long mapBytes) {
    this.study = study;
    this.plan = plan;
    this.rounding = rounding;
    this.input = study.input(plan.input());
    this.targets = new TargetEstimator(techniques, seed);
    this.quantizer = new LinearQuantizer(techniques, rounding);
    this.maps = new CalibrationMaps(study, input, mapBytes);
    study.linearLayers().forEach(layer -> weights.put(layer.name(), input.weights(layer)));
    Legality.Result legal =
        Legality.repair(
            study.layers(),
            weights,
            FormatResolver.resolve(
                study.inputName(),
                input.encoding().tensor().format(),
                study.layers(),
                study.groups(),
                study.statistics(),
                plan),
            study.groups().all());
    formats = legal.formats();
    repairs = legal.repairs();
  }

  /**
   * Quantizes all layers.
   *
   * @param provenance is written into the network
   * @throws BadInputException naming the layer, if it cannot be made legal, or if the float network
   *     computes NaN or infinity
   */
  public QuantizationResult quantize(Map<String, String> provenance, PhaseProgress progress) {
    List<FusedLayer> layers = study.layers();
    for (int i = 0; i < layers.size(); i++) {
      progress.report("layers", i, layers.size());
      maps.takeImages(i, network());
      quantize(layers.get(i));
      maps.retainFor(i + 1);
    }
    progress.report("layers", layers.size(), layers.size());
    Map<String, Tensor> made = new HashMap<>();
    done.forEach(layer -> made.put(layer.output().name(), layer.output()));
    return result(
        new QuantizedNetwork(
            study.name(),
            input.encoding(),
            done,
            study.outputs().stream().map(made::get).toList(),
            rounding,
            provenance));
  }

  /** Shows every layer that has weights of its own; those before it are quantized by the plan. */
  void targets(Consumer<LayerFitting> use, PhaseProgress progress) {
    String phase = "probing layers";
    List<FusedLayer> layers = study.layers();
    for (int i = 0; i < layers.size(); i++) {
      progress.report(phase, i, layers.size());
      maps.takeImages(i, network());
      FusedLayer layer = layers.get(i);
      Optional<FusedLayer.Linear> own = layer.linear().filter(linear -> !linear.identity());
      if (own.isPresent()) {
        LayerTask task = task(own.get());
        WeightTarget target = targets.estimate(task);
        use.accept(new TargetedLayer(task, target, input.scales(own.get())));
        // Nothing reads the codes of the last layer.
        if (i < layers.size() - 1) {
          finish(task, target);
        }
      } else {
        quantize(layer);
      }
      maps.retainFor(i + 1);
    }
    progress.report(phase, layers.size(), layers.size());
  }

  /** The layers that are done, as a network; empty if there is none. */
  private Optional<QuantizedNetwork> network() {
    return done.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new QuantizedNetwork(study.name(), input.encoding(), done, rounding, Map.of()));
  }

  private QuantizationResult result(QuantizedNetwork quantized) {
    QuantizationReport report =
        new QuantizationReport(
            study.name(),
            study.data().count(),
            input.encoding().tensor().format().toString(),
            input.encoding().folded(),
            reports,
            MemoryCount.of(quantized));
    return new QuantizationResult(
        quantized,
        report,
        ResolvedFormats.of(study, plan, input, formats, reports),
        new FloatReference(study.inputName(), study.layers(), study.statistics()),
        Optional.empty());
  }

  private void quantize(FusedLayer layer) {
    done.add(layer.fold(this::linear, this::pool, this::concat));
  }

  private QuantizedLayer linear(FusedLayer.Linear layer) {
    LayerTask task = task(layer);
    return quantized(task, targets.estimate(task));
  }

  private void finish(LayerTask task, WeightTarget target) {
    done.add(quantized(task, target));
  }

  private LayerTask task(FusedLayer.Linear layer) {
    float[][] in = maps.floats(layer.input());
    Optional<float[][]> skip = layer.skip().map(maps::floats);
    float[][] sums =
        IntStream.range(0, maps.images())
            .parallel()
            .mapToObj(n -> study.run().sums(layer, in[n], skip.map(s -> s[n]).orElse(null)))
            .toArray(float[][]::new);
    requireFinite(layer, sums);
    LayerPlan formatsOfLayer = plan.of(layer.name());
    LayerTask task =
        new LayerTask(
            layer,
            layer.identity() ? copying(formatsOfLayer) : formatsOfLayer,
            weights.get(layer.name()),
            input.bias(layer),
            maps.codes(layer.input()),
            layer.skip().map(maps::codes),
            sums,
            Optional.ofNullable(formats.get(layer.output())));
    return task.withActivation();
  }

  private QuantizedLayer quantized(LayerTask task, WeightTarget target) {
    FusedLayer.Linear layer = task.layer();
    LinearQuantizer.Result result = quantizer.quantize(task, target);
    IntStream.range(0, maps.images())
        .parallel()
        .forEach(n -> FloatStep.activate(task.sums()[n], layer.ceiling(), layer.function()));
    maps.putFloats(layer.output(), task.sums());
    result.output().ifPresent(maps::putCodes);
    reports.add(result.report().withRepairs(repairs.getOrDefault(layer.name(), List.of())));
    return result.layer();
  }

  /** Weights that only copy are one level; they need no channel scales. */
  private static LayerPlan copying(LayerPlan plan) {
    return LayerPlan.of(new WeightFormat.Table(4, 2), false, plan.output());
  }

  private void requireFinite(FusedLayer layer, float[][] sums) {
    IntStream.range(0, sums.length)
        .parallel()
        .filter(n -> !isFinite(sums[n]))
        .findFirst()
        .ifPresent(
            n -> {
              throw new BadInputException(
                  "%s: node '%s' computes NaN or infinity on calibration image %d; check mean and std"
                      .formatted(study.name(), layer.name(), n));
            });
  }

  private static boolean isFinite(float[] sums) {
    for (float sum : sums) {
      if (!Float.isFinite(sum)) {
        return false;
      }
    }
    return true;
  }

  private QuantizedLayer pool(FusedLayer.Pool layer) {
    MaxPooling pooling = new MaxPooling(layer.inputShape(), layer.window());
    float[][] in = maps.floats(layer.input());
    ActivationCodes from = maps.codes(layer.input());
    Tensor output = Tensor.zeroPadded(layer.output(), layer.outputShape(), from.tensor().format());
    float[][] pooled = new float[maps.images()][];
    byte[][] pooledCodes = new byte[maps.images()][];
    IntStream.range(0, maps.images())
        .parallel()
        .forEach(
            n -> {
              pooled[n] = pooling.apply(in[n]);
              pooledCodes[n] =
                  ActivationCodes.encode(output.format(), pooling.apply(from.values(n)));
            });
    maps.putFloats(layer.output(), pooled);
    maps.putCodes(new ActivationCodes(output, pooledCodes));
    return new MaxPoolLayer(layer.name(), from.tensor(), output, layer.window());
  }

  private QuantizedLayer concat(FusedLayer.Concat layer) {
    Tensor output =
        Tensor.zeroPadded(layer.output(), layer.outputShape(), formats.get(layer.output()));
    float[][] real = new float[maps.images()][];
    byte[][] joined = new byte[maps.images()][];
    IntStream.range(0, maps.images())
        .parallel()
        .forEach(
            n -> {
              Map<String, float[]> parts = new HashMap<>();
              layer.inputs().forEach(name -> parts.put(name, maps.floats(name)[n]));
              real[n] = study.run().apply(layer, parts);
              joined[n] = new byte[real[n].length];
              int at = 0;
              for (String name : layer.inputs()) {
                byte[] part = maps.codes(name).codes()[n];
                System.arraycopy(part, 0, joined[n], at, part.length);
                at += part.length;
              }
            });
    List<Tensor> inputs = layer.inputs().stream().map(name -> maps.codes(name).tensor()).toList();
    maps.putFloats(layer.output(), real);
    maps.putCodes(new ActivationCodes(output, joined));
    return new ConcatLayer(layer.name(), inputs, output);
  }
}
