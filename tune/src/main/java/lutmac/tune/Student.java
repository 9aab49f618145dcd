package lutmac.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;

/**
 * A quantized network in training: its layers as {@link Step steps}, its parameters, and the
 * quantized network that they stand for now. Several threads may run passes at a time; parameters
 * change between them.
 */
final class Student {
  /** The slot of the gradients by every map's exponent; the layers' slots follow. */
  private static final int SCALE_SLOT = 0;

  private final QuantizedNetwork start;
  private final List<Tensor> maps = new ArrayList<>();
  private final Map<String, Integer> mapIndex = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<MacStep> layers = new ArrayList<>();
  private final List<Integer> slotSizes = new ArrayList<>();
  private final Scales scales;

  /**
   * @param teacher the float network that it was quantized from: layers that come from its
   *     convolutions are trained, those that only copy or average stay
   * @param targets real-valued weights {@code [O][taps]} of layers by name, to start from: each as
   *     far as its code allows
   * @param learnWeights whether weights are learned, not only biases and scales
   * @param learnLevels whether tables are learned, too
   */
  Student(
      QuantizedNetwork start,
      FloatNetwork teacher,
      Map<String, double[][]> targets,
      boolean learnWeights,
      boolean learnLevels,
      Arithmetic arithmetic) {
    this.start = start;
    Set<String> convolutions = new HashSet<>();
    Set<String> ceilings = new HashSet<>();
    for (FloatNode node : teacher.nodes()) {
      if (node.op() instanceof FloatOp.Conv) {
        convolutions.add(node.name());
      } else if (node.op() instanceof FloatOp.Relu relu && Float.isFinite(relu.ceiling())) {
        ceilings.add(node.output());
      }
    }
    addMap(start.input().tensor());
    slotSizes.add(start.layers().size() + 1);
    for (QuantizedLayer layer : start.layers()) {
      int output = addMap(layer.output());
      if (layer instanceof MacLayer mac) {
        MacStep step =
            new MacStep(
                mac,
                start.rounding(),
                arithmetic,
                wiring(mac, output),
                convolutions.contains(mac.name()),
                learnWeights,
                learnLevels,
                ceilings.contains(mac.output().name()),
                Optional.ofNullable(targets.get(mac.name())).map(t -> inLevels(mac, t)));
        slotSizes.addAll(step.slotSizes());
        steps.add(step);
        layers.add(step);
      } else if (layer instanceof MaxPoolLayer pool) {
        steps.add(new PoolStep(pool, indexOf(pool.input()), output));
      } else if (layer instanceof ConcatLayer concat) {
        List<Integer> inputs = concat.inputs().stream().map(this::indexOf).toList();
        steps.add(new ConcatStep(inputs, output, concat.output().shape().size()));
      } else {
        throw new IllegalStateException("unknown layer " + layer);
      }
    }
    scales = new Scales(scaleGroups(), layers);
  }

  private int addMap(Tensor map) {
    mapIndex.put(map.name(), maps.size());
    maps.add(map);
    return maps.size() - 1;
  }

  private int indexOf(Tensor map) {
    return mapIndex.get(map.name());
  }

  private MacStep.Wiring wiring(MacLayer layer, int output) {
    return new MacStep.Wiring(
        indexOf(layer.input()),
        output,
        layer.skip().map(Skip::source).map(this::indexOf),
        slotSizes.size(),
        SCALE_SLOT,
        layer.input().equals(start.input().tensor()));
  }

  /** Real weights as multiples of a level's step, {@code 2^-(F_o - f_in)}. */
  private static double[][] inLevels(MacLayer layer, double[][] target) {
    if (target.length != layer.outChannels()) {
      throw new IllegalArgumentException(
          "layer '%s' has %d output channels, got weights of %d"
              .formatted(layer.name(), layer.outChannels(), target.length));
    }
    double[][] scaled = new double[target.length][];
    for (int o = 0; o < target.length; o++) {
      int fraction = layer.output().format().frac(o) - layer.input().format().frac(0);
      if (layer.stage() instanceof OutputStage.Requantize requantize) {
        fraction += requantize.shift().get(o);
      }
      int exponent = fraction;
      scaled[o] = Arrays.stream(target[o]).map(w -> Math.scalb(w, exponent)).toArray();
    }
    return scaled;
  }

  /** Maps that pools and concatenations tie together move together; the input never moves. */
  private int[] scaleGroups() {
    int[] root = new int[maps.size()];
    Arrays.setAll(root, map -> map);
    for (QuantizedLayer layer : start.layers()) {
      if (!(layer instanceof MacLayer)) {
        int to = indexOf(layer.output());
        for (Tensor input : layer.inputs()) {
          int old = root[indexOf(input)];
          int kept = Math.min(old, root[to]);
          int gone = Math.max(old, root[to]);
          Arrays.setAll(root, map -> root[map] == gone ? kept : root[map]);
        }
      }
    }
    boolean[] fixed = new boolean[maps.size()];
    fixed[root[0]] = true;
    for (int map = 0; map < maps.size(); map++) {
      fixed[root[map]] |= maps.get(map).format() instanceof AccumulatorFormat;
    }
    int[] groups = new int[maps.size()];
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int map = 0; map < groups.length; map++) {
      int next = numbers.size();
      groups[map] = fixed[root[map]] ? -1 : numbers.computeIfAbsent(root[map], key -> next);
    }
    return groups;
  }

  // ---- parameters

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    layers.forEach(layer -> all.addAll(layer.parameters()));
    all.add(scales.exponents());
    return all;
  }

  /** Gradients of {@link #parameters()}. */
  List<float[]> gradients(GradientSums sums) {
    List<float[]> all = new ArrayList<>();
    layers.forEach(layer -> all.addAll(layer.gradients(sums)));
    all.add(scales.gradient(sums.slot(SCALE_SLOT)));
    return all;
  }

  /** Number of weights: what a {@link GradientSums} mostly holds. */
  long weightCount() {
    return layers.stream().mapToLong(layer -> layer.layer().weightCount()).sum();
  }

  /** Elements of all maps of one image: what a {@link Pass} holds. */
  long mapElements() {
    return maps.stream().mapToLong(map -> map.shape().size()).sum();
  }

  GradientSums newSums() {
    return new GradientSums(slotSizes);
  }

  Pass newPass(int images) {
    return new Pass(images, maps.size());
  }

  /** Takes over the parameters' values behind a step of training. */
  void refresh() {
    scales.refresh();
    refreshLayers();
  }

  /** Takes over the parameters' values behind loading those of an earlier run. */
  void restore() {
    scales.restore();
    refreshLayers();
  }

  private void refreshLayers() {
    for (MacStep layer : layers) {
      MacStep.Wiring wiring = layer.wiring();
      layer.refresh(
          scales.move(wiring.input()),
          scales.move(wiring.output()),
          wiring.skip().map(scales::move).orElse(0));
    }
  }

  // ---- passes

  /**
   * The network's result, in real values: {@code [N][O*H*W]}.
   *
   * @param codes input codes {@code [C, N, H, W]}
   */
  float[][] forward(Pass pass, float[] codes) {
    System.arraycopy(codes, 0, pass.newMap(0, codes.length), 0, codes.length);
    steps.forEach(step -> step.forward(pass));
    float[][] result =
        Teacher.perImage(pass.map(maps.size() - 1), start.output().shape(), pass.images());
    scaleByOutputSteps(result);
    return result;
  }

  /**
   * Adds the gradients of the pass' images to {@code sums}.
   *
   * @param byResult the loss' derivative by the result, {@code [N][O*H*W]}
   */
  void backward(Pass pass, float[][] byResult, GradientSums sums) {
    float[][] scaled = new float[byResult.length][];
    Arrays.setAll(scaled, n -> byResult[n].clone());
    scaleByOutputSteps(scaled);
    pass.clearGradients();
    float[] gradient = pass.gradient(maps.size() - 1);
    int pixels = start.output().shape().pixels();
    for (int c = 0; c < start.output().shape().channels(); c++) {
      for (int n = 0; n < scaled.length; n++) {
        System.arraycopy(scaled[n], c * pixels, gradient, (c * pass.images() + n) * pixels, pixels);
      }
    }
    for (int i = steps.size() - 1; i >= 0; i--) {
      steps.get(i).backward(pass, sums);
    }
  }

  /** Between accumulators or codes and real values: derivatives scale alike. */
  private void scaleByOutputSteps(float[][] byImage) {
    int pixels = start.output().shape().pixels();
    double[] byChannel = new double[start.output().shape().channels()];
    Arrays.setAll(byChannel, this::outputStep);
    for (float[] image : byImage) {
      for (int i = 0; i < image.length; i++) {
        image[i] = (float) (image[i] * byChannel[i / pixels]);
      }
    }
  }

  private double outputStep(int channel) {
    int last = maps.size() - 1;
    MacStep newest = layers.get(layers.size() - 1);
    return newest.wiring().output() == last
        ? newest.outputStep(channel)
        : Math.scalb(1.0, -(maps.get(last).format().frac(channel) + scales.move(last)));
  }

  // ---- result

  /**
   * The quantized network as it is now.
   *
   * @throws BadInputException if a layer's sums have outgrown 32 bits
   */
  QuantizedNetwork export(Map<String, String> provenance) {
    Map<String, Tensor> made = new HashMap<>();
    made.put(start.input().tensor().name(), start.input().tensor());
    List<QuantizedLayer> exported = new ArrayList<>();
    int next = 0;
    for (QuantizedLayer layer : start.layers()) {
      QuantizedLayer result;
      if (layer instanceof MacLayer mac) {
        MacLayer tuned =
            layers
                .get(next++)
                .export(
                    made.get(mac.input().name()),
                    mac.skip().map(skip -> made.get(skip.source().name())));
        if (!AccumulatorRange.of(tuned).fitsInt32()) {
          throw new BadInputException(
              "layer '%s': training made its sums exceed 32 bits; tune with lower learning rates"
                  .formatted(layer.name()));
        }
        result = tuned;
      } else if (layer instanceof MaxPoolLayer pool) {
        Tensor input = made.get(pool.input().name());
        result = new MaxPoolLayer(pool.name(), input, like(pool.output(), input), pool.window());
      } else if (layer instanceof ConcatLayer concat) {
        List<Tensor> inputs =
            concat.inputs().stream().map(input -> made.get(input.name())).toList();
        result = new ConcatLayer(concat.name(), inputs, like(concat.output(), inputs.get(0)));
      } else {
        throw new IllegalStateException("unknown layer " + layer);
      }
      exported.add(result);
      made.put(result.output().name(), result.output());
    }
    return new QuantizedNetwork(
        start.name(), start.input(), exported, start.rounding(), provenance);
  }

  private static Tensor like(Tensor map, Tensor input) {
    return new Tensor(map.name(), map.shape(), input.format(), map.padCodes());
  }
}
