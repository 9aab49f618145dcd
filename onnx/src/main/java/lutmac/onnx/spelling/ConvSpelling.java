package lutmac.onnx.spelling;

import static lutmac.onnx.spelling.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import lutmac.network.quantized.MacLayer;
import lutmac.network.shape.Window;

/** Operators that slide a window or sum over it: attributes and shapes. */
public final class ConvSpelling {
  private ConvSpelling() {}

  /** Shape of a layer's weights. */
  public static long[] weightDims(MacLayer layer) {
    return new long[] {
      layer.outChannels(),
      layer.groupChannels(),
      layer.window().kernelHeight(),
      layer.window().kernelWidth()
    };
  }

  /** Attributes of Conv. */
  public static AttributeProto[] attributes(MacLayer layer) {
    List<AttributeProto> attributes = new ArrayList<>(windowAttributes(layer.window()));
    if (layer.groups() > 1) {
      attributes.add(attribute("group", layer.groups()));
    }
    return attributes.toArray(AttributeProto[]::new);
  }

  /** Attributes of MaxPool. */
  public static AttributeProto[] attributes(Window window) {
    return windowAttributes(window).toArray(AttributeProto[]::new);
  }

  /** Sum of a layer's input pixels, {@code [N, I, 1, 1]}, in the type that x has. */
  public static String pixelSums(GraphBuilder graph, MacLayer layer, String x) {
    return graph.node(
        "ReduceSum",
        layer.name() + ".pixel_sums",
        List.of(x, graph.axes("axes_2_3", 2, 3)),
        attribute("keepdims", 1));
  }

  private static List<AttributeProto> windowAttributes(Window w) {
    return List.of(
        attribute("dilations", List.of((long) w.dilationHeight(), (long) w.dilationWidth())),
        attribute("kernel_shape", List.of((long) w.kernelHeight(), (long) w.kernelWidth())),
        attribute(
            "pads",
            List.of(
                (long) w.padTop(), (long) w.padLeft(), (long) w.padBottom(), (long) w.padRight())),
        attribute("strides", List.of((long) w.strideHeight(), (long) w.strideWidth())));
  }
}
