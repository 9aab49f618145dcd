package lutmac.sim.harness;

/**
 * Cycles in which the host paused a stream at random.
 *
 * @param input in which it held back a beat that it had
 * @param output in which it let a beat of the accelerator wait
 */
public record HostStalls(long input, long output) {
  /** Of a host that is always ready, or of a run that failed. */
  public static final HostStalls NONE = new HostStalls(0, 0);

  /** Of both. */
  public HostStalls plus(HostStalls other) {
    return new HostStalls(input + other.input, output + other.output);
  }
}
