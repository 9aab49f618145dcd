package lutmac.onnx.spelling;

import java.util.List;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;

/** The clamp of an output stage in real values, before these are rounded. */
public final class RealClamp {
  private RealClamp() {}

  /** Relu or Clip, or, where the format's range is the clamp, nothing. */
  public static String of(
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
}
