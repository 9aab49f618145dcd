package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * QuantizeLinear, DequantizeLinear and the Clip between them, and QONNX's quantizers. On constants
 * (weights and biases) they are evaluated. On feature maps they are kept as they are, which needs
 * scales that are powers of two; or, where only the {@linkplain #meaning} of a file counts, left
 * out.
 */
final class QuantOps {
  private static final int WHOLE_FLOATS = 24;

  private final ImportContext graph;
  private final boolean meaning;

  /** Feature maps made of codes: several nodes may read the same ones. */
  private final Map<Value.Codes, Value.View> real = new IdentityHashMap<>();

  /** Feature maps that were quantized in the file, where that is left out. */
  private final Set<String> leftOut = new HashSet<>();

  /** The first scale that is no power of two: the others are refused by the same sentence. */
  private Optional<String> oddScale = Optional.empty();

  /**
   * @param meaning whether only the real numbers count that the file stands for
   */
  QuantOps(ImportContext graph, boolean meaning) {
    this.graph = graph;
    this.meaning = meaning;
  }

  /** The network's input as integer codes. */
  static Value.Codes given(Value.View input, DataType type) {
    Range range =
        switch (type) {
          case INT8, UINT8 -> range(type);
          case UINT16, UINT32, UINT64 -> new Range(0, Integer.MAX_VALUE);
          default -> new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
        };
    return new Value.Codes(input, Optional.empty(), range.lo(), range.hi());
  }

  /** What was left out of the file, for the user; empty if nothing was. */
  Optional<String> note() {
    return leftOut.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the file is quantized already: its weights are read as the real numbers that they stand for, and the quantizations of %d of its feature maps are left out, to be chosen anew"
                .formatted(leftOut.size()));
  }

  /** Integers. */
  private record Range(int lo, int hi) {}

  private static Range range(DataType type) {
    return switch (type) {
      case INT8 -> new Range(-128, 127);
      case UINT8 -> new Range(0, 255);
      case INT4 -> new Range(-8, 7);
      case UINT4 -> new Range(0, 15);
      case INT16 -> new Range(Short.MIN_VALUE, Short.MAX_VALUE);
      case UINT16 -> new Range(0, 0xffff);
      case INT32 -> new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
      default ->
          throw new Refusal("it makes %s codes; only integers are supported".formatted(type));
    };
  }

  // ---- QuantizeLinear and DequantizeLinear

  Value quantize(OnnxNode node) {
    DataType type = codeType(node);
    Range range = range(type);
    if (graph.isKnown(node, 0)) {
      return quantized(node, graph.constant(node, 0), type, range);
    }
    if (!meaning && (long) range.hi() - range.lo() > 0xff) {
      throw Refusal.ofQuantization(
          "it makes %s codes; codes of feature maps have at most 8 bits".formatted(type));
    }
    Value.View source = graph.view(node, 0);
    return new Value.Codes(source, Optional.of(step(node)), range.lo(), range.hi());
  }

  private DataType codeType(OnnxNode node) {
    if (node.hasInput(2)) {
      return graph.integers(node, 2).type();
    }
    DataType named = DataType.forNumber((int) node.integer("output_dtype", 0));
    return named == null || named == DataType.UNDEFINED ? DataType.UINT8 : named;
  }

  /** The one step of a feature map's codes. */
  private Value.Step step(OnnxNode node) {
    return only(node, QuantSteps.ofMap(graph, node));
  }

  private Value.Step only(OnnxNode node, QuantSteps steps) {
    if (!meaning && !steps.uniform()) {
      throw Refusal.ofQuantization(
          "it has %d scales for a feature map; only weights can have one per channel or block"
              .formatted(steps.scales().length));
    }
    if (!meaning) {
      requirePowersOfTwo(steps, node.input(1));
    }
    float scale = steps.scales()[0];
    for (float each : steps.scales()) {
      scale = Math.max(scale, each);
    }
    return new Value.Step(scale, Math.toIntExact(steps.zeros()[0]));
  }

  private void requirePowersOfTwo(QuantSteps steps, String name) {
    for (float scale : steps.scales()) {
      int exponent = Math.getExponent(scale);
      if (exponent < Float.MIN_EXPONENT || scale != Math.scalb(1f, exponent)) {
        if (oddScale.isEmpty()) {
          oddScale =
              Optional.of(
                  "scale %s of '%s' is no power of two; quantize with power-of-two scales (Brevitas: po2_scale, Vitis AI and Quark: PowerOfTwo)"
                      .formatted(scale, name));
        }
        throw Refusal.ofQuantization(oddScale.get());
      }
    }
  }

  private Value quantized(OnnxNode node, Constant data, DataType type, Range range) {
    Constant.Floats reals = graph.floats(node, 0);
    QuantSteps steps = ofWeights(node, data);
    int[] positions = steps.positions(data.dims());
    long[] codes = new long[reals.size()];
    for (int i = 0; i < codes.length; i++) {
      float scaled = reals.values()[i] / steps.scales()[positions[i]];
      double code = Math.rint(scaled) + steps.zeros()[positions[i]];
      codes[i] = (long) Math.max(range.lo(), Math.min(range.hi(), code));
    }
    return new Value.Known(new Constant.Integers(reals.name(), data.dims(), codes, type));
  }

  private QuantSteps ofWeights(OnnxNode node, Constant data) {
    QuantSteps steps = QuantSteps.ofAxis(graph, node, data.dims());
    if (!meaning) {
      requirePowersOfTwo(steps, node.input(1));
    }
    return steps;
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
    Value.Step step = step(node);
    if (codes.scale().isEmpty()) {
      return real(codes, step, node.name(), node.output());
    }
    Value.Step made = codes.scale().get();
    if (made.zero() != step.zero()) {
      throw new Refusal(
          "its zero point %d is not that of the QuantizeLinear before it, %d"
              .formatted(step.zero(), made.zero()));
    }
    if (made.scale() == step.scale()) {
      return real(codes, made, node.name(), node.output());
    }
    // The codes count in other steps from here on: the same as a product with a constant.
    Value.View steps = real(codes, made, node.name(), graph.freshName(node.output() + ".steps"));
    double[] ratio = new double[steps.shape().channels()];
    Arrays.fill(ratio, (double) step.scale() / made.scale());
    return graph.emitAffine(node.name(), node.output(), ratio, new double[ratio.length], steps);
  }

  private Value dequantized(OnnxNode node, Constant data) {
    Constant.Integers codes = graph.integers(node, 0);
    QuantSteps steps = ofWeights(node, data);
    int[] positions = steps.positions(data.dims());
    float[] reals = new float[codes.size()];
    for (int i = 0; i < reals.length; i++) {
      // As ONNX defines it: an int32 becomes a float32 before it is scaled.
      float integer = codes.values()[i] - steps.zeros()[positions[i]];
      reals[i] = integer * steps.scales()[positions[i]];
    }
    return new Value.Known(new Constant.Floats(codes.name(), data.dims(), reals));
  }

  /**
   * The real values of a feature map's codes.
   *
   * @param name of the node that asks for them
   * @param tensor what to call them if nobody has yet
   */
  private Value.View real(Value.Codes codes, Value.Step step, String name, String tensor) {
    Value.View known = real.get(codes);
    if (known == null) {
      known = meaning ? meant(codes, step, name, tensor) : kept(codes, step, name, tensor);
      real.put(codes, known);
    }
    return known;
  }

  private Value.View kept(Value.Codes codes, Value.Step step, String name, String tensor) {
    long lo = (long) codes.lo() - step.zero();
    long hi = (long) codes.hi() - step.zero();
    if (lo > 0 || hi < 0) {
      throw Refusal.ofQuantization(
          "codes %d..%d with the zero point %d cannot hold a zero"
              .formatted(codes.lo(), codes.hi(), step.zero()));
    }
    if (lo < Byte.MIN_VALUE || hi > (lo < 0 ? Byte.MAX_VALUE : 0xff)) {
      throw Refusal.ofQuantization(
          step.zero() == 0
              ? "codes %d..%d have more than 8 bits".formatted(lo, hi)
              : "zero point %d is not 0: codes less it are %d..%d, more than 8 bits; quantize symmetrically"
                  .formatted(step.zero(), lo, hi));
    }
    if (step.zero() != 0 && codes.scale().isEmpty()) {
      throw Refusal.ofQuantization(
          "zero point %d of the network's input is not 0; let the network take real numbers, or quantize its input symmetrically"
              .formatted(step.zero()));
    }
    return graph.emitQuantize(
        name,
        new ImportedNode.Quantize(
            -Math.getExponent(step.scale()), (int) lo, (int) hi, codes.scale().isEmpty()),
        codes.source(),
        tensor);
  }

  /** The map before its quantization; what only that cuts off at zero, a ReLU cuts off. */
  private Value.View meant(Value.Codes codes, Value.Step step, String name, String tensor) {
    Value.View source = codes.source();
    if (codes.scale().isEmpty()) {
      double[] scale = new double[source.shape().channels()];
      double[] shift = new double[scale.length];
      Arrays.fill(scale, step.scale());
      Arrays.fill(shift, -(double) step.zero() * step.scale());
      return graph.emitAffine(name, tensor, scale, shift, graph.withoutBorder(source));
    }
    leftOut.add(source.map());
    return rectified(
        source, codes.lo() == step.zero(), (codes.hi() - step.zero()) * step.scale(), name, tensor);
  }

  private Value.View rectified(
      Value.View source, boolean fromZero, float ceiling, String name, String tensor) {
    if (!fromZero || graph.isNonNegative(source.map()) || graph.isInput(source.map())) {
      return source;
    }
    graph.emit(name, new FloatOp.Relu(ceiling), List.of(source.map()), tensor, source.shape());
    return new Value.View(tensor, source.shape(), source.axes(), source.border());
  }

  // ---- other operators on codes

  /** Whether input 0 of a node is codes that a QuantizeLinear has made. */
  Optional<Value.Codes> made(OnnxNode node) {
    return node.hasInput(0)
        ? graph
            .value(node, 0)
            .fold(
                known -> Optional.empty(),
                codes -> Optional.of(codes).filter(c -> c.scale().isPresent()),
                view -> Optional.empty())
        : Optional.empty();
  }

  /** The real values of codes that a QuantizeLinear has made. */
  Value.View real(Value.Codes codes, String node, String tensor) {
    return real(codes, codes.scale().orElseThrow(), node, tensor);
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
    int zero = codes.scale().map(Value.Step::zero).orElse(0);
    if (least > zero || most < zero) {
      throw new Refusal("it clips to %d..%d, without %d".formatted(lo, hi, zero));
    }
    return new Value.Codes(codes.source(), codes.scale(), least, most);
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

  /** DynamicQuantizeLinear: codes, scale and zero point of every image. */
  List<Value> dynamic(OnnxNode node) {
    if (!meaning) {
      throw Refusal.ofQuantization(
          "it chooses a scale for every image; quantize statically, with scales that are powers of two");
    }
    Value.View input = graph.view(node, 0);
    leftOut.add(input.map());
    Value.Codes codes =
        new Value.Codes(input, Optional.of(new Value.Step(1, 0)), Byte.MIN_VALUE, Byte.MAX_VALUE);
    Constant zero = new Constant.Integers("zero", new long[0], new long[1], DataType.UINT8);
    return List.of(
        codes,
        new Value.Known(new Constant.Floats("scale", new long[0], new float[] {1})),
        new Value.Known(zero));
  }

  // ---- QONNX

  /** {@code (clamp(round(x / scale + zero), min, max) - zero) * scale}. */
  Value quant(OnnxNode node) {
    int bits = bits(node, 3);
    boolean signed = node.integer("signed", 1) != 0;
    boolean narrow = node.integer("narrow", 0) != 0;
    String mode = node.text("rounding_mode", "ROUND").toUpperCase(Locale.ROOT);
    long half = 1L << (bits - 1);
    long lo = signed ? narrow ? 1 - half : -half : 0;
    long hi = signed ? half - 1 : 2 * half - (narrow ? 2 : 1);
    if (graph.isKnown(node, 0)) {
      return quantConstant(node, mode, lo, hi);
    }
    Value.View source = graph.view(node, 0);
    long[] dims = graph.floats(node, 1).dims();
    Value.Step step = only(node, QuantSteps.ofBroadcast(graph, node, dims, 2));
    if (meaning) {
      leftOut.add(source.map());
      return rectified(
          source, lo == step.zero(), (hi - step.zero()) * step.scale(), node.name(), node.output());
    }
    if (bits > WHOLE_FLOATS) {
      throw Refusal.ofQuantization("it has %d bits; feature maps have at most 8".formatted(bits));
    }
    boolean positive = lo - step.zero() >= 0 || graph.isNonNegative(source.map());
    CodeRounding rounding = rounding(mode, positive);
    if (rounding == CodeRounding.HALF_EVEN && step.zero() % 2 != 0) {
      throw Refusal.ofQuantization(
          "zero point %d is odd, and ties go to even codes only with it; use the zero point 0"
              .formatted(step.zero()));
    }
    return fixed(node, source, step, rounding, lo, hi);
  }

  private Value fixed(
      OnnxNode node, Value.View source, Value.Step step, CodeRounding rounding, long lo, long hi) {
    int least = (int) lo - step.zero();
    int most = (int) hi - step.zero();
    if (least > 0 || most < 0 || least < Byte.MIN_VALUE || most > (least < 0 ? 127 : 255)) {
      throw Refusal.ofQuantization(
          "its codes are %d..%d%s; feature maps have at most 8 bits, and a zero"
              .formatted(least, most, step.zero() == 0 ? "" : " less its zero point"));
    }
    return graph.emitQuantize(
        node.name(),
        new ImportedNode.Quantize(-Math.getExponent(step.scale()), least, most, false, rounding),
        source,
        node.output());
  }

  private int bits(OnnxNode node, int input) {
    Constant.Floats bits = QuantSteps.reals(graph, node, input);
    float first = bits.size() == 0 ? Float.NaN : bits.values()[0];
    for (float each : bits.values()) {
      if (each != first) {
        throw Refusal.ofQuantization(
            "its bit widths '%s' differ from channel to channel; one is supported"
                .formatted(bits.name()));
      }
    }
    if (!(first >= 1 && first <= Integer.SIZE) || first != Math.rint(first)) {
      throw new Refusal("its bit width %s is no integer of 1 to 32".formatted(first));
    }
    return (int) first;
  }

  /**
   * The rounding of a mode.
   *
   * @param positive whether only numbers from 0 on count
   */
  private static CodeRounding rounding(String mode, boolean positive) {
    return switch (mode) {
      case "ROUND", "HALF_EVEN" -> CodeRounding.HALF_EVEN;
      case "FLOOR" -> CodeRounding.FLOOR;
      case "CEIL" -> CodeRounding.CEIL;
      case "DOWN", "ROUND_TO_ZERO" -> ofSigned(mode, positive, CodeRounding.FLOOR);
      case "UP" -> ofSigned(mode, positive, CodeRounding.CEIL);
      case "HALF_UP" -> ofSigned(mode, positive, CodeRounding.HALF_UP);
      case "HALF_DOWN" -> ofSigned(mode, positive, CodeRounding.HALF_DOWN);
      default -> throw new Refusal("rounding_mode %s is unknown".formatted(mode));
    };
  }

  private static CodeRounding ofSigned(String mode, boolean positive, CodeRounding rounding) {
    if (!positive) {
      throw Refusal.ofQuantization(
          "rounding_mode %s treats negative numbers otherwise than positive ones, which hardware does not; use ROUND, FLOOR or CEIL"
              .formatted(mode));
    }
    return rounding;
  }

  private Value quantConstant(OnnxNode node, String mode, long lo, long hi) {
    Constant.Floats reals = graph.floats(node, 0);
    QuantSteps steps = QuantSteps.ofBroadcast(graph, node, reals.dims(), 2);
    if (!meaning) {
      requirePowersOfTwo(steps, node.input(1));
    }
    int[] positions = steps.positions(reals.dims());
    float[] values = new float[reals.size()];
    CodeRounding positive = rounding(mode, true);
    boolean mirrored = Set.of("DOWN", "ROUND_TO_ZERO", "UP", "HALF_UP", "HALF_DOWN").contains(mode);
    for (int i = 0; i < values.length; i++) {
      float scale = steps.scales()[positions[i]];
      long zero = steps.zeros()[positions[i]];
      double scaled =
          Math.min((double) hi, Math.max((double) lo, reals.values()[i] / scale + (double) zero));
      double code = mirrored && scaled < 0 ? -positive.round(-scaled) : positive.round(scaled);
      values[i] = (float) ((code - zero) * scale);
    }
    return new Value.Known(new Constant.Floats(reals.name(), reals.dims(), values));
  }

  /** {@code x >= 0 ? scale : -scale}. */
  Value bipolar(OnnxNode node) {
    if (!graph.isKnown(node, 0)) {
      throw new Refusal(
          "it makes a feature map of two values without a zero, which is not supported; only weights can be bipolar");
    }
    Constant.Floats reals = graph.floats(node, 0);
    QuantSteps steps = QuantSteps.ofBroadcast(graph, node, reals.dims(), -1);
    if (!meaning) {
      requirePowersOfTwo(steps, node.input(1));
    }
    int[] positions = steps.positions(reals.dims());
    float[] values = new float[reals.size()];
    for (int i = 0; i < values.length; i++) {
      float scale = steps.scales()[positions[i]];
      values[i] = reals.values()[i] >= 0 ? scale : -scale;
    }
    return new Value.Known(new Constant.Floats(reals.name(), reals.dims(), values));
  }

  Value trunc(OnnxNode node) {
    if (meaning && graph.floats(node, 1).size() == 1) {
      return meantTrunc(node);
    }
    throw Refusal.ofQuantization(
        "Trunc rounds integers of more than 8 bits; export the pool as an average between two Quant nodes");
  }

  /** Version 1 keeps the scale, so that its result is less than its input by as many bits. */
  private Value meantTrunc(OnnxNode node) {
    Value.View source = graph.withoutBorder(graph.view(node, 0));
    leftOut.add(source.map());
    if (node.hasInput(5)) {
      return source;
    }
    double[] scale = new double[source.shape().channels()];
    Arrays.fill(scale, Math.scalb(1.0, bits(node, 4) - bits(node, 3)));
    return graph.emitAffine(node, scale, new double[scale.length], source);
  }
}
