package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private AffineFolding() {}

  /** The drafts without affine ones, in the same order. */
  static List<Draft> fold(List<Draft> drafts, String outputName) {
    Map<String, Integer> readers = new HashMap<>();
    readers.merge(outputName, 1, Integer::sum);
    for (Draft draft : drafts) {
      draft.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    List<Draft> done = new ArrayList<>();
    Map<String, Integer> makers = new HashMap<>();
    for (Draft draft : drafts) {
      if (!(draft.action() instanceof Draft.Affine affine)) {
        makers.put(draft.output(), done.size());
        done.add(draft);
        continue;
      }
      String input = draft.inputs().get(0);
      Integer maker = makers.get(input);
      if (maker != null
          && done.get(maker).op() instanceof FloatOp.Conv conv
          && readers.get(input) == 1) {
        Draft old = done.get(maker);
        FloatOp folded = scaled(draft.name(), conv, affine);
        done.set(maker, Draft.of(old.name(), folded, old.inputs(), draft.output(), draft.shape()));
        makers.put(draft.output(), maker);
      } else {
        int channels = draft.shape().channels();
        FloatOp alone =
            scaled(draft.name(), Depthwise.convolution(channels, Window.pointwise(), 1f), affine);
        makers.put(draft.output(), done.size());
        done.add(Draft.of(draft.name(), alone, draft.inputs(), draft.output(), draft.shape()));
      }
    }
    return done;
  }

  private static FloatOp.Conv scaled(String name, FloatOp.Conv conv, Draft.Affine affine) {
    float[] weights = new float[conv.weights().length];
    float[] bias = new float[conv.outChannels()];
    int fanIn = weights.length / bias.length;
    for (int o = 0; o < bias.length; o++) {
      bias[o] = finite(name, conv.bias()[o] * affine.scale()[o] + affine.shift()[o]);
      for (int i = o * fanIn; i < (o + 1) * fanIn; i++) {
        weights[i] = finite(name, conv.weights()[i] * affine.scale()[o]);
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
