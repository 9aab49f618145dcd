package lutmac.tune.student;

import java.util.Optional;
import lutmac.network.HardwareLimits;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.OutputStage;
import lutmac.runtime.kernel.FloatRounding;

/**
 * Requantization in training, {@code clamp(round(v / 2^shift), lo, hi)}: backward, rounding counts
 * as the identity (straight-through), and the clamp stops the gradient where it acts. Behind it may
 * stand an activation table, whose output's format then stays what it is.
 */
final class StudentRequantize implements StudentStage {

  /** Makes any distance of a float from an integer clamp at least 1. */
  private static final float FAR = 0x1p100f;

  private final OutputStage.Requantize start;
  private final TensorFormat startFormat;
  private final Rounding rounding;
  private final ForwardArithmetic arithmetic;
  private final boolean finiteCeiling;
  private final Optional<TableSlope> table;
  private Requantization now;

  StudentRequantize(
      OutputStage.Requantize start,
      TensorFormat startFormat,
      Rounding rounding,
      ForwardArithmetic arithmetic,
      boolean finiteCeiling) {
    this.start = start;
    this.startFormat = startFormat;
    this.rounding = rounding;
    this.arithmetic = arithmetic;
    this.finiteCeiling = finiteCeiling;
    table = start.table().map(activation -> new TableSlope(start.lo(), activation));
    now = at(ScaleMoves.NONE);
  }

  /**
   * The stage for one choice of formats.
   *
   * @param shiftMove what is added to the start's shifts
   * @param legal whether the hardware has it, and it clamps where the start does
   */
  private record Requantization(
      TensorFormat format, int shiftMove, long lo, long hi, boolean legal) {}

  private Requantization at(ScaleMoves moves) {
    int shiftMove = table.isPresent() ? moves.input() : moves.input() - moves.output();
    boolean legal =
        (table.isEmpty() || moves.output() == 0)
            && start.shift().stream()
                .mapToInt(shift -> shift + shiftMove)
                .allMatch(shift -> shift >= 0 && shift <= HardwareLimits.MAX_SHIFT);
    TensorFormat format = startFormat.withMoreFraction(moves.output());
    long lo = start.lo();
    long hi = start.hi();
    if (moves.output() != 0 && table.isEmpty()) {
      lo = lo == startFormat.minCode() ? lo : scaled(lo, moves.output());
      boolean clampsFormat = hi == startFormat.maxCode();
      // Where the format ends before the ReLU does, the ReLU's end is not known any more.
      legal &= !(clampsFormat && finiteCeiling && moves.output() < 0);
      hi = clampsFormat ? format.maxCode() : Math.min(format.maxCode(), scaled(hi, moves.output()));
      legal &= lo >= format.minCode() && lo < hi;
    }
    return new Requantization(format, shiftMove, lo, hi, legal);
  }

  private static long scaled(long clamp, int move) {
    return Math.round(Math.scalb((double) clamp, move));
  }

  private int shift(int channel) {
    return start.shift().get(channel) + now.shiftMove();
  }

  /** 1/255 of the output's range: of 8-bit codes one step. */
  @Override
  public float biasUnit(int channel) {
    return Math.scalb((start.hi() - start.lo()) / 255f, start.shift().get(channel));
  }

  @Override
  public boolean allows(ScaleMoves moves) {
    return at(moves).legal();
  }

  @Override
  public void refresh(ScaleMoves moves) {
    now = at(moves);
  }

  @Override
  public TensorFormat format() {
    return now.format();
  }

  @Override
  public float scale(int channel) {
    return Math.scalb(1f, -shift(channel));
  }

  /**
   * {@code clamp(round(u), lo, hi)}; rounding last gives the same, as lo and hi are integers.
   * Written so that the virtual machine vectorizes the loops: no branches, one type.
   */
  @Override
  public void forward(float[] unrounded, float[] out, int start, int end) {
    float lo = now.lo();
    float hi = now.hi();
    for (int i = start; i < end; i++) {
      out[i] = Math.min(hi, Math.max(lo, unrounded[i]));
    }
    if (table.isPresent()) {
      if (arithmetic == ForwardArithmetic.INTEGER) {
        round(out, start, end);
      }
      table.get().lookUp(out, start, end);
      return;
    }
    if (arithmetic == ForwardArithmetic.INTEGER) {
      round(out, start, end);
      Optional<LogFormat> logarithmic =
          now.format().fold(fixed -> Optional.empty(), Optional::of, raw -> Optional.empty());
      logarithmic.ifPresent(format -> snap(format, out, start, end));
    }
  }

  private void round(float[] out, int start, int end) {
    if (rounding == Rounding.HALF_EVEN) {
      for (int i = start; i < end; i++) {
        out[i] = FloatRounding.halfEven(out[i]);
      }
    } else {
      for (int i = start; i < end; i++) {
        float even = FloatRounding.halfEven(out[i]);
        out[i] = out[i] - even == 0.5f ? even + 1 : even;
      }
    }
  }

  /** To the nearest value of the format, of two equally near ones the larger. */
  private static void snap(LogFormat format, float[] out, int start, int end) {
    int[] values = format.values();
    int[] thresholds = format.thresholds();
    for (int i = start; i < end; i++) {
      out[i] = values[LogFormat.code(thresholds, (int) out[i])];
    }
  }

  /**
   * {@inheritDoc} {@code ln 2 * sum gradient * (y - u)} of values inside, {@code gradient * y} of
   * those that the format clamps (TQT, Jain 2019). Those that a ReLU clamps do not depend on it.
   */
  @Override
  public float scaleGradient(float[] gradient, float[] unrounded, float[] out, int size) {
    if (table.isPresent()) {
      return 0;
    }
    float lo = now.lo();
    float hi = now.hi();
    float low = now.lo() == now.format().minCode() ? 1 : 0;
    float high = now.hi() == now.format().maxCode() ? 1 : 0;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      float u = unrounded[i];
      float moved = u < lo ? low * lo : u > hi ? high * hi : out[i] - u;
      sum += gradient[i] * moved;
    }
    return (float) (sum * Math.log(2));
  }

  @Override
  public void backward(float[] gradient, float[] unrounded, int channel, int start, int end) {
    float lo = now.lo();
    float hi = now.hi();
    float scale = scale(channel);
    for (int i = start; i < end; i++) {
      float u = unrounded[i];
      float clamped = Math.abs(u - Math.min(hi, Math.max(lo, u)));
      // 1 inside, 0 where clamped: a comparison would not be vectorized.
      gradient[i] *= scale * (1 - Math.min(1, clamped * FAR));
    }
    table.ifPresent(of -> of.multiplySlopes(gradient, unrounded, start, end));
  }

  @Override
  public OutputStage export() {
    return new OutputStage.Requantize(
        start.shift().stream().map(shift -> shift + now.shiftMove()).toList(),
        (int) now.lo(),
        (int) now.hi(),
        start.table());
  }
}
