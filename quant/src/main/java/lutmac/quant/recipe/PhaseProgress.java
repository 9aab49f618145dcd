package lutmac.quant.recipe;

/** Told about long work as it goes on. */
@FunctionalInterface
public interface PhaseProgress {
  /**
   * @param phase name of what is being done now; phases follow one another
   * @param done units of the phase that are finished
   * @param total units of the phase altogether
   */
  void report(String phase, int done, int total);

  /** For those who do not care. */
  static PhaseProgress none() {
    return (phase, done, total) -> {};
  }
}
