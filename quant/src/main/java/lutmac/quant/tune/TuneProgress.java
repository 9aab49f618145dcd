package lutmac.quant.tune;

/** Told about training as it goes on, by one thread. */
public interface TuneProgress {
  /**
   * A batch is done.
   *
   * @param epoch the current one, 1 to {@code epochs}
   * @param done images of this epoch
   * @param images of an epoch
   */
  void batch(int epoch, int epochs, int done, int images);

  /** An epoch, or the measurement before the first, is done; its checkpoint has been written. */
  void epoch(EpochReport report);

  /** For those who do not care. */
  static TuneProgress none() {
    return new TuneProgress() {
      @Override
      public void batch(int epoch, int epochs, int done, int images) {}

      @Override
      public void epoch(EpochReport report) {}
    };
  }
}
