package lutmac.tune.student;

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
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.tune.kernel.ChannelMajor;
import lutmac.tune.parameter.GradientSums;
import lutmac.tune.parameter.TrainableParameter;

/**
 * A quantized network in training: its layers, its parameters, and the quantized network that they
 * stand for now. Several threads may run passes at a time; parameters change between them.
 */
public final class Student {
  /** The slot of the gradients by every feature map's exponent; the layers' slots follow. */
  private static final int SCALE_SLOT = 0;

  private final QuantizedNetwork start;
  private final ForwardArithmetic arithmetic;
  private final StudentLinear.Learning learning;
  private final Set<String> trained = new HashSet<>();
  private final Set<String> clamped = new HashSet<>();
  private final List<Tensor> maps = new ArrayList<>();
  private final Map<String, Integer> mapIndex = new HashMap<>();
  private final List<StudentLayer> layers = new ArrayList<>();
  private final List<StudentLinear> linearLayers = new ArrayList<>();
  private final List<Integer> slotSizes = new ArrayList<>();
  private final List<ScaleGroups.Tie> ties = new ArrayList<>();
  private final LearnedScales scales;

  /**
   * A student that computes the hardware's integers.
   *
   * @param teacher the float network that it was quantized from: layers that come from its
   *     convolutions are trained, those that only copy or average stay
   * @param learnWeights whether weights are learned, not only biases and scales
   * @param learnLevels whether tables are learned, too
   */
  public Student(
      QuantizedNetwork start, FloatNetwork teacher, boolean learnWeights, boolean learnLevels) {
    this(start, teacher, learnWeights, learnLevels, ForwardArithmetic.INTEGER);
  }

  Student(
      QuantizedNetwork start,
      FloatNetwork teacher,
      boolean learnWeights,
      boolean learnLevels,
      ForwardArithmetic arithmetic) {
    this.start = start;
    this.arithmetic = arithmetic;
    learning = new StudentLinear.Learning(true, learnWeights, learnLevels);
    for (FloatNode node : teacher.nodes()) {
      if (node.op().conv().isPresent()) {
        trained.add(node.name());
      }
      if (node.op().hasCeiling()) {
        clamped.add(node.output());
      }
    }
    slotSizes.add(start.layers().size() + 1);
    addMap(start.input().tensor());
    start.layers().forEach(this::add);
    scales = new LearnedScales(new ScaleGroups(fixedScales(), ties), linearLayers);
  }

  private void addMap(Tensor map) {
    mapIndex.put(map.name(), maps.size());
    maps.add(map);
  }

  private int indexOf(Tensor map) {
    return mapIndex.get(map.name());
  }

  private void add(QuantizedLayer layer) {
    addMap(layer.output());
    StudentLayer added =
        layer.fold(
            this::linear,
            pool -> new StudentMaxPool(pool, formatKeeping(pool)),
            concat -> new StudentConcat(concat, formatKeeping(concat)));
    layers.add(added);
  }

  /** The wiring of a layer whose output has the format of its inputs. */
  private LayerWiring formatKeeping(QuantizedLayer layer) {
    LayerWiring wiring =
        new LayerWiring(
            layer.inputs().stream().map(this::indexOf).toList(),
            Optional.empty(),
            indexOf(layer.output()));
    ties.add(new ScaleGroups.Tie(wiring.inputs(), wiring.output()));
    return wiring;
  }

  private StudentLinear linear(MacLayer layer) {
    LayerWiring wiring =
        new LayerWiring(
            List.of(indexOf(layer.input())),
            layer.skip().map(Skip::source).map(this::indexOf),
            indexOf(layer.output()));
    int slot = slotSizes.size();
    StudentLinear linear =
        new StudentLinear(
            layer,
            start.rounding(),
            arithmetic,
            wiring,
            new StudentLinear.Slots(slot, slot + 1, SCALE_SLOT),
            trained.contains(layer.name()) ? learning : StudentLinear.Learning.NOTHING,
            clamped.contains(layer.output().name()));
    slotSizes.addAll(linear.slotSizes());
    linearLayers.add(linear);
    return linear;
  }

  /** The input's scale is the host's; accumulators take that of what they are sums of. */
  private boolean[] fixedScales() {
    boolean[] fixed = new boolean[maps.size()];
    for (int map = 0; map < fixed.length; map++) {
      fixed[map] = map == LayerWiring.NETWORK_INPUT || maps.get(map).format().raw();
    }
    return fixed;
  }

  // ---- parameters

  /** Everything that training moves. */
  public List<TrainableParameter> parameters() {
    List<TrainableParameter> all = new ArrayList<>();
    linearLayers.forEach(layer -> all.addAll(layer.parameters()));
    all.add(scales.exponents());
    return all;
  }

  /** Gradients of {@link #parameters()}. */
  public List<float[]> gradients(GradientSums sums) {
    List<float[]> all = new ArrayList<>();
    linearLayers.forEach(layer -> all.addAll(layer.gradients(sums)));
    all.add(scales.gradient(sums.slot(SCALE_SLOT)));
    return all;
  }

  /** Number of weights: what a {@link GradientSums} mostly holds. */
  public long weightCount() {
    return linearLayers.stream().mapToLong(StudentLinear::weightCount).sum();
  }

  /** Elements of all feature maps of one image: what {@link PassBuffers} hold. */
  public long mapElements() {
    return maps.stream().mapToLong(map -> map.shape().size()).sum();
  }

  /** Zero gradients of this network. */
  public GradientSums newSums() {
    return new GradientSums(slotSizes);
  }

  /** Room for passes over so many images. */
  public PassBuffers newPass(int images) {
    return new PassBuffers(images, maps.size());
  }

  /** Takes over the parameters' values behind an update. */
  public void refresh() {
    scales.refresh();
    refreshLayers();
  }

  /** Takes over the parameters' values behind loading those of an earlier run. */
  public void restore() {
    scales.restore();
    refreshLayers();
  }

  private void refreshLayers() {
    layers.forEach(layer -> layer.refresh(scales.around(layer.wiring())));
  }

  // ---- passes

  /**
   * The network's outputs, in real values: {@code [N][output][O*H*W]}.
   *
   * @param codes input codes {@code [C, N, H, W]}
   */
  public float[][][] forward(PassBuffers pass, float[] codes) {
    float[] input = pass.newMap(LayerWiring.NETWORK_INPUT, codes.length);
    System.arraycopy(codes, 0, input, 0, codes.length);
    layers.forEach(layer -> layer.forward(pass));
    float[][][] results = new float[pass.images()][start.outputs().size()][];
    for (int o = 0; o < start.outputs().size(); o++) {
      Tensor output = start.outputs().get(o);
      float[][] made =
          ChannelMajor.perImage(pass.map(indexOf(output)), output.shape(), pass.images());
      for (int n = 0; n < made.length; n++) {
        scale(output, made[n]);
        results[n][o] = made[n];
      }
    }
    return results;
  }

  /**
   * Adds the gradients of the pass' images to {@code sums}.
   *
   * @param byResult the loss' derivative by the outputs, {@code [N][output][O*H*W]}
   */
  public void backward(PassBuffers pass, float[][][] byResult, GradientSums sums) {
    pass.clearGradients();
    for (int o = 0; o < start.outputs().size(); o++) {
      Tensor output = start.outputs().get(o);
      for (int n = 0; n < byResult.length; n++) {
        float[] scaled = byResult[n][o].clone();
        scale(output, scaled);
        ChannelMajor.place(
            scaled, output.shape(), n, pass.images(), pass.gradient(indexOf(output)));
      }
    }
    for (int i = layers.size() - 1; i >= 0; i--) {
      layers.get(i).backward(pass, sums);
    }
  }

  /** Between accumulators or codes and real values: derivatives scale alike. */
  private void scale(Tensor output, float[] image) {
    int pixels = output.shape().pixels();
    TensorFormat format = layers.get(indexOf(output) - 1).outputFormat();
    double[] byChannel = new double[output.shape().channels()];
    Arrays.setAll(byChannel, channel -> Math.scalb(1.0, -format.frac(channel)));
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (image[i] * byChannel[i / pixels]);
    }
  }

  // ---- result

  /**
   * The quantized network as it is now.
   *
   * @throws BadInputException if a layer's sums have outgrown 32 bits
   */
  public QuantizedNetwork export(Map<String, String> provenance) {
    List<Tensor> made = new ArrayList<>(List.of(start.input().tensor()));
    List<QuantizedLayer> exported = new ArrayList<>();
    for (StudentLayer layer : layers) {
      QuantizedLayer result = layer.export(made);
      exported.add(result);
      made.add(result.output());
    }
    QuantizedNetwork network =
        new QuantizedNetwork(
            start.name(),
            start.input(),
            exported,
            start.outputs().stream().map(output -> made.get(indexOf(output))).toList(),
            start.rounding(),
            provenance);
    for (MacLayer layer : network.macLayers()) {
      if (!AccumulatorRange.of(layer).fitsInt32()) {
        throw new BadInputException(
            "layer '%s': training made its sums exceed 32 bits; tune with lower learning rates"
                .formatted(layer.name()));
      }
    }
    return network;
  }
}
