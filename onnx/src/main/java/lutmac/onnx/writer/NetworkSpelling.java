package lutmac.onnx.writer;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * How a kind of file spells the layers of a network as ONNX operators. All files have the operators
 * on real values in common; only layers with weights differ.
 */
public interface NetworkSpelling {
  /** Adds a layer with weights; the last one makes the graph's output. */
  void mac(MacLayer layer, boolean last);

  /**
   * Adds a layer that one operator computes on the real values of its inputs, and whose output has
   * their format; the last one makes the graph's output.
   */
  void operator(QuantizedLayer layer, String op, AttributeProto[] attributes, boolean last);

  /**
   * Adds all layers, in execution order.
   *
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  static void spell(QuantizedNetwork network, NetworkSpelling spelling) {
    int layers = network.layers().size();
    for (int i = 0; i < layers; i++) {
      boolean last = i == layers - 1;
      network
          .layers()
          .get(i)
          .<Runnable>fold(
              mac -> () -> mac(spelling, mac, last),
              pool -> () -> maxPool(spelling, pool, last),
              concat -> () -> spelling.operator(concat, "Concat", channels(), last))
          .run();
    }
  }

  private static void mac(NetworkSpelling spelling, MacLayer layer, boolean last) {
    Consistency.require(layer, last);
    spelling.mac(layer, last);
  }

  private static void maxPool(NetworkSpelling spelling, MaxPoolLayer layer, boolean last) {
    Consistency.require(layer);
    spelling.operator(layer, "MaxPool", LayerOperators.attributes(layer.window()), last);
  }

  private static AttributeProto[] channels() {
    return new AttributeProto[] {attribute("axis", 1)};
  }
}
