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
  private static final int BATCH = 64;
  private static final int STEPS = 1500;
  private static final double LEARNING_RATE = 4e-3;
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

  /** The learning rate falls along half a cosine to zero. */
  private static FloatNetwork train(TrainedNetwork network) {
    Trainer trainer = new Trainer(network.untrained());
    double loss = 0;
    for (int step = 1; step <= STEPS; step++) {
      double rate = LEARNING_RATE * 0.5 * (1 + Math.cos(Math.PI * (step - 1) / STEPS));
      loss += trainer.train(network.task().batch(BATCH, FIRST_SEED + step), rate);
      if (step % REPORT_EVERY == 0) {
        System.out.printf(
            "%s, step %d of %d: loss %.5f%n", network, step, STEPS, loss / REPORT_EVERY);
        loss = 0;
      }
    }
    return trainer.trained();
  }
}
