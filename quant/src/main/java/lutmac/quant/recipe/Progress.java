package lutmac.quant.recipe;

/** Told about long work as it goes on. */
@FunctionalInterface
public interface Progress {
  /**
   * @param phase name of what is being done now; phases follow one another
   * @param done steps of the phase that are finished
   * @param total steps of the phase altogether
   */
  void step(String phase, int done, int total);

  /** For those who do not care. */
  static Progress none() {
    return (phase, done, total) -> {};
  }
}
