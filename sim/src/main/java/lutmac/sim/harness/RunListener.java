package lutmac.sim.harness;

/** Takes what a running simulator reports, in order. */
public interface RunListener {
  /** An image starts; {@code image} is its position in the job. */
  void image(int image);

  /**
   * The core wrote a feature-map word.
   *
   * @param cycle since the image's run began
   * @param strobes which quarters of the word are written, bit 0 the lowest
   * @param word M bytes
   */
  void write(int layer, long cycle, int address, int strobes, byte[] word);

  /** What the host read back from a region of the job. */
  void readBack(int region, byte[] words);

  /**
   * The image is done.
   *
   * @param cycles from the first one in which the core was busy to the last one
   * @param shellCycles the shell's own count of those in which it was busy
   * @param busCycles from the driver's start to the interrupt, loading of the memory image left
   *     out; 0 without a bus
   * @param steps array steps of each layer, as far as any layer took one
   */
  void done(long cycles, long shellCycles, long busCycles, long[] steps);
}
