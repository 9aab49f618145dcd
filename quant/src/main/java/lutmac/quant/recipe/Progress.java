package lutmac.quant.recipe;

/** Told about long work as it goes on. */
@FunctionalInterface
public interface Progress {
  /**
   * @param what is being done now
   * @param done steps finished
   * @param total steps altogether
   */
  void step(String what, int done, int total);

  /** For those who do not care. */
  static Progress none() {
    return (what, done, total) -> {};
  }
}
