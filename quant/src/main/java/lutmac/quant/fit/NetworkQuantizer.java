package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.Reference;
import lutmac.quant.study.FormatResolver;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.exec.MaxPooling;

/**
 * Carries out a plan: quantizes layer after layer, the float and the integer feature maps side by
 * side.
 *
 * <p>As many images take part as their feature maps fit into memory. Feature maps shrink with
 * depth, so more images join on the way: they catch up by running through the layers that are done.
 */
public final class NetworkQuantizer {
  /** Bytes that the feature maps of all images may take. */
  private static final long MAP_BYTES = 1_800_000_000L;

  private final Study study;
  private final FormatPlan plan;
  private final InputPlan input;
  private final Rounding rounding;
  private final LinearQuantizer quantizer;
  private final long mapBytes;
  private final Map<String, double[][]> weights = new HashMap<>();
  private final Map<String, TensorFormat> formats;
  private final Map<String, List<String>> repairs;
  private final Map<String, float[][]> floats = new HashMap<>();
  private final Map<String, ActivationCodes> codes = new HashMap<>();
  private final List<QuantizedLayer> done = new ArrayList<>();
  private final List<LayerReport> reports = new ArrayList<>();
  private Optional<WeightProbe> probe = Optional.empty();
  private int images;

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
    this.mapBytes = mapBytes;
    this.study = study;
    this.plan = plan;
    this.rounding = rounding;
    this.input = study.input(plan.input());
    this.quantizer = new LinearQuantizer(techniques, rounding, seed);
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
   */
  public QuantizationResult quantize(Map<String, String> provenance, PhaseProgress progress) {
    List<FusedLayer> layers = study.layers();
    String phase = probe.isEmpty() ? "layers" : "probing layers";
    floats.put(study.inputName(), new float[0][]);
    codes.put(study.inputName(), new ActivationCodes(input.encoding().tensor(), new byte[0][]));
    for (int i = 0; i < layers.size(); i++) {
      FusedLayer layer = layers.get(i);
      progress.report(phase, i, layers.size());
      takeImages(i);
      if (layer instanceof FusedLayer.Linear linear) {
        linear(linear, i == layers.size() - 1);
      } else if (layer instanceof FusedLayer.Pool pool) {
        pool(pool);
      } else if (layer instanceof FusedLayer.Concat concat) {
        concat(concat);
      }
      Set<String> live = live(i + 1);
      floats.keySet().retainAll(live);
      codes.keySet().retainAll(live);
    }
    progress.report(phase, layers.size(), layers.size());

    QuantizedNetwork quantized = network(provenance);
    QuantizationReport report =
        new QuantizationReport(
            study.name(),
            study.data().count(),
            input.encoding().tensor().format().toString(),
            input.encoding().folded(),
            reports,
            MemoryCount.of(quantized));
    Reference reference = new Reference(study.inputName(), study.layers(), study.statistics());
    return new QuantizationResult(
        quantized,
        report,
        ResolvedFormats.of(study, plan, input, formats, reports),
        reference,
        Optional.empty());
  }

  /** Shows every layer that has weights of its own to a probe, the others quantized by the plan. */
  public void probe(WeightProbe looking, PhaseProgress progress) {
    probe = Optional.of(looking);
    quantize(Map.of(), progress);
  }

  private QuantizedNetwork network(Map<String, String> provenance) {
    return new QuantizedNetwork(study.name(), input.encoding(), done, rounding, provenance);
  }

  // ---- images

  /** Feature maps that layers {@code from ..} read. */
  private Set<String> live(int from) {
    Set<String> live = new HashSet<>();
    study.layers().stream().skip(from).forEach(layer -> live.addAll(layer.inputs()));
    live.removeAll(study.layers().stream().skip(from).map(FusedLayer::output).toList());
    return live;
  }

  /** Bytes of one image's feature maps at the layer, float and codes, what it makes included. */
  private long bytesAt(int layer) {
    long elements = 2L * study.layers().get(layer).outputShape().size();
    for (String map : live(layer)) {
      elements += size(map);
    }
    return 5 * elements;
  }

  private long size(String map) {
    return study.layers().stream()
        .filter(layer -> layer.output().equals(map))
        .findFirst()
        .map(layer -> layer.outputShape().size())
        .orElseGet(() -> study.inputShape().size());
  }

  /** Whether a layer from this one on has weights to fit. */
  private boolean fitsFrom(int layer) {
    return study.layers().stream()
        .skip(layer)
        .anyMatch(later -> later instanceof FusedLayer.Linear linear && !linear.identity());
  }

  /** Lets as many images as possible take part from this layer on. */
  private void takeImages(int layer) {
    // To catch up costs a pass through all layers before: copies and pools learn nothing from it.
    if (images > 0 && !fitsFrom(layer)) {
      return;
    }
    long most = 0;
    for (int i = layer; i < study.layers().size(); i++) {
      most = Math.max(most, bytesAt(i));
    }
    int all = study.data().count();
    int possible = (int) Math.max(1, Math.min(all, mapBytes / most));
    if (possible == images || (images > 0 && possible < all && possible < 2 * images)) {
      return;
    }
    Set<String> live = live(layer);
    int from = images;
    int count = possible - from;
    Optional<IntegerExecutor> prefix =
        done.isEmpty() ? Optional.empty() : Optional.of(new IntegerExecutor(network(Map.of())));
    List<Map<String, float[]>> newFloats = new ArrayList<>();
    List<Map<String, byte[]>> newCodes = new ArrayList<>();
    IntStream.range(0, count)
        .forEach(
            n -> {
              newFloats.add(null);
              newCodes.add(null);
            });
    IntStream.range(0, count)
        .parallel()
        .forEach(
            n -> {
              Map<String, float[]> real = new HashMap<>();
              real.put(study.inputName(), study.data().real(from + n));
              study.run().run(0, layer, real);
              real.keySet().retainAll(live);
              newFloats.set(n, real);
              newCodes.set(n, codes(prefix, from + n, live));
            });
    for (String map : live) {
      float[][] grownFloats = java.util.Arrays.copyOf(floats.get(map), possible);
      byte[][] grownCodes = java.util.Arrays.copyOf(codes.get(map).codes(), possible);
      for (int n = 0; n < count; n++) {
        grownFloats[from + n] = newFloats.get(n).get(map);
        grownCodes[from + n] = newCodes.get(n).get(map);
      }
      floats.put(map, grownFloats);
      codes.put(map, new ActivationCodes(codes.get(map).tensor(), grownCodes));
    }
    images = possible;
  }

  private Map<String, byte[]> codes(Optional<IntegerExecutor> prefix, int image, Set<String> live) {
    Map<String, byte[]> made = new HashMap<>();
    if (prefix.isEmpty()) {
      made.put(study.inputName(), input.codes(image));
      return made;
    }
    Map<String, int[]> maps = prefix.get().runAll(input.integers(image));
    for (String map : live) {
      made.put(map, ActivationCodes.encode(codes.get(map).tensor().format(), maps.get(map)));
    }
    return made;
  }

  // ---- layers

  private void linear(FusedLayer.Linear layer, boolean last) {
    float[][] in = floats.get(layer.input());
    Optional<float[][]> skip = layer.skip().map(floats::get);
    float[][] sums =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(n -> study.run().sums(layer, in[n], skip.map(s -> s[n]).orElse(null)))
            .toArray(float[][]::new);
    requireFinite(layer, sums);
    LayerPlan formatsOfLayer = plan.of(layer.name());
    LinearQuantizer.Task task =
        new LinearQuantizer.Task(
            layer,
            layer.identity() ? copying(formatsOfLayer) : formatsOfLayer,
            weights.get(layer.name()),
            input.bias(layer),
            codes.get(layer.input()),
            layer.skip().map(codes::get),
            sums,
            last ? Optional.empty() : Optional.of(formats.get(layer.output())));
    LinearQuantizer.Goal goal = quantizer.goal(task);
    if (!layer.identity()) {
      probe.ifPresent(looking -> looking.layer(task, goal, input.scales(layer)));
    }
    LinearQuantizer.Result result = quantizer.quantize(task, goal);
    IntStream.range(0, images).parallel().forEach(n -> FloatRun.clamp(sums[n], layer.ceiling()));
    floats.put(layer.output(), sums);
    result.output().ifPresent(maps -> codes.put(layer.output(), maps));
    done.add(result.layer());
    reports.add(result.report().withRepairs(repairs.getOrDefault(layer.name(), List.of())));
  }

  /** Weights that only copy are one level; they need no channel scales. */
  private static LayerPlan copying(LayerPlan plan) {
    return LayerPlan.of(new WeightFormat.Table(4, 2), false, plan.output());
  }

  private void requireFinite(FusedLayer layer, float[][] sums) {
    for (int n = 0; n < sums.length; n++) {
      for (float sum : sums[n]) {
        if (!Float.isFinite(sum)) {
          throw new BadInputException(
              "%s: node '%s' computes NaN or infinity on calibration image %d; check mean and std"
                  .formatted(study.name(), layer.name(), n));
        }
      }
    }
  }

  private void pool(FusedLayer.Pool layer) {
    MaxPooling pooling = new MaxPooling(layer.inputShape(), layer.window());
    float[][] in = floats.get(layer.input());
    ActivationCodes from = codes.get(layer.input());
    Tensor output = Tensor.zeroPadded(layer.output(), layer.outputShape(), from.tensor().format());
    float[][] pooled = new float[images][];
    byte[][] pooledCodes = new byte[images][];
    IntStream.range(0, images)
        .parallel()
        .forEach(
            n -> {
              pooled[n] = pooling.apply(in[n]);
              pooledCodes[n] =
                  ActivationCodes.encode(output.format(), pooling.apply(from.values(n)));
            });
    floats.put(layer.output(), pooled);
    codes.put(layer.output(), new ActivationCodes(output, pooledCodes));
    done.add(new MaxPoolLayer(layer.name(), from.tensor(), output, layer.window()));
  }

  private void concat(FusedLayer.Concat layer) {
    Tensor output =
        Tensor.zeroPadded(layer.output(), layer.outputShape(), formats.get(layer.output()));
    float[][] real = new float[images][];
    byte[][] joined = new byte[images][];
    IntStream.range(0, images)
        .parallel()
        .forEach(
            n -> {
              Map<String, float[]> maps = new HashMap<>();
              layer.inputs().forEach(name -> maps.put(name, floats.get(name)[n]));
              real[n] = study.run().apply(layer, maps);
              joined[n] = new byte[real[n].length];
              int at = 0;
              for (String name : layer.inputs()) {
                byte[] part = codes.get(name).codes()[n];
                System.arraycopy(part, 0, joined[n], at, part.length);
                at += part.length;
              }
            });
    List<Tensor> inputs = layer.inputs().stream().map(name -> codes.get(name).tensor()).toList();
    floats.put(layer.output(), real);
    codes.put(layer.output(), new ActivationCodes(output, joined));
    done.add(new ConcatLayer(layer.name(), inputs, output));
  }
}
