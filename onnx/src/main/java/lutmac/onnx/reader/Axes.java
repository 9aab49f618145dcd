package lutmac.onnx.reader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.Refusal;

/**
 * How the axes of an ONNX tensor, the batch left out, run over the elements of a feature map {@code
 * [C, H, W]}. Transpose and Reshape change this and move no data: an axis is a row-major product of
 * parts, and every part takes equal steps through the map. Parts of extent 1 are left out, and
 * neighbours that step as one are one, so that equal layouts are equal records.
 *
 * @param parts of every axis, outermost first
 */
record Axes(List<List<Part>> parts) {
  /**
   * {@code extent} steps of {@code stride} elements.
   *
   * @param stride in elements of the map, counted row major over {@code [C, H, W]}
   */
  record Part(int extent, int stride) {}

  Axes {
    parts = parts.stream().map(Axes::joined).toList();
  }

  /** Three axes: channels, height, width. */
  static Axes plain(Shape shape) {
    return new Axes(List.of(channels(shape), height(shape), width(shape)));
  }

  /** Three axes: height, width, channels. */
  static Axes channelsLast(Shape shape) {
    return new Axes(List.of(height(shape), width(shape), channels(shape)));
  }

  private static List<Part> channels(Shape shape) {
    return List.of(new Part(shape.channels(), shape.pixels()));
  }

  private static List<Part> height(Shape shape) {
    return List.of(new Part(shape.height(), shape.width()));
  }

  private static List<Part> width(Shape shape) {
    return List.of(new Part(shape.width(), 1));
  }

  private static List<Part> joined(List<Part> parts) {
    List<Part> joined = new ArrayList<>();
    for (Part part : parts) {
      Part last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      if (last != null && last.stride() == part.extent() * part.stride()) {
        joined.set(joined.size() - 1, new Part(last.extent() * part.extent(), part.stride()));
      } else if (part.extent() > 1) {
        joined.add(part);
      }
    }
    return List.copyOf(joined);
  }

  int rank() {
    return parts.size();
  }

  int[] dims() {
    return parts.stream().mapToInt(Axes::extent).toArray();
  }

  private static int extent(List<Part> axis) {
    return axis.stream().mapToInt(Part::extent).reduce(1, (a, b) -> a * b);
  }

  /**
   * The same elements in the same order under other extents, as Reshape.
   *
   * @throws Refusal if an axis would take unequal steps through the map
   */
  Axes reshaped(int... dims) {
    Deque<Part> open = new ArrayDeque<>(joined(parts.stream().flatMap(List::stream).toList()));
    List<List<Part>> made = new ArrayList<>();
    for (int dim : dims) {
      List<Part> axis = new ArrayList<>();
      int wanted = dim;
      while (wanted > 1) {
        Part part = open.pop();
        if (wanted % part.extent() == 0) {
          axis.add(part);
          wanted /= part.extent();
        } else if (part.extent() % wanted == 0) {
          int rest = part.extent() / wanted;
          axis.add(new Part(wanted, part.stride() * rest));
          open.push(new Part(rest, part.stride()));
          wanted = 1;
        } else {
          throw new Refusal(
              "it sees a transposed map of %s as %s, which cuts through its rows and channels"
                  .formatted(text(dims()), text(dims)));
        }
      }
      made.add(axis);
    }
    return new Axes(made);
  }

  /** The axes in another order, as Transpose. */
  Axes permuted(int... order) {
    return new Axes(Arrays.stream(order).mapToObj(parts::get).toList());
  }

  /** Axes from {@code first} on. */
  List<List<Part>> from(int first) {
    return parts.subList(first, parts.size());
  }

  /** Whether the tensor's elements lie in the order of the map's. */
  boolean inOrder() {
    return joined(parts.stream().flatMap(List::stream).toList()).stream()
        .allMatch(part -> part.stride() == 1);
  }

  /**
   * The axes of tensors that are joined along one of them, over their maps one after the other.
   *
   * @return empty if they differ in another axis, or if joining them would interleave the maps
   */
  static Optional<Axes> joined(List<Axes> tensors, int axis) {
    Axes first = tensors.get(0);
    if (axis < 0 || axis >= first.rank()) {
      return Optional.empty();
    }
    Part outermost = first.outermost(axis);
    int extent = 0;
    for (Axes tensor : tensors) {
      if (tensor.rank() != first.rank()) {
        return Optional.empty();
      }
      Part outer = tensor.outermost(axis);
      if (!tensor.with(axis, outermost).equals(first.with(axis, outermost))
          || outer.stride() != outermost.stride()
          || outer.extent() * outer.stride() != tensor.size()) {
        return Optional.empty();
      }
      extent = Math.addExact(extent, outer.extent());
    }
    return Optional.of(first.with(axis, new Part(extent, outermost.stride())));
  }

  private Part outermost(int axis) {
    List<Part> axisParts = parts.get(axis);
    return axisParts.isEmpty() ? new Part(1, size()) : axisParts.get(0);
  }

  private Axes with(int axis, Part outermost) {
    List<Part> changed = new ArrayList<>(parts.get(axis));
    if (!changed.isEmpty()) {
      changed.remove(0);
    }
    changed.add(0, outermost);
    List<List<Part>> all = new ArrayList<>(parts);
    all.set(axis, changed);
    return new Axes(all);
  }

  private int size() {
    return parts.stream().mapToInt(Axes::extent).reduce(1, (a, b) -> a * b);
  }

  /** The elements of a vector whose order is the map's. */
  static int[] inOrder(int size) {
    int[] elements = new int[size];
    Arrays.setAll(elements, i -> i);
    return elements;
  }

  /** For every element of the tensor, row major, which element of the map it is. */
  int[] elements() {
    int[] elements = {0};
    for (List<Part> axis : parts) {
      for (Part part : axis) {
        int[] next = new int[elements.length * part.extent()];
        for (int i = 0; i < next.length; i++) {
          next[i] = elements[i / part.extent()] + i % part.extent() * part.stride();
        }
        elements = next;
      }
    }
    return elements;
  }

  /**
   * For every channel of the map, its position along an axis.
   *
   * @return empty if the axis runs through pixels too
   */
  Optional<int[]> channelPositions(int axis, Shape shape) {
    int[] positions = new int[shape.channels()];
    int inner = extent(parts.get(axis));
    for (Part part : parts.get(axis)) {
      if (part.stride() < shape.pixels()) {
        return Optional.empty();
      }
      inner /= part.extent();
      for (int c = 0; c < positions.length; c++) {
        positions[c] += c * shape.pixels() / part.stride() % part.extent() * inner;
      }
    }
    return Optional.of(positions);
  }

  /** Whether an axis runs through the channels, all of them in order, and through nothing else. */
  boolean isChannels(int axis, Shape shape) {
    return parts.get(axis).equals(joined(channels(shape)));
  }

  /**
   * The layout of {@link #elements}'s inverse: the order of this tensor's elements becomes that of
   * a map, and a tensor whose elements lie as in the map of today is seen over it.
   *
   * @param dims extents of that tensor
   */
  Axes inverse(int... dims) {
    List<Part> ordered = new ArrayList<>();
    List<Part> old = parts.stream().flatMap(List::stream).toList();
    int stride = 1;
    List<Part[]> pairs = new ArrayList<>();
    for (int i = old.size() - 1; i >= 0; i--) {
      Part part = old.get(i);
      pairs.add(new Part[] {part, new Part(part.extent(), stride)});
      stride *= part.extent();
    }
    Collections.sort(pairs, (a, b) -> Integer.compare(b[0].stride(), a[0].stride()));
    pairs.forEach(pair -> ordered.add(pair[1]));
    return new Axes(List.of(ordered)).reshaped(dims);
  }

  static String text(int[] dims) {
    return Arrays.stream(dims)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", ", dims.length == 0 ? "[N" : "[N, ", "]"));
  }
}
