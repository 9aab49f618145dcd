package lutmac.onnx.folding;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.Refusal;

/**
 * Operators on single elements, broadcast. Real results are computed in double and rounded once.
 */
final class ElementwiseRules {
  /** On two integers; several inputs are taken one after the other. */
  private static final Map<String, LongBinaryOperator> INTEGERS =
      Map.of(
          "Add", Math::addExact,
          "Sub", Math::subtractExact,
          "Mul", Math::multiplyExact,
          "Div", ElementwiseRules::quotient,
          "Min", Math::min,
          "Max", Math::max,
          "Sum", Math::addExact,
          "Pow", ElementwiseRules::power,
          "Mod", ElementwiseRules::remainder);

  private static final Map<String, DoubleBinaryOperator> REALS =
      Map.of(
          "Add", Double::sum,
          "Sub", (a, b) -> a - b,
          "Mul", (a, b) -> a * b,
          "Div", (a, b) -> a / b,
          "Min", Math::min,
          "Max", Math::max,
          "Sum", Double::sum,
          "Pow", Math::pow);

  /** Results are 0 and 1. On integers the batch size counts as one that is greater than 1. */
  private static final Map<String, DoubleBinaryOperator> COMPARISONS =
      Map.of(
          "Equal", (a, b) -> a == b ? 1 : 0,
          "Greater", (a, b) -> a > b ? 1 : 0,
          "GreaterOrEqual", (a, b) -> a >= b ? 1 : 0,
          "Less", (a, b) -> a < b ? 1 : 0,
          "LessOrEqual", (a, b) -> a <= b ? 1 : 0,
          "And", (a, b) -> a != 0 && b != 0 ? 1 : 0,
          "Or", (a, b) -> a != 0 || b != 0 ? 1 : 0,
          "Xor", (a, b) -> (a != 0) != (b != 0) ? 1 : 0);

  private static final Map<String, LongUnaryOperator> OF_ONE_INTEGER =
      Map.of(
          "Neg", Math::negateExact,
          "Abs", Math::abs,
          "Sign", Long::signum,
          "Not", a -> a == 0 ? 1 : 0,
          "Relu", a -> Math.max(0, a));

  private static final Map<String, DoubleUnaryOperator> OF_ONE_REAL =
      Map.ofEntries(
          Map.entry("Neg", a -> -a),
          Map.entry("Abs", Math::abs),
          Map.entry("Sign", Math::signum),
          Map.entry("Relu", a -> Math.max(0, a)),
          Map.entry("Floor", Math::floor),
          Map.entry("Ceil", Math::ceil),
          Map.entry("Round", Math::rint),
          Map.entry("Sqrt", Math::sqrt),
          Map.entry("Reciprocal", a -> 1 / a),
          Map.entry("Exp", Math::exp),
          Map.entry("Log", Math::log),
          Map.entry("Sigmoid", a -> 1 / (1 + Math.exp(-a))),
          Map.entry("Tanh", Math::tanh));

  /** All operators that {@link #evaluate} knows. */
  static final Set<String> NAMES = new TreeSet<>();

  static {
    NAMES.addAll(INTEGERS.keySet());
    NAMES.addAll(REALS.keySet());
    NAMES.addAll(COMPARISONS.keySet());
    NAMES.addAll(OF_ONE_INTEGER.keySet());
    NAMES.addAll(OF_ONE_REAL.keySet());
  }

  private ElementwiseRules() {}

  static Constant evaluate(Call call) {
    String op = call.node().op();
    if (OF_ONE_REAL.containsKey(op) || OF_ONE_INTEGER.containsKey(op)) {
      return ofOne(call, op);
    }
    Constant made = call.input(0);
    for (int i = 1; i < call.inputs().size(); i++) {
      made = ofTwo(call, op, made, call.input(i));
    }
    return made;
  }

  private static Constant ofOne(Call call, String op) {
    return call.input(0)
        .fold(
            reals -> {
              DoubleUnaryOperator rule = required(OF_ONE_REAL.get(op));
              float[] values = new float[reals.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) rule.applyAsDouble(reals.values()[i]);
              }
              return call.floats(reals.dims(), values);
            },
            integers -> {
              LongUnaryOperator rule = required(OF_ONE_INTEGER.get(op));
              long[] values = new long[integers.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] = rule.applyAsLong(Call.known(integers.values()[i]));
              }
              return call.integers(integers.dims(), values, integers.type());
            });
  }

  private static <T> T required(T rule) {
    if (rule == null) {
      throw new Refusal("it is not defined for the element type of its constants");
    }
    return rule;
  }

  private static Constant ofTwo(Call call, String op, Constant left, Constant right) {
    long[] dims = Broadcast.joined(left.dims(), right.dims());
    Constant a = MovementRules.broadcast(left, dims);
    Constant b = MovementRules.broadcast(right, dims);
    DoubleBinaryOperator comparison = COMPARISONS.get(op);
    return a.fold(
        reals -> {
          float[] other = b.fold(Constant.Floats::values, integers -> mixed());
          float[] values = new float[other.length];
          DoubleBinaryOperator rule = required(comparison == null ? REALS.get(op) : comparison);
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) rule.applyAsDouble(reals.values()[i], other[i]);
          }
          return comparison == null ? call.floats(dims, values) : booleans(call, dims, values);
        },
        integers -> {
          long[] other = b.fold(given -> mixed(), Constant.Integers::values);
          long[] values = new long[other.length];
          for (int i = 0; i < values.length; i++) {
            values[i] =
                comparison == null
                    ? ofIntegers(call, op, integers.values()[i], other[i])
                    : (long) compared(comparison, integers.values()[i], other[i]);
          }
          DataType type = comparison == null ? integers.type() : DataType.BOOL;
          return call.integers(dims, values, type);
        });
  }

  private static <T> T mixed() {
    throw new Refusal("it mixes integers and real numbers");
  }

  private static Constant booleans(Call call, long[] dims, float[] values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (long) values[i];
    }
    return call.integers(dims, bits, DataType.BOOL);
  }

  private static long ofIntegers(Call call, String op, long a, long b) {
    boolean product = op.equals("Mul") || op.equals("Div");
    if (a == Constant.Integers.BATCH && product && b == 1) {
      return a;
    }
    if (b == Constant.Integers.BATCH && op.equals("Mul") && a == 1) {
      return b;
    }
    if (op.equals("Mod") && call.node().integer("fmod", 0) != 0) {
      return Call.known(a) % Call.known(b);
    }
    return required(INTEGERS.get(op)).applyAsLong(Call.known(a), Call.known(b));
  }

  private static double compared(DoubleBinaryOperator rule, long a, long b) {
    boolean open = a == Constant.Integers.BATCH && b > 0 || b == Constant.Integers.BATCH && a > 0;
    if (open || a == Constant.Integers.BATCH && b == a) {
      throw new Refusal("it compares with the batch size, which is open; export with batch 1");
    }
    return rule.applyAsDouble(
        a == Constant.Integers.BATCH ? 1 : a, b == Constant.Integers.BATCH ? 1 : b);
  }

  private static long quotient(long a, long b) {
    if (b == 0) {
      throw new Refusal("it divides by 0");
    }
    return a / b;
  }

  private static long remainder(long a, long b) {
    if (b == 0) {
      throw new Refusal("it divides by 0");
    }
    return Math.floorMod(a, b);
  }

  private static long power(long a, long b) {
    double power = Math.pow(a, b);
    if (Math.abs(power) > 1L << 53) {
      throw new ArithmeticException("long overflow");
    }
    return (long) power;
  }

  static Constant where(Call call) {
    long[] dims =
        Broadcast.joined(
            call.input(0).dims(), Broadcast.joined(call.input(1).dims(), call.input(2).dims()));
    long[] chosen =
        MovementRules.broadcast(call.input(0), dims)
            .fold(reals -> mixed(), Constant.Integers::values);
    Constant left = MovementRules.broadcast(call.input(1), dims);
    Constant right = MovementRules.broadcast(call.input(2), dims);
    return left.fold(
        reals -> {
          float[] other = right.fold(Constant.Floats::values, integers -> mixed());
          float[] values = new float[other.length];
          for (int i = 0; i < values.length; i++) {
            values[i] = chosen[i] != 0 ? reals.values()[i] : other[i];
          }
          return call.floats(dims, values);
        },
        integers -> {
          long[] other = right.fold(given -> mixed(), Constant.Integers::values);
          long[] values = new long[other.length];
          for (int i = 0; i < values.length; i++) {
            values[i] = chosen[i] != 0 ? integers.values()[i] : other[i];
          }
          return call.integers(dims, values, integers.type());
        });
  }

  static Constant clip(Call call) {
    Constant made = call.input(0);
    if (call.opset() < 11) {
      float lo = call.node().real("min", Float.NEGATIVE_INFINITY);
      float hi = call.node().real("max", Float.POSITIVE_INFINITY);
      made = ofTwo(call, "Max", made, call.floats(new long[0], new float[] {lo}));
      return ofTwo(call, "Min", made, call.floats(new long[0], new float[] {hi}));
    }
    made = call.has(1) ? ofTwo(call, "Max", made, call.input(1)) : made;
    return call.has(2) ? ofTwo(call, "Min", made, call.input(2)) : made;
  }
}
