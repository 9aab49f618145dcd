package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.OnnxModel;

/**
 * Reads a trained CNN from an ONNX file, opset 7 to 28, into the few operators of a {@link
 * FloatNetwork}. Operators are rewritten only where the result is the same function:
 *
 * <ul>
 *   <li>Batch normalization and constants that are added or multiplied fold into the convolution
 *       before them or those behind; without one they become a depthwise 1x1 convolution.
 *   <li>Gemm and MatMul become convolutions whose kernel covers what was flattened.
 *   <li>Zero padding folds into the next convolution or average pool; into a max-pool only after a
 *       ReLU, where a zero can win no more than the pixels do. Elsewhere it becomes a depthwise 1x1
 *       identity convolution with padding.
 *   <li>An average pool over all pixels is a global one; any other becomes a depthwise convolution
 *       with the constant kernel 1/n.
 *   <li>A final Softmax, Sigmoid or ArgMax is left out: it does not change which class wins.
 * </ul>
 *
 * Everything else is refused, all offending nodes in one message.
 */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * A network with what the reader left out.
   *
   * @param notes one sentence each, for the user
   */
  public record Imported(FloatNetwork network, List<String> notes) {
    public Imported {
      notes = List.copyOf(notes);
    }
  }

  /** Element types that an input may have: real numbers, or integers that a Cast makes real. */
  private static final Set<DataType> INPUTS =
      Set.of(
          DataType.FLOAT,
          DataType.FLOAT16,
          DataType.BFLOAT16,
          DataType.DOUBLE,
          DataType.UINT8,
          DataType.INT8,
          DataType.UINT16,
          DataType.INT16,
          DataType.INT32,
          DataType.INT64);

  /**
   * Reads a network.
   *
   * @throws BadInputException if the file is missing, damaged, or holds what is not supported
   */
  public static FloatNetwork read(Path file) {
    return readWithNotes(file).network();
  }

  /**
   * Reads a network and tells what was left out of it.
   *
   * @throws BadInputException if the file is missing, damaged, or holds what is not supported
   */
  public static Imported readWithNotes(Path file) {
    return readWithNotes(file, Optional.empty());
  }

  /**
   * The same of a file that leaves extents of its input open.
   *
   * @param inputShape its shape as the file counts the dimensions, with the batch or without
   * @throws BadInputException also if the file has another shape
   */
  public static Imported readWithNotes(Path file, Optional<List<Integer>> inputShape) {
    OnnxModel model = OnnxModel.read(file, INPUTS, inputShape);
    ImportedGraph graph = GraphImport.ofFloats(model);
    List<FloatNode> nodes = graph.nodes().stream().map(OnnxReader::floatNode).toList();
    FloatNetwork network =
        new FloatNetwork(
            model.name(), model.inputName(), graph.inputShape(), nodes, graph.returnedMaps());
    return new Imported(network, graph.notes());
  }

  private static FloatNode floatNode(ImportedNode node) {
    FloatOp op = node.operation().operator().orElseThrow();
    return new FloatNode(node.name(), op, node.inputs(), node.output(), node.shape());
  }
}
