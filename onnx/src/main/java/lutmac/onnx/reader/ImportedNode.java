package lutmac.onnx.reader;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.FixedFormat;
import lutmac.network.shape.Shape;

/**
 * A node of an imported graph.
 *
 * @param name the ONNX node that it came from
 * @param inputs names of the feature maps it reads
 * @param output name of the feature map it makes
 * @param shape shape of that feature map
 */
public record ImportedNode(
    String name, Operation operation, List<String> inputs, String output, Shape shape) {
  public ImportedNode {
    inputs = List.copyOf(inputs);
  }

  /** A float operator. */
  static ImportedNode of(String name, FloatOp op, List<String> inputs, String output, Shape shape) {
    return new ImportedNode(name, new Apply(op), inputs, output, shape);
  }

  /** What a node does. */
  public sealed interface Operation {
    /** What the function for this kind says. */
    <R> R fold(
        Function<? super FloatOp, ? extends R> operator,
        Function<? super Quantize, ? extends R> quantize);

    /** The float operator, if it is one. */
    default Optional<FloatOp> operator() {
      return fold(Optional::of, quantize -> Optional.empty());
    }
  }

  /** An operator of float networks. */
  record Apply(FloatOp op) implements Operation {
    @Override
    public <R> R fold(
        Function<? super FloatOp, ? extends R> operator,
        Function<? super Quantize, ? extends R> quantize) {
      return operator.apply(op);
    }
  }

  /**
   * {@code y = clamp(round(x * 2^frac), lo, hi) * 2^-frac}: QuantizeLinear, Clip and
   * DequantizeLinear in one, or QONNX's Quant.
   *
   * @param lo least code, {@code <= 0}
   * @param hi greatest code, {@code >= 0}
   * @param given x already is such a y: the network's input is integer codes
   * @param rounding of {@code round}
   */
  public record Quantize(int frac, int lo, int hi, boolean given, CodeRounding rounding)
      implements Operation {
    /** Ties to even. */
    public Quantize(int frac, int lo, int hi, boolean given) {
      this(frac, lo, hi, given, CodeRounding.HALF_EVEN);
    }

    /** The smallest format that holds all codes. */
    public FixedFormat format() {
      int bits = 2;
      boolean signed = lo < 0;
      while (new FixedFormat(bits, frac, signed).maxCode() < hi
          || new FixedFormat(bits, frac, signed).minCode() > lo) {
        bits++;
      }
      return new FixedFormat(bits, frac, signed);
    }

    /** The code of a real value. */
    public int encode(double value) {
      return (int) Math.max(lo, Math.min(hi, rounding.round(Math.scalb(value, frac))));
    }

    @Override
    public <R> R fold(
        Function<? super FloatOp, ? extends R> operator,
        Function<? super Quantize, ? extends R> quantize) {
      return quantize.apply(this);
    }
  }
}
