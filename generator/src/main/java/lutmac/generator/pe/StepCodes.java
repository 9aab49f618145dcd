package lutmac.generator.pe;

/**
 * The weight codes of one layer in the order in which the array takes them: step r of output
 * channel o (docs/hardware.md §1).
 *
 * @param outChannels output channels of the layer
 * @param codes {@code [O, I, Kh, Kw]} row major
 * @param offsets position of step r within the codes of one output channel
 * @param phaseStarts first step of every phase of a tile, and behind them the number of steps
 */
public record StepCodes(int outChannels, byte[] codes, int[] offsets, int[] phaseStarts) {

  /** Steps of a tile. */
  public int steps() {
    return offsets.length;
  }

  /** Phases of a tile. */
  public int phases() {
    return phaseStarts.length - 1;
  }

  /** Code of output channel {@code outChannel} in step {@code step}. */
  public int code(int outChannel, int step) {
    return codes[outChannel * offsets.length + offsets[step]];
  }

  /** First step of the phase, or the number of steps for a phase behind the last one. */
  public int firstStep(int phase) {
    return phaseStarts[Math.min(phase, phases())];
  }

  /** Which of the 16 codes occur at all. */
  public boolean[] used() {
    boolean[] used = new boolean[16];
    for (byte code : codes) {
      used[code] = true;
    }
    return used;
  }
}
