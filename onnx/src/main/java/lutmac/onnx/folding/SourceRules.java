package lutmac.onnx.folding;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.Refusal;

/** Operators that make constants of attributes, shapes and types. */
final class SourceRules {
  private SourceRules() {}

  static Constant constant(Call call) {
    String name = call.node().output();
    for (AttributeProto attribute : call.node().proto().getAttributeList()) {
      switch (attribute.getName()) {
        case "value" -> {
          return Constant.of(attribute.getT(), name);
        }
        case "value_float" -> {
          return call.floats(new long[0], new float[] {attribute.getF()});
        }
        case "value_floats" -> {
          List<Float> list = attribute.getFloatsList();
          float[] values = new float[list.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
          }
          return call.floats(new long[] {values.length}, values);
        }
        case "value_int" -> {
          return call.integers(new long[0], new long[] {attribute.getI()});
        }
        case "value_ints" -> {
          long[] values = attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
          return call.integers(new long[] {values.length}, values);
        }
        default -> {}
      }
    }
    throw new Refusal("only dense numbers are supported as constants");
  }

  static Constant constantOfShape(Call call) {
    long[] dims = call.integers(0);
    int[] first = new int[Call.volume(dims)];
    Constant value =
        call.node().proto().getAttributeList().stream()
            .filter(attribute -> attribute.getName().equals("value"))
            .map(attribute -> Constant.of(attribute.getT(), call.node().output()))
            .findFirst()
            .orElse(call.floats(new long[] {1}, new float[1]));
    if (value.size() != 1) {
      throw new Refusal("its value has %d numbers; it must have one".formatted(value.size()));
    }
    return value.picked(first, dims);
  }

  static Constant range(Call call) {
    boolean real = call.input(0).fold(reals -> true, integers -> false);
    double start = scalar(call, 0);
    double limit = scalar(call, 1);
    double delta = scalar(call, 2);
    double count = Math.max(0, Math.ceil((limit - start) / delta));
    int size = Call.volume(new long[] {delta == 0 || Double.isNaN(count) ? -1 : (long) count});
    if (real) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = (float) (start + i * delta);
      }
      return call.floats(new long[] {size}, values);
    }
    long[] values = new long[size];
    Arrays.setAll(values, i -> (long) start + i * (long) delta);
    return call.integers(new long[] {size}, values);
  }

  private static double scalar(Call call, int i) {
    return call.input(i)
        .fold(
            reals -> reals.size() == 1 ? reals.values()[0] : Double.NaN,
            integers -> (double) call.integer(i));
  }

  static Constant shape(Call call) {
    long[] dims = call.input(0).dims();
    return sliced(call, dims);
  }

  /** The extents that a Shape node asks for. */
  static Constant sliced(Call call, long[] dims) {
    int start = bound(call.node().integer("start", 0), dims.length);
    int end = bound(call.node().integer("end", dims.length), dims.length);
    long[] part = start < end ? Arrays.copyOfRange(dims, start, end) : new long[0];
    return call.integers(new long[] {part.length}, part);
  }

  private static int bound(long at, int rank) {
    return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  }

  static Constant size(Call call) {
    return call.integers(new long[0], new long[] {call.input(0).size()});
  }

  static Constant cast(Call call) {
    DataType to = DataType.forNumber((int) call.node().integer("to", 0));
    return cast(call, to == null ? DataType.UNDEFINED : to);
  }

  static Constant castLike(Call call) {
    return cast(call, call.input(1).fold(reals -> DataType.FLOAT, Constant.Integers::type));
  }

  private static Constant cast(Call call, DataType to) {
    Constant input = call.input(0);
    return switch (to) {
      case FLOAT, FLOAT16, BFLOAT16, DOUBLE -> input.fold(reals -> reals, i -> real(call, i));
      case INT64, INT32, INT16, UINT16, INT8, UINT8, BOOL, UINT32, UINT64 ->
          input.fold(reals -> integer(call, reals, to), i -> integer(call, i, to));
      default -> throw new Refusal("a cast to %s is not supported".formatted(to));
    };
  }

  private static Constant real(Call call, Constant.Integers integers) {
    float[] values = new float[integers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Call.known(integers.values()[i]);
    }
    return call.floats(integers.dims(), values);
  }

  private static Constant integer(Call call, Constant.Floats reals, DataType to) {
    long[] values = new long[reals.size()];
    for (int i = 0; i < values.length; i++) {
      float value = reals.values()[i];
      values[i] = to == DataType.BOOL ? (value == 0 ? 0 : 1) : fitting((long) value, to);
    }
    return call.integers(reals.dims(), values, to);
  }

  private static Constant integer(Call call, Constant.Integers integers, DataType to) {
    long[] values = new long[integers.size()];
    for (int i = 0; i < values.length; i++) {
      long value = integers.values()[i];
      boolean batch = value == Constant.Integers.BATCH;
      values[i] = to == DataType.BOOL ? (value == 0 ? 0 : 1) : batch ? value : fitting(value, to);
    }
    return call.integers(integers.dims(), values, to);
  }

  /** A value that its element type holds; what others become depends on the machine. */
  private static long fitting(long value, DataType type) {
    long lo =
        switch (type) {
          case INT8 -> Byte.MIN_VALUE;
          case INT16 -> Short.MIN_VALUE;
          case INT32 -> Integer.MIN_VALUE;
          case INT64 -> Long.MIN_VALUE;
          default -> 0;
        };
    long hi =
        switch (type) {
          case INT8 -> Byte.MAX_VALUE;
          case UINT8 -> 255;
          case INT16 -> Short.MAX_VALUE;
          case UINT16 -> 65535;
          case INT32 -> Integer.MAX_VALUE;
          case UINT32 -> 0xffffffffL;
          default -> Long.MAX_VALUE;
        };
    // Slices say "to the end" with the largest number of the type that they had before.
    return Math.max(lo, Math.min(hi, value));
  }

  static DataType typeOf(Constant constant) {
    return constant.fold(reals -> DataType.FLOAT, Constant.Integers::type);
  }
}
