package lutmac.sim.harness;

/**
 * How the memory behind a bus answers. It moves a word a cycle each way, unless it pauses at random
 * as the job says.
 *
 * @param latency cycles from a request to its first answer, 1 to 10000
 * @param bursts requests of a kind that it holds at most, 1 to 64
 */
public record MemoryModel(int latency, int bursts) {
  /** A DRAM behind an interconnect. */
  public static final MemoryModel USUAL = new MemoryModel(60, 8);

  public MemoryModel {
    if (latency < 1 || latency > 10_000) {
      throw new IllegalArgumentException(
          "a memory answers after 1 to 10000 cycles, got " + latency);
    }
    if (bursts < 1 || bursts > 64) {
      throw new IllegalArgumentException("a memory holds 1 to 64 requests, got " + bursts);
    }
  }

  /** The same with another latency. */
  public MemoryModel withLatency(int cycles) {
    return new MemoryModel(cycles, bursts);
  }
}
