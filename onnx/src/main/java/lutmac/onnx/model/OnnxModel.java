package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;
import lutmac.onnx.qoperator.QuantizedSpelling;

/**
 * An ONNX file of one input, opset 7 to 28.
 *
 * @param graph as the file holds it, values that lie in other files included, operators on codes
 *     spelled with QuantizeLinear and DequantizeLinear
 * @param outputNames tensors that the graph returns, in its order
 * @param nodes those that the outputs depend on, each after those it reads
 */
public record OnnxModel(
    Path file,
    GraphProto graph,
    int opset,
    GraphInput input,
    List<String> outputNames,
    List<OnnxNode> nodes) {
  private static final int OLDEST_OPSET = 7;

  /** The newest one whose operators are known to mean what those of opset 21 do. */
  private static final int NEWEST_OPSET = 28;

  /**
   * Reads a file.
   *
   * @param inputTypes element types that its input may have
   * @param inputShape shape of the input where the file leaves extents open, with or without batch
   * @throws BadInputException if the file is missing, damaged, or not such a model
   */
  public static OnnxModel read(
      Path file, Set<DataType> inputTypes, Optional<List<Integer>> inputShape) {
    ModelProto model =
        QuantizedSpelling.of(FunctionInlining.of(file, ExternalData.taken(file, parse(file))));
    int opset = opset(file, model);
    GraphProto graph = model.getGraph();
    if (graph.getNodeCount() == 0) {
      throw new BadInputException(file + ": the graph has no nodes");
    }
    Set<String> initializers =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.contains(i.getName())).toList();
    ValueInfoProto input = single(file, inputs);
    List<String> outputs = outputs(file, graph);
    List<OnnxNode> nodes = GraphOrder.live(file, graph, input.getName(), outputs);
    return new OnnxModel(
        file, graph, opset, GraphInput.of(file, input, inputTypes, inputShape), outputs, nodes);
  }

  /** Name of the input. */
  public String inputName() {
    return input.name();
  }

  /** The network's name: the graph's, or else the file's. */
  public String name() {
    return graph.getName().isEmpty() ? String.valueOf(file.getFileName()) : graph.getName();
  }

  static ModelProto parse(Path file) {
    byte[] bytes;
    try {
      bytes = InputFile.bytes(file);
    } catch (NoSuchFileException e) {
      throw MissingFile.file(file);
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

  /** Whether an operator set's domain is that of ONNX itself. */
  public static boolean isStandardDomain(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private static ValueInfoProto single(Path file, List<ValueInfoProto> inputs) {
    if (inputs.size() != 1) {
      throw new BadInputException(
          "%s: has %d inputs (%s) but must have exactly one; cut the graph to one image input"
              .formatted(
                  file,
                  inputs.size(),
                  inputs.stream()
                      .map(input -> "'" + input.getName() + "'")
                      .collect(Collectors.joining(", "))));
    }
    return inputs.get(0);
  }

  private static List<String> outputs(Path file, GraphProto graph) {
    List<String> outputs =
        graph.getOutputList().stream().map(ValueInfoProto::getName).distinct().toList();
    if (outputs.isEmpty()) {
      throw new BadInputException(
          "%s: the graph has no outputs; export the model with what it returns".formatted(file));
    }
    return outputs;
  }
}
