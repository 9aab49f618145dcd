package lutmac.onnx.folding;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * A node with the constants that it reads.
 *
 * @param inputs null where an optional one is absent
 */
record Call(OnnxNode node, List<Constant> inputs, int opset) {
  boolean has(int i) {
    return i < inputs.size() && inputs.get(i) != null;
  }

  Constant input(int i) {
    if (!has(i)) {
      throw new Refusal("input %d is missing".formatted(i));
    }
    return inputs.get(i);
  }

  /** Integers of input {@code i}. */
  long[] integers(int i) {
    return input(i)
        .fold(
            reals -> {
              throw new Refusal("input '%s' must be integers".formatted(reals.name()));
            },
            Constant.Integers::values);
  }

  /** The one integer of input {@code i}. */
  long integer(int i) {
    long[] values = integers(i);
    if (values.length != 1) {
      throw new Refusal("input '%s' must be one integer".formatted(input(i).name()));
    }
    return known(values[0]);
  }

  /** An integer that is not the batch size. */
  static long known(long value) {
    if (value == Constant.Integers.BATCH) {
      throw new Refusal("it computes with the batch size, which is open; export with batch 1");
    }
    return value;
  }

  /** Integers that moved from an attribute to input {@code i} in an opset; null if absent. */
  long[] moved(String attribute, int i, int since) {
    if (opset < since) {
      return node.integers(attribute).orElse(null);
    }
    return has(i) ? integers(i) : null;
  }

  /** An axis counted from the front. */
  static int axis(long axis, int rank) {
    long positive = axis < 0 ? axis + rank : axis;
    if (positive < 0 || positive >= rank) {
      throw new Refusal("axis %d is outside the %d dimensions".formatted(axis, rank));
    }
    return (int) positive;
  }

  /** Number of elements of a shape. */
  static int volume(long[] dims) {
    long volume = 1;
    for (long dim : dims) {
      if (known(dim) < 0 || (volume *= dim) > Shape.MOST_ELEMENTS) {
        throw new Refusal("it makes a constant of shape %s".formatted(Arrays.toString(dims)));
      }
    }
    return (int) volume;
  }

  Constant integers(long[] dims, long[] values) {
    return integers(dims, values, DataType.INT64);
  }

  Constant integers(long[] dims, long[] values, DataType type) {
    return new Constant.Integers(node.output(), dims, values, type);
  }

  Constant floats(long[] dims, float[] values) {
    return new Constant.Floats(node.output(), dims, values);
  }
}
