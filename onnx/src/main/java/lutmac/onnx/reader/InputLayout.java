package lutmac.onnx.reader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.OnnxNode;

/**
 * As which map {@code [C, H, W]} the network's input is declared. A tensor {@code [N, C, H, W]} is
 * one, {@code [N, C, L]} has one row, {@code [N, F]} one pixel. Graphs of channels-last frameworks
 * take {@code [N, H, W, C]} and transpose it, others reshape their input: then the map is what the
 * first window slides over, and the input a view of it.
 */
final class InputLayout {
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Cast",
          "Identity",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Relu",
          "Clip",
          "Min",
          "Max",
          "QuantizeLinear",
          "DequantizeLinear");

  private InputLayout() {}

  /** The input as the graph's first nodes see it. */
  static Value.View of(OnnxModel model) {
    int[] dims = model.input().dims().stream().mapToInt(Integer::intValue).toArray();
    int rank = dims.length;
    if (rank > 1 && isMovedFromLast(model, model.inputName(), rank)) {
      Shape shape =
          rank == 2 ? new Shape(dims[1], 1, dims[0]) : new Shape(dims[2], dims[0], dims[1]);
      Axes axes = Axes.channelsLast(shape);
      return new Value.View(
          model.inputName(), shape, rank == 2 ? axes.reshaped(dims) : axes, Value.Border.NONE);
    }
    Shape shape =
        switch (rank) {
          case 1 -> new Shape(dims[0], 1, 1);
          case 2 -> new Shape(dims[0], 1, dims[1]);
          default -> new Shape(dims[0], dims[1], dims[2]);
        };
    return Value.View.of(model.inputName(), shape).as(dims);
  }

  /** Whether the first node that moves data takes the last axis to the front. */
  private static boolean isMovedFromLast(OnnxModel model, String input, int rank) {
    Map<String, List<OnnxNode>> readers = new HashMap<>();
    for (OnnxNode node : model.nodes()) {
      for (String read : node.proto().getInputList()) {
        readers.computeIfAbsent(read, name -> new ArrayList<>()).add(node);
      }
    }
    Set<String> seen = new HashSet<>(Set.of(input));
    Deque<String> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      for (OnnxNode node : readers.getOrDefault(open.remove(), List.of())) {
        if (node.op().equals("Transpose")) {
          if (isFromLast(node, rank)) {
            return true;
          }
        } else if (ELEMENTWISE.contains(node.op()) && seen.add(node.output())) {
          open.add(node.output());
        }
      }
    }
    return false;
  }

  private static boolean isFromLast(OnnxNode transpose, int rank) {
    long[] perm = transpose.integers("perm").orElse(new long[0]);
    boolean fromLast = perm.length == rank + 1 && perm[0] == 0 && perm[1] == rank;
    for (int i = 2; i < perm.length; i++) {
      fromLast &= perm[i] == i - 1;
    }
    return fromLast;
  }

  /**
   * The input declared so that a view of it, or of a map of its layout, is a map {@code [C, H, W]}
   * in its own order.
   *
   * @return empty if it has other axes than such a map, or the data would have to be in an order
   *     that is neither that of the tensor nor channels last
   */
  static Optional<Value.View> asMap(Value.View input, Value.View seen) {
    int[] dims = seen.axes().dims();
    if (!input.axes().inOrder() || (dims.length != 2 && dims.length != 3)) {
      return Optional.empty();
    }
    Shape shape =
        dims.length == 2 ? new Shape(dims[0], 1, dims[1]) : new Shape(dims[0], dims[1], dims[2]);
    int[] given = input.axes().dims();
    Axes axes = seen.axes().inverse(given);
    int last = given.length - 1;
    Axes plain = Axes.plain(shape).reshaped(dims);
    boolean channelsLast = given.length == dims.length && axes.isChannels(last, shape);
    for (int axis = 1; axis < dims.length && channelsLast; axis++) {
      channelsLast = axes.parts().get(axis - 1).equals(plain.parts().get(axis));
    }
    return axes.inOrder() || channelsLast
        ? Optional.of(new Value.View(input.map(), shape, axes, Value.Border.NONE))
        : Optional.empty();
  }
}
