package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/** A tensor whose values are known when the model is read. */
public sealed interface Constant {
  /** Name of the initializer or constant, for messages. */
  String name();

  /** Extents, outermost first; empty for a scalar. */
  long[] dims();

  /** Number of values. */
  int size();

  /** The same values, row major, under another shape. */
  Constant reshaped(long[] dims);

  /** Real values. */
  record Floats(String name, long[] dims, float[] values) implements Constant {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Floats reshaped(long[] newDims) {
      return new Floats(name, newDims, values);
    }
  }

  /**
   * Integers: shapes, axes, paddings, codes. The batch size, unknown here, is {@link #BATCH}.
   *
   * @param type element type
   */
  record Integers(String name, long[] dims, long[] values, DataType type) implements Constant {
    /** Stands for the batch size in a shape that the graph computes. */
    public static final long BATCH = Long.MIN_VALUE;

    /** Integers as shapes are. */
    public Integers(String name, long[] dims, long[] values) {
      this(name, dims, values, DataType.INT64);
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Integers reshaped(long[] newDims) {
      return new Integers(name, newDims, values, type);
    }
  }

  /** Number of values of a shape; 1 for a scalar. */
  static long volume(long[] dims) {
    long volume = 1;
    for (long dim : dims) {
      volume = Math.multiplyExact(volume, dim);
    }
    return volume;
  }
}
