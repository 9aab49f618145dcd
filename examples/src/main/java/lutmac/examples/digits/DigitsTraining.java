package lutmac.examples.digits;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import lutmac.network.file.WholeFile;

/**
 * Makes the embedded example's network: {@code DigitsTraining FILE.onnx [STEPS]}. Renders its own
 * training images, none of them twice.
 */
public final class DigitsTraining {
  private static final long WEIGHT_SEED = 3;
  private static final long FIRST_BATCH_SEED = 1_000_000;
  private static final int BATCH = 64;
  private static final int DEFAULT_STEPS = 2500;
  private static final double LEARNING_RATE = 3e-3;
  private static final int REPORT_EVERY = 200;

  private DigitsTraining() {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    if (arguments.length < 1 || arguments.length > 2) {
      System.err.println("usage: DigitsTraining FILE.onnx [STEPS]");
      System.exit(2);
    }
    int steps = arguments.length == 2 ? Integer.parseInt(arguments[1]) : DEFAULT_STEPS;
    DigitsTrainer trainer = train(steps, System.out);
    Path file = Path.of(arguments[0]).toAbsolutePath();
    WholeFile.write(DigitsOnnx.model(trainer.parameters()).toByteArray(), file);
    System.out.println("wrote " + file);
  }

  /** Trains for a number of batches, the learning rate falling along half a cosine to zero. */
  static DigitsTrainer train(int steps, PrintStream log) {
    DigitsTrainer trainer = new DigitsTrainer(WEIGHT_SEED);
    DigitImages test = DigitsExample.test(1000);
    double loss = 0;
    for (int step = 1; step <= steps; step++) {
      double rate = LEARNING_RATE * 0.5 * (1 + Math.cos(Math.PI * (step - 1) / steps));
      loss += trainer.train(DigitImages.render(FIRST_BATCH_SEED + step, BATCH), rate);
      if (step % REPORT_EVERY == 0) {
        log.printf(
            Locale.ROOT,
            "step %d of %d: loss %.4f, accuracy on test images %.2f %%%n",
            step,
            steps,
            loss / REPORT_EVERY,
            100 * trainer.accuracy(test));
        loss = 0;
      }
    }
    return trainer;
  }
}
