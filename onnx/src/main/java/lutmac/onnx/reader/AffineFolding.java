package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Refusal;

/**
 * Removes per-channel scales and shifts (batch normalization, added constants): each goes into the
 * convolution that makes its input, {@code scale * (W x + b) + shift}. Where there is none, or
 * somebody else reads that convolution's output too, it becomes a depthwise 1x1 convolution, which
 * computes the same.
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
    Optional<FloatOp.Conv> conv =
        maker != null && readers.get(affine.input()) == 1
            ? done.get(maker).operation().operator().flatMap(FloatOp::conv)
            : Optional.empty();
    if (conv.isPresent()) {
      ImportedNode old = done.get(maker);
      FloatOp folded = scaled(conv.get(), affine);
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
