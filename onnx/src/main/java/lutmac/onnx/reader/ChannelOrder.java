package lutmac.onnx.reader;

import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Window;

/**
 * Convolutions of a map whose channels ONNX sees in another order (after a channel shuffle, say):
 * their weights move, the map stays.
 *
 * <p>{@code order[c]} is the channel, as ONNX counts, that the map's channel {@code c} is.
 */
final class ChannelOrder {
  private ChannelOrder() {}

  /** The same convolution of the map as it is; groups are spelled out, with zeros between them. */
  static FloatOp.Conv ofInputs(FloatOp.Conv conv, int[] order) {
    int area = conv.window().kernelArea();
    int inputs = conv.inChannels();
    int groupInputs = inputs / conv.groups();
    int groupOutputs = conv.outChannels() / conv.groups();
    float[] weights = FloatOp.Conv.room(conv.outChannels(), inputs, area);
    for (int o = 0; o < conv.outChannels(); o++) {
      int first = o / groupOutputs * groupInputs;
      for (int c = 0; c < inputs; c++) {
        int from = order[c] - first;
        if (from >= 0 && from < groupInputs) {
          System.arraycopy(
              conv.weights(),
              (o * groupInputs + from) * area,
              weights,
              (o * inputs + c) * area,
              area);
        }
      }
    }
    return new FloatOp.Conv(conv.outChannels(), inputs, conv.window(), weights, conv.bias());
  }

  /** The map with its channels as ONNX counts them. */
  static FloatOp.Conv identity(int[] order) {
    int channels = order.length;
    FloatOp.Conv each = FloatOp.Conv.depthwise(channels, Window.pointwise(), 1f);
    return ofInputs(each, order);
  }

  /** A depthwise convolution whose output has its channels in the map's order too. */
  static FloatOp.Conv ofDepthwise(FloatOp.Conv conv, int[] order) {
    int area = conv.window().kernelArea();
    float[] weights = new float[conv.weights().length];
    float[] bias = new float[conv.bias().length];
    for (int c = 0; c < order.length; c++) {
      bias[c] = conv.bias()[order[c]];
      System.arraycopy(conv.weights(), order[c] * area, weights, c * area, area);
    }
    return new FloatOp.Conv(
        conv.outChannels(), conv.inChannels(), conv.groups(), conv.window(), weights, bias);
  }
}
