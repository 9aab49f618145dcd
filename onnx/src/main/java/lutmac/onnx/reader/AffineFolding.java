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
import lutmac.network.shape.Window;
import lutmac.onnx.model.Refusal;

/**
 * Removes per-channel scales and shifts (batch normalization, added constants): each goes into the
 * convolution that makes its input, {@code scale * (W x + b) + shift}, or, where all channels are
 * scaled and shifted alike, into the activation that does. Where there is none, or somebody else
 * reads that convolution's output too, it becomes a depthwise 1x1 convolution, which computes the
 * same.
 */
final class AffineFolding {
  private final List<ImportedNode> done = new ArrayList<>();

  /** Where in {@link #done} the node is that makes a feature map. */
  private final Map<String, Integer> makers = new HashMap<>();

  private final Map<String, Integer> readers = new HashMap<>();

  private AffineFolding() {}

  /**
   * The nodes without affine ones, in the same order.
   *
   * @param outputNames the feature maps that the graph returns
   * @throws Refusal if a folded weight overflows float32
   */
  static List<ImportedNode> fold(List<Draft> drafts, List<String> outputNames) {
    return foldAlive(alive(drafts, outputNames), outputNames);
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

  private static List<ImportedNode> foldAlive(List<Draft> drafts, List<String> outputNames) {
    AffineFolding folding = new AffineFolding();
    outputNames.forEach(output -> folding.readers.merge(output, 1, Integer::sum));
    for (Draft draft : drafts) {
      draft.inputs().forEach(input -> folding.readers.merge(input, 1, Integer::sum));
    }
    for (Draft draft : drafts) {
      int maker = draft.fold(folding::keep, folding::takeIn);
      folding.makers.put(draft.output(), maker);
    }
    return folding.done;
  }

  private int keep(Draft.Done draft) {
    return add(draft.node());
  }

  private int add(ImportedNode node) {
    done.add(node);
    return done.size() - 1;
  }

  private int takeIn(Draft.Affine affine) {
    Integer maker = makers.get(affine.input());
    Optional<FloatOp> taking =
        maker != null && readers.get(affine.input()) == 1
            ? done.get(maker).operation().operator().flatMap(op -> scaled(op, affine))
            : Optional.empty();
    if (taking.isPresent()) {
      ImportedNode old = done.get(maker);
      FloatOp folded = taking.get();
      done.set(
          maker,
          ImportedNode.of(old.name(), folded, old.inputs(), affine.output(), affine.shape()));
      return maker;
    }
    FloatOp.Conv identity =
        FloatOp.Conv.depthwise(affine.shape().channels(), Window.pointwise(), 1f);
    return add(
        ImportedNode.of(
            affine.name(),
            scaled(identity, affine),
            affine.inputs(),
            affine.output(),
            affine.shape()));
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
    return new FloatOp.Conv(
        conv.outChannels(), conv.inChannels(), conv.groups(), conv.window(), weights, bias);
  }

  private static float finite(String name, double value) {
    float rounded = (float) value;
    if (!Float.isFinite(rounded)) {
      throw new Refusal(
          "folding '%s' into the convolution before it overflows float32; check its scale"
              .formatted(name));
    }
    return rounded;
  }
}
