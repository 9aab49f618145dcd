package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import lutmac.onnx.folding.ConstantFolding;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Operators that compute nothing: they rename data or see them under another shape. */
final class ShapeOps {
  /** Element types of real numbers. */
  static final Set<DataType> REAL =
      Set.of(DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE);

  private final ImportContext graph;

  ShapeOps(ImportContext graph) {
    this.graph = graph;
  }

  Value identity(OnnxNode node) {
    return graph.value(node, 0);
  }

  Value dropout(OnnxNode node) {
    if (graph.opset() >= 12 && node.hasInput(2)) {
      Constant.Integers training = graph.integers(node, 2);
      if (training.size() != 1 || training.values()[0] != 0) {
        throw new Refusal("it is in training mode; export the model for inference");
      }
    }
    return graph.value(node, 0);
  }

  /**
   * Between real types a cast rounds values, which quantization does anyway; the integers of the
   * network's input become the real numbers that they are.
   */
  Value cast(OnnxNode node) {
    DataType to = DataType.forNumber((int) node.integer("to", 0));
    Value value = graph.value(node, 0);
    if (to == null || !REAL.contains(to)) {
      throw new Refusal(
          "a cast of a feature map to %s is not supported; quantization chooses the integers"
              .formatted(to == null ? "element type " + node.integer("to", 0) : to));
    }
    return value.fold(
        known -> known,
        codes -> {
          if (codes.scale().isPresent()) {
            throw new Refusal("a cast of integer codes is not supported; use DequantizeLinear");
          }
          return codes.source();
        },
        view -> view);
  }

  Value shape(OnnxNode node) {
    return new Value.Known(ConstantFolding.shape(node, dims(node), graph.opset()));
  }

  Value flatten(OnnxNode node) {
    long axis = node.integer("axis", 1);
    return graph.moved(
        node,
        input -> {
          long positive = axis < 0 ? axis + input.axes().rank() + 1 : axis;
          if (positive != 1) {
            throw new Refusal(
                "axis=%d does not keep the batch; flatten from axis 1".formatted(axis));
          }
          return input.as(input.shape().size());
        });
  }

  Value reshape(OnnxNode node) {
    long[] target = graph.integers(node, 1).values();
    boolean zeroMeansZero = node.integer("allowzero", 0) != 0;
    if (zeroMeansZero && Arrays.stream(target).anyMatch(dim -> dim == 0)) {
      throw new Refusal("its new shape has an extent of 0");
    }
    return graph.moved(node, input -> reshaped(input, target));
  }

  private Value.View reshaped(Value.View input, long[] target) {
    int elements = input.shape().size();
    if (target.length < 2) {
      throw new Refusal("it joins the images of a batch; keep the first dimension");
    }
    long[] rest = Arrays.copyOfRange(target, 1, target.length);
    long[] inner = Arrays.stream(input.dims()).asLongStream().toArray();
    boolean batchInferred = target[0] == -1;
    boolean fixed = Arrays.stream(rest).allMatch(dim -> dim > 0);
    if (batchInferred && fixed && volume(rest) < elements && elements % volume(rest) == 0) {
      throw new Refusal(
          "its new shape %s joins the pixels of an image with the batch; keep the batch, as in %s"
              .formatted(Arrays.toString(target), Arrays.toString(withPixels(rest))));
    }
    boolean keepsBatch = target[0] == 0 || graph.isBatch(target[0]) || batchInferred;
    if (!keepsBatch || (batchInferred && Arrays.stream(rest).anyMatch(dim -> dim == -1))) {
      throw new Refusal(
          "its new shape %s does not keep the batch as first dimension"
              .formatted(Arrays.toString(target)));
    }
    return input.as(toInts(resolve(rest, inner, elements)));
  }

  private static long volume(long[] dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  private static long[] withPixels(long[] rest) {
    long[] kept = new long[rest.length + 2];
    kept[1] = -1;
    System.arraycopy(rest, 0, kept, 2, rest.length);
    return kept;
  }

  /** Fills in 0 (as before) and one -1 (what remains). */
  private static long[] resolve(long[] target, long[] old, int elements) {
    long[] dims = target.clone();
    long known = 1;
    int open = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && i < old.length) {
        dims[i] = old[i];
      }
      if (dims[i] == -1 && open < 0) {
        open = i;
      } else if (dims[i] < 1) {
        throw new Refusal("its new shape %s is not usable".formatted(Arrays.toString(target)));
      } else {
        known = Math.multiplyExact(known, dims[i]);
      }
    }
    if (open >= 0 && elements % known == 0) {
      dims[open] = elements / known;
      known = elements;
    }
    if (known != elements) {
      throw new Refusal(
          "its new shape %s does not hold the %d values of one image"
              .formatted(Arrays.toString(target), elements));
    }
    return dims;
  }

  Value squeeze(OnnxNode node) {
    long[] axes = graph.movedIntegers(node, "axes", 1, 13);
    long[] old = dims(node);
    boolean[] drop = new boolean[old.length];
    if (axes == null) {
      for (int i = 1; i < old.length; i++) {
        drop[i] = old[i] == 1;
      }
    } else {
      for (long axis : axes) {
        int at = (int) (axis < 0 ? axis + old.length : axis);
        if (at == 0 && !graph.isKnown(node, 0)) {
          throw new Refusal("axis %d is that of the batch; keep it".formatted(axis));
        }
        if (at < 0 || at >= old.length || old[at] != 1) {
          throw new Refusal("axis %d does not have extent 1".formatted(axis));
        }
        drop[at] = true;
      }
    }
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < old.length; i++) {
      if (!drop[i]) {
        kept.add(old[i]);
      }
    }
    return reshaped(node, kept);
  }

  Value unsqueeze(OnnxNode node) {
    long[] axes = graph.movedIntegers(node, "axes", 1, 13);
    if (axes == null) {
      throw new Refusal("its axes are missing");
    }
    long[] old = dims(node);
    int rank = old.length + axes.length;
    boolean[] added = new boolean[rank];
    for (long axis : axes) {
      int at = (int) (axis < 0 ? axis + rank : axis);
      if (at < 0 || at >= rank || added[at]) {
        throw new Refusal("axis %d is not usable".formatted(axis));
      }
      added[at] = true;
    }
    List<Long> dims = new ArrayList<>();
    int next = 0;
    for (boolean one : added) {
      dims.add(one ? 1L : old[next++]);
    }
    return reshaped(node, dims);
  }

  Value transpose(OnnxNode node) {
    long[] old = dims(node);
    long[] perm =
        node.integers("perm")
            .orElseGet(
                () -> {
                  long[] reversed = new long[old.length];
                  for (int i = 0; i < reversed.length; i++) {
                    reversed[i] = reversed.length - 1L - i;
                  }
                  return reversed;
                });
    long[] sorted = perm.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted.length != old.length || sorted[i] != i) {
        throw new Refusal("perm %s is no permutation".formatted(Arrays.toString(perm)));
      }
    }
    if (perm[0] != 0) {
      throw new Refusal("it does not keep the batch as first dimension");
    }
    int[] order = new int[perm.length - 1];
    Arrays.setAll(order, i -> (int) perm[i + 1] - 1);
    return graph.moved(node, input -> input.seenBy(input.axes().permuted(order)));
  }

  /** Extents of feature map 0, which begin with the batch, {@link Constant.Integers#BATCH}. */
  private long[] dims(OnnxNode node) {
    int[] inner = graph.tensor(node, 0).dims();
    long[] dims = new long[inner.length + 1];
    dims[0] = Constant.Integers.BATCH;
    for (int i = 0; i < inner.length; i++) {
      dims[i + 1] = inner[i];
    }
    return dims;
  }

  private Value reshaped(OnnxNode node, List<Long> dims) {
    long[] array = dims.stream().mapToLong(Long::longValue).toArray();
    if (array.length < 2 || array[0] != Constant.Integers.BATCH) {
      throw new Refusal("it does not keep the batch as first dimension");
    }
    int[] inner = toInts(Arrays.copyOfRange(array, 1, array.length));
    return graph.moved(node, input -> input.as(inner));
  }

  private static int[] toInts(long[] dims) {
    return Arrays.stream(dims).mapToInt(Math::toIntExact).toArray();
  }
}
