package lutmac.onnx.qonnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.file.WholeFile;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.writer.ExactReduction;

/**
 * Writes a quantized network as QONNX, what FINN, hls4ml and other generators read: float
 * operators, and {@code Quant} operators (inputs x, scale, zero point, bit width) of the domain
 * {@code qonnx.custom_op.general} on the input, on every quantized feature map and on weights and
 * biases.
 *
 * <p>Every value is that of the network, {@code integer * 2^-frac}, the graph's input and output
 * too: an input whose mean and scale are folded takes {@code pixel * 2^-frac}. A table of weights
 * becomes the integers that it holds, with as many bits as they need. Executed in float32 the sums
 * are exact up to 2^24 units; beyond that they need integers or float64.
 */
public final class QonnxExport {
  /** Domain of the {@code Quant} operator. */
  public static final String DOMAIN = "qonnx.custom_op.general";

  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;

  private QonnxExport() {}

  /**
   * The network as a QONNX model; the same network always gives the same bytes.
   *
   * @throws BadInputException if it holds logarithmic feature maps, or biases that float32 cannot
   *     hold
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  public static ModelProto toModel(QuantizedNetwork network) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("lutmac")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1))
        .setGraph(QonnxGraph.of(network))
        .build();
  }

  /**
   * Names of the layers whose sums may exceed 2^24 units: executed in float32 they may be rounded,
   * and the results then differ from the network's.
   */
  public static List<String> layersThatFloat32MayRound(QuantizedNetwork network) {
    return network.macLayers().stream()
        .filter(layer -> ExactReduction.of(layer, network.rounding()).wide())
        .map(MacLayer::name)
        .toList();
  }

  /**
   * Writes the file; where that fails, an older file of this name stays as it was.
   *
   * @throws BadInputException if the network cannot be spelled as QONNX, or the file not be written
   */
  public static void write(QuantizedNetwork network, Path file) {
    WholeFile.write(toModel(network).toByteArray(), file);
  }
}
