package lutmac.tune.task;

/** Told about training as it goes on, by one thread at a time. */
public interface TrainingProgress {
  /**
   * The float network has given its results, before training starts.
   *
   * @param done images so far, rising
   * @param images of all
   */
  void teacher(int done, int images);

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
  static TrainingProgress none() {
    return new TrainingProgress() {
      @Override
      public void teacher(int done, int images) {}

      @Override
      public void batch(int epoch, int epochs, int done, int images) {}

      @Override
      public void epoch(EpochReport report) {}
    };
  }
}
