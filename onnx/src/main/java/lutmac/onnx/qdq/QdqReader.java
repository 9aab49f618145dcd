package lutmac.onnx.qdq;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.reader.GraphImport;

/**
 * Reads a network that another tool quantized: float operators between {@code QuantizeLinear ->
 * [Clip] -> DequantizeLinear}, scales that are powers of two, zero points 0, codes and weights of
 * at most 8 bits. Nothing is quantized again: the integers are those of the file.
 *
 * <ul>
 *   <li>Weights: integers behind DequantizeLinear, or floats behind QuantizeLinear, Clip and
 *       DequantizeLinear, with one scale or one a channel. Any other constants that are integers of
 *       8 bits times powers of two will do. Up to 16 different ones become one plane, more two.
 *   <li>Biases: whatever is a multiple of the scale of the sums.
 *   <li>A feature map may be quantized again at another scale, joined, added or clamped between two
 *       quantizations: that becomes a layer that copies channels, unless the layer before can do
 *       it.
 * </ul>
 */
public final class QdqReader {
  private QdqReader() {}

  /**
   * A network with what a user should know of it.
   *
   * @param notes one sentence each
   */
  public record Imported(QuantizedNetwork network, List<String> notes) {
    public Imported {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Reads a network.
   *
   * @param preprocessing how images become the float input; for an integer input, pixels
   * @throws BadInputException if the file is missing, damaged, or holds what is not supported; all
   *     offending nodes at once
   */
  public static QuantizedNetwork read(Path file, Preprocessing preprocessing) {
    return readWithNotes(file, preprocessing).network();
  }

  /**
   * The same with what was left out, and where it is not exactly what the file says.
   *
   * @throws BadInputException as {@link #read}
   */
  public static Imported readWithNotes(Path file, Preprocessing preprocessing) {
    OnnxModel model =
        OnnxModel.read(
            file, Set.of(DataType.FLOAT, DataType.UINT8, DataType.INT8), Optional.empty());
    return QdqAssembly.assemble(model, GraphImport.ofQuantized(model), preprocessing);
  }
}
