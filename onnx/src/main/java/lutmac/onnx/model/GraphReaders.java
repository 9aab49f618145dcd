package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Which nodes of a graph read a tensor, looked up in constant time. */
public final class GraphReaders {
  private final Map<String, List<NodeProto>> readers = new HashMap<>();

  /** Looks at a graph once. */
  public GraphReaders(GraphProto graph) {
    for (NodeProto node : graph.getNodeList()) {
      for (String tensor : new HashSet<>(node.getInputList())) {
        readers.computeIfAbsent(tensor, name -> new ArrayList<>()).add(node);
      }
    }
  }

  /** The nodes that read a tensor, each once, as the file has them. */
  public List<NodeProto> of(String tensor) {
    return readers.getOrDefault(tensor, List.of());
  }
}
