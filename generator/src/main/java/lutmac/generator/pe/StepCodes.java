package lutmac.generator.pe;

/**
 * The weight codes of one layer in the order in which the array takes them (docs/hardware.md §1):
 * of every block of output channels the steps of every plane. A tap is the column of the kernel
 * whose lanes are steps that lie side by side: a segment has whole taps.
 *
 * @param planes planes of the layer's weights
 * @param blocks blocks of output channels
 * @param cols columns of the array
 * @param tapStarts first step of every tap of a plane, and behind them the steps of a plane
 * @param codes {@code codes[((plane * blocks + block) * steps + step) * cols + column]}; a column
 *     without an output channel and a lane without an input channel have code 0
 */
public record StepCodes(int planes, int blocks, int cols, int[] tapStarts, byte[] codes) {
  /** Codes that there can be. */
  static final int CODES = 16;

  public StepCodes {
    if (codes.length != planes * blocks * tapStarts[tapStarts.length - 1] * cols) {
      throw new IllegalArgumentException(
          "%d planes of %d blocks of %d steps in %d columns are not %d codes"
              .formatted(planes, blocks, tapStarts[tapStarts.length - 1], cols, codes.length));
    }
  }

  /** Steps of a plane of a tile. */
  public int steps() {
    return tapStarts[taps()];
  }

  /** Taps of a plane of a tile. */
  public int taps() {
    return tapStarts.length - 1;
  }

  /** Code of a column in a step, steps counted within a plane. */
  public int code(int plane, int block, int step, int column) {
    return codes[((plane * blocks + block) * steps() + step) * cols + column];
  }

  /**
   * The codes of some of the blocks.
   *
   * @param first the first of them
   * @param count how many
   */
  public StepCodes ofBlocks(int first, int count) {
    int size = steps() * cols;
    byte[] some = new byte[planes * count * size];
    for (int plane = 0; plane < planes; plane++) {
      System.arraycopy(
          codes, (plane * blocks + first) * size, some, plane * count * size, count * size);
    }
    return new StepCodes(planes, count, cols, tapStarts, some);
  }

  /** First step of the tap, or the number of steps for a tap behind the last one. */
  public int firstStep(int tap) {
    return tapStarts[Math.min(tap, taps())];
  }

  /** Which of the 16 codes occur in a plane at all. */
  public boolean[] used(int plane) {
    boolean[] used = new boolean[CODES];
    int size = blocks * steps() * cols;
    for (int at = plane * size; at < (plane + 1) * size; at++) {
      used[codes[at]] = true;
    }
    return used;
  }
}
