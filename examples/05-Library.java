import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.api.Evaluation;
import lutmac.api.Lutmac;
import lutmac.examples.digits.DigitsExample;
import lutmac.network.quantized.Preprocessing;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.predict.Answer;

/**
 * All of it from Java. In a checkout, after {@code make build}, by bash:
 *
 * <pre>
 * here=$PWD; source bin/runtime-classpath
 * java -cp "$classpath" examples/05-Library.java DIRECTORY
 * </pre>
 *
 * In the folder of a distribution:
 *
 * <pre>java -cp 'lib/*' examples/05-Library.java DIRECTORY</pre>
 */
public final class Library {
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("usage: java -cp ... 05-Library.java DIRECTORY");
      System.exit(2);
    }
    Path work = Files.createDirectories(Path.of(arguments[0]));

    // A float network with its images; a program of your own has files of its own.
    Path model = Files.write(work.resolve("digits.onnx"), DigitsExample.network());
    Path calibration = work.resolve("calibration.npy");
    DigitsExample.calibration(500).write(calibration, work.resolve("calibration_labels.npy"));
    Path images = work.resolve("images.npy");
    Path labels = work.resolve("labels.npy");
    DigitsExample.test(200).write(images, labels);

    // The network's input is (pixel - 48) / 64.
    Preprocessing preprocessing =
        new Preprocessing(List.of(48.0), List.of(64.0), false, Optional.empty(), 0);
    Lutmac.Quantized quantized =
        Lutmac.quantize(
            model,
            calibration,
            preprocessing,
            QuantizeOptions.defaults(),
            work.resolve("digits.lut.onnx"));
    System.out.printf(
        "weights %.2f times smaller%n", quantized.report().memory().weightsCompressionRatio());

    // Exact integers beside the float network.
    Evaluation.Result evaluation =
        Lutmac.evaluate(quantized.file(), Optional.of(model), images, Optional.of(labels));
    System.out.printf(
        "top-1: float %.2f %%, quantized %.2f %%%n",
        evaluation.floating().get(0).value(), evaluation.quantized().get(0).value());

    // What the network says of the first image.
    Answer answer = Lutmac.predict(quantized.file(), images, 1).get(0);
    System.out.println("software: " + words(answer));

    // An accelerator, and the same answer from its RTL, word for word.
    Lutmac.Generated generated =
        Lutmac.generate(quantized.file(), 4, 4, "csd", work.resolve("design"));
    System.out.printf("%d cycles an image, predicted%n", generated.cycles());
    Lutmac.Simulated simulated = Lutmac.simulate(generated.directory(), images, 1);
    System.out.println("hardware: " + words(simulated.answers().get(0)));
    System.out.printf(
        "%s, %d words compared, %d cycles an image%n",
        simulated.report().verdict(),
        simulated.report().wordsCompared(),
        simulated.report().cyclesPerImage());
  }

  /** The likeliest class; networks that do not classify answer with areas or numbers. */
  private static String words(Answer answer) {
    return answer.fold(
        classes -> named(classes.top().get(0)),
        areas -> named(areas.top().get(0)),
        numbers -> numbers.first().toString());
  }

  private static String named(Answer.Ranked best) {
    return "%s (class %d), value %.3f, %.3f above the next"
        .formatted(
            DigitsExample.NAMES.get(best.index()),
            best.index(),
            best.value(),
            best.margin().orElse(0));
  }
}
