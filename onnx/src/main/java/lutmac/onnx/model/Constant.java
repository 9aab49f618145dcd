package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.function.Function;

/** A tensor whose values are known when the model is read, row major. */
public sealed interface Constant {
  /**
   * The values of a tensor of the file.
   *
   * @param name what messages call it
   * @throws Refusal for element types that no weight has, and data that do not fill the shape
   */
  static Constant of(TensorProto tensor, String name) {
    return TensorDecoder.decode(tensor, name);
  }

  /** Name of the initializer or constant, for messages. */
  String name();

  /** Extents, outermost first; empty for a scalar. */
  long[] dims();

  /** Number of values. */
  int size();

  /** The same values, row major, under another shape. */
  Constant reshaped(long[] dims);

  /**
   * Other values of the same kind.
   *
   * @param positions of the new values in this constant's
   * @param dims the new shape
   */
  Constant picked(int[] positions, long[] dims);

  /** Whether all values are 0. */
  boolean zero();

  /** What the function for this kind says. */
  <R> R fold(
      Function<? super Floats, ? extends R> floats, Function<? super Integers, ? extends R> ints);

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

    @Override
    public Floats picked(int[] positions, long[] newDims) {
      float[] picked = new float[positions.length];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = values[positions[i]];
      }
      return new Floats(name, newDims, picked);
    }

    @Override
    public boolean zero() {
      for (float value : values) {
        if (value != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public <R> R fold(
        Function<? super Floats, ? extends R> floats,
        Function<? super Integers, ? extends R> ints) {
      return floats.apply(this);
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

    @Override
    public Integers picked(int[] positions, long[] newDims) {
      long[] picked = new long[positions.length];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = values[positions[i]];
      }
      return new Integers(name, newDims, picked, type);
    }

    @Override
    public boolean zero() {
      for (long value : values) {
        if (value != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public <R> R fold(
        Function<? super Floats, ? extends R> floats,
        Function<? super Integers, ? extends R> ints) {
      return ints.apply(this);
    }
  }
}
