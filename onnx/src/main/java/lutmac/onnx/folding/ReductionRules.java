package lutmac.onnx.folding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.Refusal;

/** Reductions along axes, and products of matrices. */
final class ReductionRules {
  private static final Map<String, DoubleBinaryOperator> REALS =
      Map.of(
          "ReduceSum", Double::sum,
          "ReduceMean", Double::sum,
          "ReduceProd", (a, b) -> a * b,
          "ReduceMax", Math::max,
          "ReduceMin", Math::min);

  private static final Map<String, LongBinaryOperator> INTEGERS =
      Map.of(
          "ReduceSum", Math::addExact,
          "ReduceProd", Math::multiplyExact,
          "ReduceMax", Math::max,
          "ReduceMin", Math::min);

  /** All operators that {@link #evaluate} knows. */
  static final Set<String> NAMES = REALS.keySet();

  private ReductionRules() {}

  static Constant evaluate(Call call) {
    String op = call.node().op();
    Constant data = call.input(0);
    int rank = data.dims().length;
    long[] axes = call.moved("axes", 1, op.equals("ReduceSum") ? 13 : 18);
    boolean all = axes == null || axes.length == 0;
    if (all && call.node().integer("noop_with_empty_axes", 0) != 0) {
      return data;
    }
    boolean[] reduced = new boolean[rank];
    Arrays.fill(reduced, all);
    for (long axis : all ? new long[0] : axes) {
      reduced[Call.axis(axis, rank)] = true;
    }
    boolean keep = call.node().integer("keepdims", 1) != 0;
    List<Long> shape = new ArrayList<>();
    long[] order = new long[rank];
    int kept = 0;
    int folded = 1;
    for (int i = 0; i < rank; i++) {
      if (!reduced[i]) {
        order[kept++] = i;
        shape.add(data.dims()[i]);
      } else if (keep) {
        shape.add(1L);
      }
    }
    int last = kept;
    for (int i = 0; i < rank; i++) {
      if (reduced[i]) {
        order[last++] = i;
        folded *= (int) data.dims()[i];
      }
    }
    long[] dims = shape.stream().mapToLong(Long::longValue).toArray();
    if (folded == 0) {
      throw new Refusal("it reduces nothing to a number");
    }
    return of(call, op, MovementRules.transposed(data, order), dims, folded);
  }

  private static Constant of(Call call, String op, Constant data, long[] dims, int folded) {
    return data.fold(
        reals -> {
          float[] values = new float[reals.size() / folded];
          for (int i = 0; i < values.length; i++) {
            double value = reals.values()[i * folded];
            for (int k = 1; k < folded; k++) {
              value = REALS.get(op).applyAsDouble(value, reals.values()[i * folded + k]);
            }
            values[i] = (float) (op.equals("ReduceMean") ? value / folded : value);
          }
          return call.floats(dims, values);
        },
        integers -> {
          LongBinaryOperator rule = INTEGERS.get(op);
          if (rule == null) {
            throw new Refusal("it is not defined for the element type of its constants");
          }
          long[] values = new long[integers.size() / folded];
          for (int i = 0; i < values.length; i++) {
            long value = integers.values()[i * folded];
            for (int k = 1; k < folded; k++) {
              value =
                  rule.applyAsLong(
                      Call.known(value), Call.known(integers.values()[i * folded + k]));
            }
            values[i] = value;
          }
          return call.integers(dims, values, integers.type());
        });
  }

  /** Of two matrices. */
  static Constant matMul(Call call) {
    long[] left = call.input(0).dims();
    long[] right = call.input(1).dims();
    if (left.length != 2 || right.length != 2 || left[1] != right[0]) {
      throw new Refusal(
          "it multiplies constants of shapes %s and %s; only two matrices are supported"
              .formatted(Arrays.toString(left), Arrays.toString(right)));
    }
    float[] a = reals(call.input(0));
    float[] b = reals(call.input(1));
    int inner = (int) left[1];
    int columns = (int) right[1];
    float[] product = new float[Call.volume(new long[] {left[0], columns})];
    for (int i = 0; i < product.length; i++) {
      double sum = 0;
      for (int k = 0; k < inner; k++) {
        sum += (double) a[i / columns * inner + k] * b[k * columns + i % columns];
      }
      product[i] = (float) sum;
    }
    return call.floats(new long[] {left[0], columns}, product);
  }

  private static float[] reals(Constant constant) {
    return constant.fold(
        Constant.Floats::values,
        integers -> {
          throw new Refusal("input '%s' must be real numbers".formatted(integers.name()));
        });
  }
}
