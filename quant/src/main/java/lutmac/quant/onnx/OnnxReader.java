package lutmac.quant.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.quant.BadInputException;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.Shape;

/**
 * Reads a trained CNN from an ONNX file, opset 9 to 21, into the few operators of a {@link
 * FloatNetwork}. Operators are rewritten only where the result is the same function:
 *
 * <ul>
 *   <li>Batch normalization and added constants fold into the convolution before them; without one
 *       they become a depthwise 1x1 convolution.
 *   <li>Gemm and MatMul become convolutions whose kernel covers the map that was flattened.
 *   <li>Zero padding folds into the next convolution or average pool; into a max-pool only after a
 *       ReLU, where a zero can win no more than the pixels do. Elsewhere it becomes a depthwise 1x1
 *       identity convolution with padding.
 *   <li>An average pool over the whole map is a global one; any other becomes a depthwise
 *       convolution with the constant kernel 1/n.
 *   <li>A final Softmax is left out: it does not change which class wins.
 * </ul>
 *
 * Everything else is refused, all offending nodes in one message.
 */
public final class OnnxReader {
  private static final int OLDEST_OPSET = 9;
  private static final int NEWEST_OPSET = 21;

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
    ModelProto model = parse(file);
    int opset = opset(file, model);
    GraphProto graph = model.getGraph();
    if (graph.getNodeCount() == 0) {
      throw new BadInputException(file + ": the graph has no nodes");
    }
    Set<String> initializers =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.contains(i.getName())).toList();
    ValueInfoProto input = single(file, "input", inputs);
    ValueInfoProto output = single(file, "output", graph.getOutputList());
    List<NodeView> nodes = GraphOrder.live(file, graph, input.getName(), output.getName());
    int rank = input.getType().getTensorType().getShape().getDimCount();
    GraphLowering lowering =
        new GraphLowering(
            graph, opset, input.getName(), inputShape(file, input), rank, output.getName());
    return lowering.lower(file, nodes);
  }

  private static ModelProto parse(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file; check the path", e);
    } catch (IOException | OutOfMemoryError e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    ModelProto model;
    try {
      model = ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(
          file + ": not an ONNX file, or a truncated or damaged one; export or download it again",
          e);
    }
    if (!model.hasGraph() || model.getOpsetImportCount() == 0) {
      throw new BadInputException(
          "%s: not a whole ONNX model (%s is missing); it may be truncated: export or download it again"
              .formatted(file, model.hasGraph() ? "the opset" : "the graph"));
    }
    return model;
  }

  private static int opset(Path file, ModelProto model) {
    for (OperatorSetIdProto imported : model.getOpsetImportList()) {
      if (isStandardDomain(imported.getDomain())) {
        long version = imported.getVersion();
        if (version < OLDEST_OPSET || version > NEWEST_OPSET) {
          throw new BadInputException(
              "%s: opset %d is not supported, only %d to %d; export the model with opset 13"
                  .formatted(file, version, OLDEST_OPSET, NEWEST_OPSET));
        }
        return (int) version;
      }
    }
    throw new BadInputException(
        file + ": imports no standard ONNX operator set; export the model with opset 13");
  }

  static boolean isStandardDomain(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private static ValueInfoProto single(Path file, String what, List<ValueInfoProto> values) {
    if (values.size() != 1) {
      throw new BadInputException(
          "%s: has %d %ss (%s) but must have exactly one; cut the graph to one image %s"
              .formatted(
                  file,
                  values.size(),
                  what,
                  values.stream()
                      .map(value -> "'" + value.getName() + "'")
                      .collect(Collectors.joining(", ")),
                  what));
    }
    return values.get(0);
  }

  /** {@code [N, C, H, W]}, or {@code [N, F]} as F channels of one pixel. */
  private static Shape inputShape(Path file, ValueInfoProto input) {
    TypeProto.Tensor type = input.getType().getTensorType();
    if (type.getElemType() != TensorProto.DataType.FLOAT_VALUE) {
      throw new BadInputException(
          "%s: input '%s' has element type %s; only float32 networks can be read"
              .formatted(
                  file, input.getName(), TensorProto.DataType.forNumber(type.getElemType())));
    }
    List<TensorShapeProto.Dimension> dims = type.getShape().getDimList();
    if (dims.size() != 4 && dims.size() != 2) {
      throw new BadInputException(
          "%s: input '%s' has %d dimensions; it must be [N, C, H, W] or [N, features]"
              .formatted(file, input.getName(), dims.size()));
    }
    int[] extents = {1, 1, 1};
    String[] axes = {"N", "C", "H", "W"};
    Set<String> dynamic = new HashSet<>();
    for (int i = 1; i < dims.size(); i++) {
      TensorShapeProto.Dimension dim = dims.get(i);
      if (!dim.hasDimValue()) {
        dynamic.add(
            "%s%s".formatted(axes[i], dim.hasDimParam() ? " ('" + dim.getDimParam() + "')" : ""));
      } else if (dim.getDimValue() < 1 || dim.getDimValue() > 1 << 16) {
        throw new BadInputException(
            "%s: input '%s' has extent %d in dimension %s"
                .formatted(file, input.getName(), dim.getDimValue(), axes[i]));
      } else {
        extents[i - 1] = (int) dim.getDimValue();
      }
    }
    if (!dynamic.isEmpty()) {
      throw new BadInputException(
          "%s: input '%s' leaves %s open; hardware needs a fixed image size: export the model with one"
              .formatted(
                  file,
                  input.getName(),
                  dynamic.stream().sorted().collect(Collectors.joining(" and "))));
    }
    if ((long) extents[0] * extents[1] * extents[2] > Integer.MAX_VALUE) {
      throw new BadInputException("%s: input '%s' is too large".formatted(file, input.getName()));
    }
    return new Shape(extents[0], extents[1], extents[2]);
  }
}
