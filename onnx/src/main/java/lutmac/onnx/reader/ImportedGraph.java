package lutmac.onnx.reader;

import java.util.List;
import lutmac.network.shape.Shape;

/**
 * A graph of ONNX nodes as the few operators of ours.
 *
 * @param inputShape the map {@code [C, H, W]} that the input is declared as
 * @param nodes in an order in which every node comes after those it reads
 * @param outputs what the graph returns, in its order, every feature map once
 * @param notes what was left out, one sentence each, for the user
 */
public record ImportedGraph(
    Shape inputShape, List<ImportedNode> nodes, List<Output> outputs, List<String> notes) {
  /**
   * An output of the graph.
   *
   * @param name of the output
   * @param map name of the feature map that it returns
   */
  public record Output(String name, String map) {}

  public ImportedGraph {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    notes = List.copyOf(notes);
  }

  /** Names of the feature maps that the graph returns. */
  public List<String> returnedMaps() {
    return outputs.stream().map(Output::map).toList();
  }
}
