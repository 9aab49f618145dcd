package lutmac.onnx.writer;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * How a kind of file spells the layers of a network as ONNX operators. All files have the operators
 * on real values in common; only layers with weights differ.
 */
public interface NetworkSpelling {
  /** Adds a layer with weights. */
  void mac(MacLayer layer);

  /**
   * Adds a layer that one operator computes on the real values of its inputs, and whose output has
   * their format.
   */
  void operator(QuantizedLayer layer, String op, AttributeProto[] attributes);

  /** A layer that enlarges its map: ONNX's Resize of these scales, one an axis. */
  void resize(MaxPoolLayer layer, float[] scales, AttributeProto[] attributes);

  /** Makes a feature map, whose layer has been added, an output of the graph. */
  void output(Tensor tensor);

  /**
   * Adds all layers, in execution order, then the outputs.
   *
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  static void spell(QuantizedNetwork network, NetworkSpelling spelling) {
    for (QuantizedLayer layer : network.layers()) {
      layer
          .<Runnable>fold(
              mac -> () -> mac(spelling, mac, network.returns(mac.output())),
              pool -> () -> maxPool(spelling, pool),
              concat -> () -> spelling.operator(concat, "Concat", channels()))
          .run();
    }
    network.outputs().forEach(spelling::output);
  }

  private static void mac(NetworkSpelling spelling, MacLayer layer, boolean returned) {
    Consistency.require(layer, returned);
    spelling.mac(layer);
  }

  private static void maxPool(NetworkSpelling spelling, MaxPoolLayer layer) {
    Consistency.require(layer);
    Window window = layer.window();
    if (window.repeats()) {
      float[] scales = {1, 1, window.upsampling().height(), window.upsampling().width()};
      spelling.resize(
          layer,
          scales,
          new AttributeProto[] {
            attribute("mode", "nearest"),
            attribute("coordinate_transformation_mode", "asymmetric"),
            attribute("nearest_mode", "floor")
          });
      return;
    }
    spelling.operator(layer, "MaxPool", LayerOperators.attributes(window));
  }

  private static AttributeProto[] channels() {
    return new AttributeProto[] {attribute("axis", 1)};
  }
}
