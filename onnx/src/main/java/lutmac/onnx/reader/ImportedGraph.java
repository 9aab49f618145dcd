package lutmac.onnx.reader;

import java.util.List;

/**
 * A graph of ONNX nodes as the few operators of ours.
 *
 * @param nodes in an order in which every node comes after those it reads
 * @param output name of the feature map that is the result
 * @param notes what was left out, one sentence each, for the user
 */
public record ImportedGraph(List<ImportedNode> nodes, String output, List<String> notes) {
  public ImportedGraph {
    nodes = List.copyOf(nodes);
    notes = List.copyOf(notes);
  }
}
