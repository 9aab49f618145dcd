package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Refusal;

/**
 * Removes per-channel scales and shifts (batch normalization, constants that are added or
 * multiplied). Each goes into
 *
 * <ul>
 *   <li>the convolution that makes its input, {@code scale * (W x + b) + shift}, if nobody else
 *       reads that, or the activation that does, if all channels are scaled and shifted alike;
 *   <li>else the convolutions that read its output, {@code W (scale * x + shift) + b}, if only
 *       convolutions do, and with a shift only unpadded ones: what they pad with is no x;
 *   <li>else a depthwise 1x1 convolution, which computes the same. So does what normalizes the
 *       network's input: its scale and shift are best left to whoever prepares the images.
 * </ul>
 *
 * <p>A convolution that reads selected channels reads all, with weights of 0 for the others. Of two
 * ReLUs in a row one is left, with the lower ceiling.
 */
final class AffineFolding {
  private final List<ImportedNode> done = new ArrayList<>();

  /** Where in {@link #done} the node is that makes a feature map. */
  private final Map<String, Integer> makers = new HashMap<>();

  private final Set<String> returned;
  private final Map<String, List<Draft>> readers = new HashMap<>();

  /** By the feature map that they make: the next scale and shift takes them along. */
  private final Map<String, Draft.Affine> waiting = new HashMap<>();

  /** By the feature map that they make: all that read it take them in. */
  private final Map<String, Draft.Affine> takenByReaders = new HashMap<>();

  private AffineFolding(List<Draft> drafts, List<String> outputNames) {
    returned = Set.copyOf(outputNames);
    for (Draft draft : drafts) {
      for (String input : draft.inputs()) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(draft);
      }
    }
  }

  /**
   * The nodes without affine ones, in the same order.
   *
   * @param outputNames the feature maps that the graph returns
   * @throws Refusal if a folded weight overflows float32
   */
  static List<ImportedNode> fold(List<Draft> drafts, List<String> outputNames) {
    List<Draft> alive = alive(drafts, outputNames);
    AffineFolding folding = new AffineFolding(alive, outputNames);
    for (Draft draft : alive) {
      draft.<Runnable>fold(node -> () -> folding.keep(node), a -> () -> folding.takeIn(a)).run();
    }
    return folding.needed();
  }

  /** The nodes that an output depends on: of a selection that all its readers took in, none. */
  private List<ImportedNode> needed() {
    Set<String> read = new HashSet<>(returned);
    List<ImportedNode> needed = new ArrayList<>();
    for (int i = done.size() - 1; i >= 0; i--) {
      ImportedNode node = done.get(i);
      if (read.contains(node.output())) {
        read.addAll(node.inputs());
        needed.add(0, node);
      }
    }
    return needed;
  }

  /** Those that an output depends on: what an activation was written out in may be left over. */
  private static List<Draft> alive(List<Draft> drafts, List<String> outputNames) {
    Set<String> needed = new HashSet<>(outputNames);
    LinkedList<Draft> alive = new LinkedList<>();
    for (int i = drafts.size() - 1; i >= 0; i--) {
      if (needed.contains(drafts.get(i).output())) {
        needed.addAll(drafts.get(i).inputs());
        alive.addFirst(drafts.get(i));
      }
    }
    return alive;
  }

  private void keep(Draft.Done draft) {
    ImportedNode node = draft.node();
    Optional<FloatOp> operator = node.operation().operator();
    Draft.Affine before = node.inputs().isEmpty() ? null : takenByReaders.get(node.inputs().get(0));
    if (before != null) {
      FloatOp.Conv conv = operator.flatMap(FloatOp::conv).orElseThrow();
      add(
          ImportedNode.of(
              node.name(),
              ofScaled(conv, before),
              List.of(before.input()),
              node.output(),
              node.shape()));
      return;
    }
    Optional<FloatOp.Conv> reader = operator.flatMap(FloatOp::conv).filter(c -> c.groups() == 1);
    Optional<ImportedNode> selection =
        reader
            .map(conv -> makers.get(node.inputs().get(0)))
            .map(done::get)
            .filter(AffineFolding::selectsChannels);
    if (selection.isPresent()) {
      FloatOp.Conv taken = selection.get().operation().operator().flatMap(FloatOp::conv).get();
      add(
          ImportedNode.of(
              node.name(),
              ofSelected(reader.get(), taken),
              selection.get().inputs(),
              node.output(),
              node.shape()));
      return;
    }
    if (operator.isPresent() && operator.get() instanceof FloatOp.Relu relu) {
      Optional<FloatOp.Relu> first = soleMaker(node.inputs().get(0)).flatMap(AffineFolding::relu);
      if (first.isPresent()) {
        float ceiling = Math.min(first.get().ceiling(), relu.ceiling());
        replaceMaker(node.inputs().get(0), new FloatOp.Relu(ceiling), node.output(), node.shape());
        return;
      }
    }
    add(node);
  }

  /** Whether it only takes channels, all pixels of them. */
  private static boolean selectsChannels(ImportedNode node) {
    return node.operation()
        .operator()
        .flatMap(FloatOp::conv)
        .filter(conv -> conv.groups() == 1 && conv.window().equals(Window.pointwise()))
        .filter(FloatOp.Conv::copies)
        .isPresent();
  }

  /** The convolution of selected channels, as one of all: the others have weights of 0. */
  private static FloatOp.Conv ofSelected(FloatOp.Conv conv, FloatOp.Conv selection) {
    int area = conv.window().kernelArea();
    int inputs = selection.inChannels();
    float[] weights = FloatOp.Conv.room(conv.outChannels(), inputs, area);
    for (int s = 0; s < selection.outChannels(); s++) {
      for (int c = 0; c < inputs; c++) {
        boolean taken = selection.weights()[s * inputs + c] != 0;
        for (int o = 0; taken && o < conv.outChannels(); o++) {
          for (int k = 0; k < area; k++) {
            weights[(o * inputs + c) * area + k] +=
                conv.weights()[(o * conv.inChannels() + s) * area + k];
          }
        }
      }
    }
    return new FloatOp.Conv(conv.outChannels(), inputs, conv.window(), weights, conv.bias());
  }

  private static Optional<FloatOp.Relu> relu(ImportedNode node) {
    return node.operation()
        .operator()
        .filter(FloatOp.Relu.class::isInstance)
        .map(FloatOp.Relu.class::cast);
  }

  private void add(ImportedNode node) {
    done.add(node);
    makers.put(node.output(), done.size() - 1);
  }

  /** The node that makes a feature map, if only one other reads that. */
  private Optional<ImportedNode> soleMaker(String map) {
    boolean sole = readers.get(map).size() == 1 && !returned.contains(map);
    return sole ? Optional.ofNullable(makers.get(map)).map(done::get) : Optional.empty();
  }

  private void replaceMaker(String map, FloatOp operator, String output, Shape shape) {
    int maker = makers.get(map);
    ImportedNode old = done.get(maker);
    done.set(maker, ImportedNode.of(old.name(), operator, old.inputs(), output, shape));
    makers.put(output, maker);
  }

  private void takeIn(Draft.Affine draft) {
    Draft.Affine earlier = waiting.remove(draft.input());
    Draft.Affine affine = earlier == null ? draft : composed(earlier, draft);
    Optional<FloatOp> before =
        soleMaker(affine.input())
            .flatMap(maker -> maker.operation().operator())
            .flatMap(operator -> scaled(operator, affine));
    if (before.isPresent()) {
      replaceMaker(affine.input(), before.get(), affine.output(), affine.shape());
      return;
    }
    List<Draft> behind = readers.getOrDefault(affine.output(), List.of());
    boolean passesOn = !behind.isEmpty() && !returned.contains(affine.output());
    if (passesOn && behind.size() == 1 && behind.get(0) instanceof Draft.Affine) {
      waiting.put(affine.output(), affine);
    } else if (passesOn
        && !isNormalization(affine)
        && behind.stream().allMatch(reader -> takes(reader, affine))) {
      takenByReaders.put(affine.output(), affine);
    } else {
      FloatOp.Conv identity =
          FloatOp.Conv.depthwise(affine.shape().channels(), Window.pointwise(), 1f);
      add(
          ImportedNode.of(
              affine.name(),
              scaled(identity, affine),
              affine.inputs(),
              affine.output(),
              affine.shape()));
    }
  }

  /** Whether all that the network's input is read for is to be scaled and shifted. */
  private boolean isNormalization(Draft.Affine affine) {
    return !makers.containsKey(affine.input()) && readers.get(affine.input()).size() == 1;
  }

  private static boolean takes(Draft reader, Draft.Affine affine) {
    return reader
        .fold(node -> node.node().operation().operator(), other -> Optional.<FloatOp>empty())
        .flatMap(FloatOp::conv)
        .filter(conv -> !conv.window().padded() || affine.shiftless())
        .isPresent();
  }

  private static Draft.Affine composed(Draft.Affine first, Draft.Affine second) {
    int channels = first.scale().length;
    double[] scale = new double[channels];
    double[] shift = new double[channels];
    for (int c = 0; c < channels; c++) {
      scale[c] = second.scale()[c] * first.scale()[c];
      shift[c] = second.scale()[c] * first.shift()[c] + second.shift()[c];
    }
    return new Draft.Affine(
        second.name(), scale, shift, first.input(), second.output(), second.shape());
  }

  /** An operator that scales and shifts its result as well; empty if it cannot. */
  private static Optional<FloatOp> scaled(FloatOp op, Draft.Affine affine) {
    return op.fold(
        conv -> Optional.of(scaled(conv, affine)),
        relu -> Optional.empty(),
        activation ->
            affine.uniform()
                ? Optional.of(
                    new FloatOp.Activation(
                        activation.function().affine(affine.scale()[0], affine.shift()[0])))
                : Optional.empty(),
        maxPool -> Optional.empty(),
        globalAveragePool -> Optional.empty(),
        add -> Optional.empty(),
        concat -> Optional.empty());
  }

  private static FloatOp.Conv scaled(FloatOp.Conv conv, Draft.Affine affine) {
    float[] weights = new float[conv.weights().length];
    float[] bias = new float[conv.outChannels()];
    int fanIn = weights.length / bias.length;
    for (int o = 0; o < bias.length; o++) {
      bias[o] = finite(affine.name(), conv.bias()[o] * affine.scale()[o] + affine.shift()[o]);
      for (int i = o * fanIn; i < (o + 1) * fanIn; i++) {
        weights[i] = finite(affine.name(), conv.weights()[i] * affine.scale()[o]);
      }
    }
    return with(conv, weights, bias);
  }

  /** The convolution of what the affine node makes, as one of what that reads. */
  private static FloatOp.Conv ofScaled(FloatOp.Conv conv, Draft.Affine affine) {
    float[] weights = new float[conv.weights().length];
    float[] bias = new float[conv.outChannels()];
    int fanIn = weights.length / bias.length;
    int groupInputs = conv.inChannels() / conv.groups();
    int groupOutputs = conv.outChannels() / conv.groups();
    for (int o = 0; o < bias.length; o++) {
      double sum = conv.bias()[o];
      for (int k = 0; k < fanIn; k++) {
        int channel = o / groupOutputs * groupInputs + k / conv.window().kernelArea();
        double weight = conv.weights()[o * fanIn + k];
        weights[o * fanIn + k] = finite(affine.name(), weight * affine.scale()[channel]);
        sum += weight * affine.shift()[channel];
      }
      bias[o] = finite(affine.name(), sum);
    }
    return with(conv, weights, bias);
  }

  private static FloatOp.Conv with(FloatOp.Conv conv, float[] weights, float[] bias) {
    return new FloatOp.Conv(
        conv.outChannels(), conv.inChannels(), conv.groups(), conv.window(), weights, bias);
  }

  private static float finite(String name, double value) {
    float rounded = (float) value;
    if (!Float.isFinite(rounded)) {
      throw new Refusal(
          "folding '%s' into a convolution overflows float32; check its scale".formatted(name));
    }
    return rounded;
  }
}
