package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.OptionalInt;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * QuantizeLinear, DequantizeLinear and the Clip between them. Scales must be powers of two and zero
 * points 0. On constants (weights and biases) they are evaluated.
 */
final class QuantOps {
  private final ImportContext graph;

  /** Feature maps made of codes: several DequantizeLinear may read the same ones. */
  private final Map<Value.Codes, Value.View> dequantized = new IdentityHashMap<>();

  QuantOps(ImportContext graph) {
    this.graph = graph;
  }

  /** The network's input as integer codes. */
  static Value.Codes given(Value.View input, DataType type) {
    Range range =
        switch (type) {
          case INT8, UINT8 -> range(type);
          case UINT16, UINT32, UINT64 -> new Range(0, Integer.MAX_VALUE);
          default -> new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
        };
    return new Value.Codes(input, OptionalInt.empty(), range.lo(), range.hi());
  }

  /** The integers of an element type. */
  private record Range(int lo, int hi) {}

  private static Range range(DataType type) {
    return switch (type) {
      case INT8 -> new Range(-128, 127);
      case UINT8 -> new Range(0, 255);
      case INT4 -> new Range(-8, 7);
      case UINT4 -> new Range(0, 15);
      default -> throw new Refusal("it makes %s codes; codes have at most 8 bits".formatted(type));
    };
  }

  /** Powers of two, {@code scale = 2^-frac}, one for all or one for every position of an axis. */
  private record Scales(int[] fracs, int axis) {
    /** Fraction bits of element {@code i} of a tensor. */
    int frac(int i, long[] dims) {
      if (fracs.length == 1) {
        return fracs[0];
      }
      int inner = 1;
      for (int d = axis + 1; d < dims.length; d++) {
        inner *= (int) dims[d];
      }
      return fracs[i / inner % fracs.length];
    }
  }

  private Scales scales(OnnxNode node) {
    Constant.Floats scales = graph.floats(node, 1);
    if (node.integer("block_size", 0) != 0 || scales.dims().length > 1 || scales.size() == 0) {
      throw new Refusal("scales of blocks are not supported; quantize per tensor or per channel");
    }
    int[] fracs = new int[scales.size()];
    for (int i = 0; i < fracs.length; i++) {
      float scale = scales.values()[i];
      int exponent = Math.getExponent(scale);
      if (!(scale > 0) || exponent < Float.MIN_EXPONENT || scale != Math.scalb(1f, exponent)) {
        throw new Refusal(
            "scale %s of '%s' is no power of two; quantize with power-of-two scales (Brevitas: po2_scale, Vitis AI and Quark: PowerOfTwo)"
                .formatted(scale, scales.name()));
      }
      fracs[i] = -exponent;
    }
    if (node.hasInput(2)) {
      long[] points = zeroPoints(node);
      for (long point : points) {
        if (point != 0) {
          throw new Refusal(
              "zero point %d of '%s' is not 0; quantize symmetrically"
                  .formatted(point, node.input(2)));
        }
      }
    }
    return new Scales(fracs, (int) node.integer("axis", 1));
  }

  private long[] zeroPoints(OnnxNode node) {
    return graph.integers(node, 2).values();
  }

  /** Scales that fit a constant. */
  private Scales scales(OnnxNode node, Constant data) {
    Scales scales = scales(node);
    int rank = data.dims().length;
    int axis = scales.axis() < 0 ? scales.axis() + rank : scales.axis();
    if (scales.fracs().length > 1
        && (axis < 0 || axis >= rank || data.dims()[axis] != scales.fracs().length)) {
      throw new Refusal(
          "'%s' has %d scales for axis %d, which do not fit its shape %s"
              .formatted(
                  data.name(), scales.fracs().length, scales.axis(), Arrays.toString(data.dims())));
    }
    return new Scales(scales.fracs(), axis);
  }

  private int scale(OnnxNode node) {
    Scales scales = scales(node);
    if (scales.fracs().length != 1) {
      throw new Refusal(
          "it has %d scales for a feature map; only weights can have one per channel"
              .formatted(scales.fracs().length));
    }
    return scales.fracs()[0];
  }

  Value quantize(OnnxNode node) {
    DataType type = codeType(node);
    Range range = range(type);
    if (graph.isKnown(node, 0)) {
      return quantized(node, graph.constant(node, 0), type, range);
    }
    return new Value.Codes(
        graph.view(node, 0), OptionalInt.of(scale(node)), range.lo(), range.hi());
  }

  private DataType codeType(OnnxNode node) {
    if (node.hasInput(2)) {
      return graph.integers(node, 2).type();
    }
    DataType named = DataType.forNumber((int) node.integer("output_dtype", 0));
    return named == DataType.UNDEFINED ? DataType.UINT8 : named;
  }

  private Value quantized(OnnxNode node, Constant data, DataType type, Range range) {
    Constant.Floats reals = graph.floats(node, 0);
    Scales scales = scales(node, data);
    long[] codes = new long[reals.size()];
    for (int i = 0; i < codes.length; i++) {
      double code = Math.rint(Math.scalb((double) reals.values()[i], scales.frac(i, data.dims())));
      codes[i] = (long) Math.max(range.lo(), Math.min(range.hi(), code));
    }
    return new Value.Known(new Constant.Integers(reals.name(), data.dims(), codes, type));
  }

  Value dequantize(OnnxNode node) {
    return graph
        .value(node, 0)
        .fold(
            known -> dequantized(node, known.constant()),
            codes -> dequantized(node, codes),
            view -> {
              throw new Refusal(
                  "it reads the feature map '%s', which was not quantized before"
                      .formatted(node.input(0)));
            });
  }

  private Value dequantized(OnnxNode node, Value.Codes codes) {
    int frac = scale(node);
    if (codes.frac().isPresent() && codes.frac().getAsInt() != frac) {
      throw new Refusal(
          "its scale 2^%d is not that of the QuantizeLinear before it, 2^%d"
              .formatted(-frac, -codes.frac().getAsInt()));
    }
    Value.View known = dequantized.get(codes);
    if (known != null) {
      return known;
    }
    ImportedNode.Quantize quantize =
        new ImportedNode.Quantize(frac, codes.lo(), codes.hi(), codes.frac().isEmpty());
    Value.View made = graph.emitQuantize(node, quantize, codes.source());
    dequantized.put(codes, made);
    return made;
  }

  private Value dequantized(OnnxNode node, Constant data) {
    Constant.Integers codes = graph.integers(node, 0);
    Scales scales = scales(node, data);
    float[] reals = new float[codes.size()];
    for (int i = 0; i < reals.length; i++) {
      // As ONNX defines it: an int32 becomes a float32 before it is scaled.
      reals[i] = Math.scalb((float) codes.values()[i], -scales.frac(i, data.dims()));
    }
    return new Value.Known(new Constant.Floats(codes.name(), data.dims(), reals));
  }

  /** Whether a Clip works on codes. */
  boolean clips(OnnxNode node) {
    return graph
        .value(node, 0)
        .fold(
            known -> known.constant().fold(reals -> false, integers -> true),
            codes -> true,
            view -> false);
  }

  /** Clip on codes, see {@link #clips}: fewer bits than the element type has. */
  Value clip(OnnxNode node) {
    long lo = bound(node, 1, Integer.MIN_VALUE);
    long hi = bound(node, 2, Integer.MAX_VALUE);
    if (lo > hi) {
      throw new Refusal("it clips to the empty range %d..%d".formatted(lo, hi));
    }
    return graph
        .value(node, 0)
        .fold(
            known -> clipped(graph.integers(node, 0), lo, hi),
            codes -> clipped(codes, lo, hi),
            view -> {
              throw new IllegalStateException("a feature map is clipped by a ReLU");
            });
  }

  private static Value clipped(Value.Codes codes, long lo, long hi) {
    int least = (int) Math.max(codes.lo(), Math.min(codes.hi(), lo));
    int most = (int) Math.max(codes.lo(), Math.min(codes.hi(), hi));
    if (least > 0 || most < 0) {
      throw new Refusal("it clips to %d..%d, without 0".formatted(lo, hi));
    }
    return new Value.Codes(codes.source(), codes.frac(), least, most);
  }

  private static Value clipped(Constant.Integers codes, long lo, long hi) {
    long[] clipped = new long[codes.size()];
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = Math.max(lo, Math.min(hi, codes.values()[i]));
    }
    return new Value.Known(
        new Constant.Integers(codes.name(), codes.dims(), clipped, codes.type()));
  }

  private long bound(OnnxNode node, int i, long fallback) {
    if (!node.hasInput(i)) {
      return fallback;
    }
    Constant.Integers bound = graph.integers(node, i);
    if (bound.size() != 1) {
      throw new Refusal("its bound '%s' must be one integer".formatted(node.input(i)));
    }
    return bound.values()[0];
  }
}
