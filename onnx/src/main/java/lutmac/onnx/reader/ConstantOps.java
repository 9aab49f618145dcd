package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Operators that make constants, or compute constants from constants. */
final class ConstantOps {
  private final ImportContext graph;

  ConstantOps(ImportContext graph) {
    this.graph = graph;
  }

  Value constant(OnnxNode node) {
    String name = node.output();
    for (AttributeProto attribute : node.proto().getAttributeList()) {
      switch (attribute.getName()) {
        case "value" -> {
          return new Value.Known(Constant.of(attribute.getT(), name));
        }
        case "value_float" -> {
          return floats(name, List.of(attribute.getF()), true);
        }
        case "value_floats" -> {
          return floats(name, attribute.getFloatsList(), false);
        }
        case "value_int" -> {
          return integers(name, List.of(attribute.getI()), true);
        }
        case "value_ints" -> {
          return integers(name, attribute.getIntsList(), false);
        }
        default -> {}
      }
    }
    throw new Refusal("only dense numbers are supported as constants");
  }

  private static Value floats(String name, List<Float> list, boolean scalar) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return new Value.Known(
        new Constant.Floats(name, scalar ? new long[0] : new long[] {values.length}, values));
  }

  private static Value integers(String name, List<Long> list, boolean scalar) {
    long[] values = list.stream().mapToLong(Long::longValue).toArray();
    return new Value.Known(
        new Constant.Integers(name, scalar ? new long[0] : new long[] {values.length}, values));
  }

  Value gather(OnnxNode node) {
    if (!graph.allKnown(node)) {
      throw new Refusal("selecting parts of a feature map is not supported");
    }
    Constant.Integers data = graph.integers(node, 0);
    Constant.Integers indices = graph.integers(node, 1);
    if (data.dims().length != 1 || node.integer("axis", 0) != 0) {
      throw new Refusal("only selecting from a list of integers is supported");
    }
    long[] picked = new long[indices.size()];
    for (int i = 0; i < picked.length; i++) {
      long index = indices.values()[i];
      index = index < 0 ? index + data.size() : index;
      if (index < 0 || index >= data.size()) {
        throw new Refusal("index %d is outside its list of %d".formatted(index, data.size()));
      }
      picked[i] = data.values()[(int) index];
    }
    return new Value.Known(new Constant.Integers(node.output(), indices.dims(), picked));
  }

  /** Of lists of integers, as computed shapes are. */
  Value concat(OnnxNode node) {
    List<Long> joined = new ArrayList<>();
    for (int i = 0; i < node.proto().getInputCount(); i++) {
      Constant.Integers part = graph.integers(node, i);
      if (part.dims().length != 1) {
        throw new Refusal("only lists of integers can be joined");
      }
      for (long value : part.values()) {
        joined.add(value);
      }
    }
    return integers(node.output(), joined, false);
  }

  /** A constant with its axes in another order. */
  static Constant transposed(Constant data, long[] perm) {
    int rank = perm.length;
    long[] old = data.dims();
    long[] dims = new long[rank];
    int[] strides = new int[rank];
    int[] oldStrides = new int[rank];
    int stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
      oldStrides[i] = stride;
      stride *= (int) old[i];
    }
    for (int i = 0; i < rank; i++) {
      dims[i] = old[(int) perm[i]];
      strides[i] = oldStrides[(int) perm[i]];
    }
    int[] source = new int[data.size()];
    int[] position = new int[rank];
    int from = 0;
    for (int n = 0; n < source.length; n++) {
      source[n] = from;
      for (int i = rank - 1; i >= 0; i--) {
        from += strides[i];
        if (++position[i] < dims[i]) {
          break;
        }
        from -= position[i] * strides[i];
        position[i] = 0;
      }
    }
    return data.picked(source, dims);
  }
}
