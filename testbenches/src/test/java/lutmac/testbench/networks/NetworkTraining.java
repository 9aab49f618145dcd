package lutmac.testbench.networks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import lutmac.network.file.WholeFile;
import lutmac.network.floating.FloatNetwork;

/**
 * Makes the files of the {@link TrainedNetwork}s: {@code NetworkTraining DIRECTORY [NETWORK...]}.
 */
public final class NetworkTraining {
  private static final int REPORT_EVERY = 250;

  /** Batches of training begin here; tests take others. */
  private static final long FIRST_SEED = 5_000_000;

  private NetworkTraining() {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    for (TrainedNetwork network : TrainedNetwork.values()) {
      boolean wanted =
          arguments.length == 1
              || Arrays.asList(arguments).contains(network.name().toLowerCase(Locale.ROOT));
      if (wanted) {
        FloatNetwork trained = train(network);
        Path file = Path.of(arguments[0]).resolve(network.fileName());
        WholeFile.write(FloatOnnx.of(trained).model().toByteArray(), file);
        System.out.println("wrote " + file);
      }
    }
  }

  private static FloatNetwork train(TrainedNetwork network) {
    Trainer trainer = new Trainer(network.untrained());
    Task task = network.task();
    Schedule schedule = task.schedule();
    double loss = 0;
    for (int step = 1; step <= schedule.steps(); step++) {
      Task.Batch batch = task.batch(schedule.batch(), FIRST_SEED + step);
      loss += trainer.train(batch, schedule.learningRate(step));
      if (step % REPORT_EVERY == 0) {
        System.out.printf(
            "%s, step %d of %d: loss %.5f%n", network, step, schedule.steps(), loss / REPORT_EVERY);
        loss = 0;
      }
    }
    return trainer.trained();
  }
}
