package lutmac.tune.student;

import lutmac.network.HardwareLimits;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;

/** The left shifts that bring a skip connection to the scale of a layer's sums. */
final class SkipAlignment {
  private final Skip start;
  private int move;

  SkipAlignment(Skip start) {
    this.start = start;
  }

  /** How much larger the shifts get: sums gain the fraction bits of the layer's input. */
  private static int move(ScaleMoves moves) {
    return moves.input() - moves.skip();
  }

  /** Whether all shifts stay within the hardware's. */
  boolean allows(ScaleMoves moves) {
    return start.alignment().stream()
        .mapToInt(shift -> shift + move(moves))
        .allMatch(shift -> shift >= 0 && shift <= HardwareLimits.MAX_SHIFT);
  }

  /** Takes over formats that have moved. */
  void refresh(ScaleMoves moves) {
    move = move(moves);
  }

  /** How many channels it has. */
  int channels() {
    return start.alignment().size();
  }

  /** What the skip connection is multiplied by, {@code 2^t_o}. */
  float scale(int outChannel) {
    return Math.scalb(1f, start.alignment().get(outChannel) + move);
  }

  /**
   * @param source the feature map that is added, in its new format
   */
  Skip export(Tensor source) {
    return new Skip(source, start.alignment().stream().map(shift -> shift + move).toList());
  }
}
