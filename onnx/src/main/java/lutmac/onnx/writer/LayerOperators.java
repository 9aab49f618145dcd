package lutmac.onnx.writer;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.shape.Window;

/** The operators on real values that all files spell alike. */
public final class LayerOperators {
  private LayerOperators() {}

  /** Shape of a layer's weights, {@code [O, I / groups, Kh, Kw]}. */
  public static long[] weightDims(MacLayer layer) {
    return new long[] {
      layer.outChannels(),
      layer.groupChannels(),
      layer.window().kernelHeight(),
      layer.window().kernelWidth()
    };
  }

  /** Adds a layer's Conv: its sums, {@code [N, O, H, W]}, with the bias if that is an input. */
  public static String conv(
      GraphBuilder graph, MacLayer layer, String wanted, List<String> inputs) {
    List<AttributeProto> attributes = new ArrayList<>(List.of(attributes(layer.window())));
    if (layer.groups() > 1) {
      attributes.add(attribute("group", layer.groups()));
    }
    return graph.node("Conv", wanted, inputs, attributes.toArray(AttributeProto[]::new));
  }

  /**
   * What a layer's Conv slides over: {@code x}, or, where its window sees zeros between the pixels,
   * a map that holds them. A depthwise ConvTranspose of a single 1 puts them there.
   */
  public static String seen(GraphBuilder graph, MacLayer layer, String x) {
    Window window = layer.window();
    if (!window.insertsZeros()) {
      return x;
    }
    int channels = layer.inChannels();
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return graph.node(
        "ConvTranspose",
        layer.name() + ".spaced",
        List.of(x, graph.floats(layer.name() + ".ones", ones, channels, 1, 1, 1)),
        attribute("group", channels),
        attribute(
            "strides",
            List.of((long) window.upsampling().height(), (long) window.upsampling().width())));
  }

  /** Adds the sum of a layer's input pixels, {@code [N, I, 1, 1]}, in the type that x has. */
  public static String pixelSums(GraphBuilder graph, MacLayer layer, String x) {
    return graph.node(
        "ReduceSum",
        layer.name() + ".pixel_sums",
        List.of(x, graph.axes("axes_2_3", 2, 3)),
        attribute("keepdims", 1));
  }

  /**
   * Adds the clamp of an output stage to values that are not rounded yet: Relu or Clip, or, where
   * the format's range is the clamp, nothing.
   */
  public static String clamp(
      GraphBuilder graph,
      MacLayer layer,
      OutputStage.Requantize stage,
      String value,
      FixedFormat format) {
    boolean fullTop = stage.hi() == format.maxCode();
    if (stage.lo() == 0 && fullTop) {
      return graph.node("Relu", layer.name() + ".relu", List.of(value));
    }
    if (stage.lo() == format.minCode() && fullTop) {
      return value;
    }
    float[] lo = {Math.scalb((float) stage.lo(), -format.frac())};
    float[] hi = {Math.scalb((float) stage.hi(), -format.frac())};
    return graph.node(
        "Clip",
        layer.name() + ".clamped",
        List.of(
            value, graph.floats(layer.name() + ".lo", lo), graph.floats(layer.name() + ".hi", hi)));
  }

  /** Attributes that describe a window, as of MaxPool. */
  static AttributeProto[] attributes(Window w) {
    return new AttributeProto[] {
      attribute("dilations", List.of((long) w.dilationHeight(), (long) w.dilationWidth())),
      attribute("kernel_shape", List.of((long) w.kernelHeight(), (long) w.kernelWidth())),
      attribute(
          "pads",
          List.of(
              (long) w.padTop(), (long) w.padLeft(), (long) w.padBottom(), (long) w.padRight())),
      attribute("strides", List.of((long) w.strideHeight(), (long) w.strideWidth()))
    };
  }
}
