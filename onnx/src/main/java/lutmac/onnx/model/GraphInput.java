package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * The one input of a graph.
 *
 * @param type element type
 * @param batch images a batch, if the file fixes that
 * @param dims extents of one image, the batch left out: {@code [C, H, W]}, {@code [H, W, C]},
 *     {@code [C, L]} or {@code [F]}
 */
public record GraphInput(String name, DataType type, OptionalLong batch, List<Integer> dims) {
  private static final int LARGEST_EXTENT = 1 << 16;

  public GraphInput {
    dims = List.copyOf(dims);
  }

  /**
   * Reads the declaration of an input.
   *
   * @param types element types that it may have
   * @param given its shape, with or without the batch, where the file leaves extents open
   * @throws BadInputException if it is no input of such a type and of 2 to 4 known extents
   */
  static GraphInput of(
      Path file, ValueInfoProto input, Set<DataType> types, Optional<List<Integer>> given) {
    TypeProto.Tensor tensor = input.getType().getTensorType();
    DataType type = DataType.forNumber(tensor.getElemType());
    String name = input.getName();
    if (type == null || !types.contains(type)) {
      throw new BadInputException(
          "%s: input '%s' has element type %s; only %s can be read"
              .formatted(
                  file,
                  name,
                  type == null ? "number " + tensor.getElemType() : type,
                  types.stream().map(DataType::name).sorted().collect(Collectors.joining(", "))));
    }
    List<TensorShapeProto.Dimension> declared =
        tensor.hasShape()
            ? tensor.getShape().getDimList()
            : openShape(given.map(List::size).orElse(0));
    int rank = declared.size();
    if (rank < 2 || rank > 4) {
      throw new BadInputException(
          "%s: input '%s' has %d dimensions; it must be [N, C, H, W], [N, C, length] or [N, features]"
              .formatted(file, name, rank));
    }
    List<Integer> dims = new ArrayList<>();
    List<String> open = new ArrayList<>();
    List<Integer> wanted = given.map(all -> images(file, name, all, rank)).orElse(List.of());
    for (int axis = 1; axis < rank; axis++) {
      TensorShapeProto.Dimension dim = declared.get(axis);
      boolean fixed = dim.hasDimValue();
      long extent = fixed || wanted.isEmpty() ? dim.getDimValue() : wanted.get(axis - 1);
      if (fixed && !wanted.isEmpty() && wanted.get(axis - 1) != extent) {
        throw new BadInputException(
            "%s: input '%s' has extent %d in dimension %s, the given shape has %d; leave the shape out or give what the file has"
                .formatted(file, name, extent, axisName(axis, rank), wanted.get(axis - 1)));
      }
      if (!fixed && wanted.isEmpty()) {
        open.add(
            axisName(axis, rank) + (dim.hasDimParam() ? " ('" + dim.getDimParam() + "')" : ""));
      } else if (extent < 1 || extent > LARGEST_EXTENT) {
        throw new BadInputException(
            "%s: input '%s' has extent %d in dimension %s"
                .formatted(file, name, extent, axisName(axis, rank)));
      }
      dims.add((int) extent);
    }
    if (!open.isEmpty()) {
      throw new BadInputException(
          "%s: input '%s' leaves %s open; hardware needs a fixed size: give it with --input-shape, for example --input-shape %s, or export the model with one"
              .formatted(file, name, String.join(" and ", open), example(declared)));
    }
    if (dims.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact)
        > Shape.MOST_ELEMENTS) {
      throw new BadInputException(
          "%s: input '%s' has more than the %d elements that can be computed; export the model for smaller images"
              .formatted(file, name, Shape.MOST_ELEMENTS));
    }
    TensorShapeProto.Dimension batch = declared.get(0);
    return new GraphInput(
        name,
        type,
        batch.getDimValue() > 0 ? OptionalLong.of(batch.getDimValue()) : OptionalLong.empty(),
        dims);
  }

  private static List<TensorShapeProto.Dimension> openShape(int given) {
    // One image's shape or a batch's: without a declaration nobody can tell 3 extents apart, and
    // [C, H, W] is what people give.
    int rank = given == 0 || given == 4 ? given : given + 1;
    return Collections.nCopies(rank, TensorShapeProto.Dimension.getDefaultInstance());
  }

  private static List<Integer> images(Path file, String name, List<Integer> given, int rank) {
    if (given.size() != rank && given.size() != rank - 1) {
      throw new BadInputException(
          "%s: input '%s' has %d dimensions with the batch; the given shape has %d"
              .formatted(file, name, rank, given.size()));
    }
    return given.subList(given.size() - rank + 1, given.size());
  }

  private static String axisName(int axis, int rank) {
    return switch (rank) {
      case 2 -> "F";
      case 3 -> List.of("N", "C", "L").get(axis);
      default -> List.of("N", "C", "H", "W").get(axis);
    };
  }

  private static String example(List<TensorShapeProto.Dimension> declared) {
    return declared.stream()
        .skip(1)
        .map(dim -> dim.hasDimValue() ? String.valueOf(dim.getDimValue()) : "224")
        .collect(Collectors.joining(","));
  }
}
