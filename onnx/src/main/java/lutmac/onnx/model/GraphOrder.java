package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;

/** Puts the nodes of a graph in order and drops those that no output depends on. */
final class GraphOrder {
  private GraphOrder() {}

  /**
   * Nodes that an output depends on, each after those it reads, with unique names.
   *
   * @throws BadInputException if a tensor is read that nothing makes, is made twice, or depends on
   *     itself
   */
  static List<OnnxNode> live(Path file, GraphProto graph, String input, List<String> outputs) {
    List<OnnxNode> nodes = named(graph);
    Map<String, OnnxNode> makers = new HashMap<>();
    Set<String> given = new HashSet<>(Set.of(input));
    graph.getInitializerList().stream().map(TensorProto::getName).forEach(given::add);
    if (graph.getSparseInitializerCount() > 0) {
      throw new BadInputException(file + ": has sparse initializers; save the weights dense");
    }
    for (OnnxNode node : nodes) {
      for (String made : node.proto().getOutputList()) {
        OnnxNode other = made.isEmpty() ? null : makers.put(made, node);
        if (other != null || given.contains(made)) {
          throw new BadInputException(
              "%s: tensor '%s' is made by node %s and also by %s"
                  .formatted(
                      file,
                      made,
                      node.label(),
                      other == null ? "the graph's inputs or initializers" : other.label()));
        }
      }
    }
    for (OnnxNode node : nodes) {
      for (String read : node.proto().getInputList()) {
        if (!read.isEmpty() && !makers.containsKey(read) && !given.contains(read)) {
          throw new BadInputException(
              "%s: node %s reads '%s', which is no initializer, no graph input and no node's output; export the model again with its weights"
                  .formatted(file, node.label(), read));
        }
      }
    }
    for (String output : outputs) {
      if (!makers.containsKey(output)) {
        throw new BadInputException(
            "%s: no node makes the graph's output '%s'".formatted(file, output));
      }
    }
    return sorted(file, nodes, makers, outputs);
  }

  private static List<OnnxNode> named(GraphProto graph) {
    Map<String, Long> counts =
        graph.getNodeList().stream()
            .collect(Collectors.groupingBy(NodeProto::getName, Collectors.counting()));
    List<OnnxNode> nodes = new ArrayList<>();
    Set<String> taken = new HashSet<>(counts.keySet());
    Map<String, Integer> numbers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      String name = node.getName();
      if (name.isEmpty() || counts.get(name) > 1) {
        String base = name.isEmpty() ? node.getOpType() : name;
        do {
          name = base + "_" + numbers.merge(base, 1, Integer::sum);
        } while (!taken.add(name));
      }
      nodes.add(new OnnxNode(node, name));
    }
    return nodes;
  }

  private static List<OnnxNode> sorted(
      Path file, List<OnnxNode> nodes, Map<String, OnnxNode> makers, List<String> outputs) {
    Set<OnnxNode> live = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<OnnxNode> open = new ArrayDeque<>(outputs.stream().map(makers::get).toList());
    while (!open.isEmpty()) {
      OnnxNode node = open.pop();
      if (live.add(node)) {
        node.proto().getInputList().stream()
            .filter(makers::containsKey)
            .map(makers::get)
            .forEach(open::push);
      }
    }
    return ordered(file, nodes.stream().filter(live::contains).toList(), makers);
  }

  /** Nodes of which none reads what a later one makes; as the file has them, as far as can be. */
  private static List<OnnxNode> ordered(
      Path file, List<OnnxNode> nodes, Map<String, OnnxNode> makers) {
    Map<OnnxNode, Integer> places = new IdentityHashMap<>();
    Map<OnnxNode, Integer> missing = new IdentityHashMap<>();
    Map<OnnxNode, List<OnnxNode>> readers = new IdentityHashMap<>();
    for (OnnxNode node : nodes) {
      places.put(node, places.size());
      Set<OnnxNode> read = Collections.newSetFromMap(new IdentityHashMap<>());
      node.proto().getInputList().stream()
          .filter(makers::containsKey)
          .map(makers::get)
          .forEach(read::add);
      missing.put(node, read.size());
      read.forEach(maker -> readers.computeIfAbsent(maker, key -> new ArrayList<>()).add(node));
    }
    PriorityQueue<OnnxNode> ready = new PriorityQueue<>(Comparator.comparing(places::get));
    nodes.stream().filter(node -> missing.get(node) == 0).forEach(ready::add);
    List<OnnxNode> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      OnnxNode node = ready.remove();
      order.add(node);
      for (OnnxNode reader : readers.getOrDefault(node, List.of())) {
        if (missing.merge(reader, -1, Integer::sum) == 0) {
          ready.add(reader);
        }
      }
    }
    if (order.size() < nodes.size()) {
      throw new BadInputException(
          "%s: the graph has a cycle, these nodes lie on it or behind it: %s; a feed-forward network has none"
              .formatted(
                  file,
                  nodes.stream()
                      .filter(node -> missing.get(node) > 0)
                      .limit(8)
                      .map(OnnxNode::label)
                      .collect(Collectors.joining(", "))));
    }
    return order;
  }
}
