package lutmac.quant.quantize;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.RecipeComparison;
import lutmac.quant.study.CalibrationData;
import lutmac.quant.study.Study;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Preprocessor;

/**
 * Post-training quantization: a float network and unlabelled images become a network of 4-bit codes
 * into small tables of 8-bit weights, power-of-two scales and integer accumulators.
 *
 * <p>Layer after layer, on the already quantized outputs of the layers before: choose the output's
 * scale, move the weights to make up for the errors so far, fit the table (exactly, by dynamic
 * programming), round the weights so that their errors cancel in the output, correct the bias. The
 * result depends on the inputs and options only, not on the number of threads.
 */
public final class Quantizer {
  private Quantizer() {}

  /**
   * Quantizes a network.
   *
   * @param calibration images like those that the network is made for; labels are not needed, but
   *     serve an accuracy budget and {@code fxp}
   * @param preprocessing how an image becomes the network's input
   * @param progress told after every layer
   * @throws BadInputException if the images do not fit the network, hold NaN or infinity, or make
   *     the network compute such; if weights are not finite; if a layer cannot be made legal
   */
  public static QuantizationResult quantize(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      PhaseProgress progress) {
    return holdable(prepared(network, calibration, preprocessing, options, false, progress).run());
  }

  /**
   * The same, and whatever the recipe the result has an allocation: where the network lies among
   * those of other formats. Where the recipe has not measured that, it takes about as long again.
   */
  public static QuantizationResult quantizeAndPlace(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      PhaseProgress progress) {
    return holdable(
        prepared(network, calibration, preprocessing, options, false, progress).runAndPlace());
  }

  /**
   * A result that a file can hold.
   *
   * @throws BadInputException if the network computes values that are larger or smaller
   */
  private static QuantizationResult holdable(QuantizationResult result) {
    for (QuantizedLayer layer : result.network().layers()) {
      OptionalInt beyond =
          layer.fractions().filter(f -> Math.abs(f) > HardwareLimits.MAX_FRACTION).findFirst();
      if (beyond.isPresent()) {
        throw new BadInputException(
            "'%s' has values around 2^%d, beyond those of a quantized network; check the weights, mean and std"
                .formatted(layer.output().name(), -beyond.getAsInt()));
      }
    }
    return result;
  }

  /**
   * Quantizes by another recipe as well, to say what the choice of one is worth.
   *
   * @param options with which a network was made
   * @param made that network
   * @param other recipe
   */
  public static RecipeComparison compare(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      QuantizationResult made,
      Recipe other,
      PhaseProgress progress) {
    return prepared(network, calibration, preprocessing, options.withRecipe(other), true, progress)
        .compared(made);
  }

  private static Quantization prepared(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      boolean measured,
      PhaseProgress progress) {
    Objects.requireNonNull(options, "options");
    requireFinite(network);
    CalibrationSplit split =
        CalibrationSplit.of(network, calibration, preprocessing.labelOffset(), options, measured);
    CalibrationData all = load(network, calibration, preprocessing, split.all(), progress);
    Study study =
        Study.of(
            network,
            all.first(split.fitted()),
            preprocessing,
            options.techniques().equalization(),
            options.balance(),
            options.recipe().typicalActivationBits(),
            options.seed());
    return new Quantization(study, split, all, options, progress);
  }

  private static CalibrationData load(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      int count,
      PhaseProgress progress) {
    Preprocessor preprocessor = new Preprocessor(calibration, preprocessing, network.inputShape());
    progress.report("calibration images", 0, count);
    if (calibration.type() == ImageSet.ElementType.FLOAT32) {
      return CalibrationData.ofReals(reals(preprocessor, count));
    }
    byte[][] pixels =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(n -> bytes(preprocessor.pixels(n)))
            .toArray(byte[][]::new);
    return CalibrationData.ofPixels(
        pixels, calibration.type() == ImageSet.ElementType.INT8, preprocessor);
  }

  private static float[][] reals(Preprocessor preprocessor, int count) {
    float[][] inputs =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(preprocessor::floatInput)
            .toArray(float[][]::new);
    for (int n = 0; n < count; n++) {
      for (float value : inputs[n]) {
        if (!Float.isFinite(value)) {
          throw new BadInputException(
              "%s: image %d holds NaN or infinity; remove it"
                  .formatted(preprocessor.images().source(), n));
        }
      }
    }
    return inputs;
  }

  private static byte[] bytes(float[] pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) pixels[i];
    }
    return bytes;
  }

  private static void requireFinite(FloatNetwork network) {
    for (FloatNode node : network.nodes()) {
      node.op().conv().ifPresent(conv -> requireFinite(network, node, conv));
    }
  }

  private static void requireFinite(FloatNetwork network, FloatNode node, FloatOp.Conv conv) {
    for (float[] values : List.of(conv.weights(), conv.bias())) {
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new BadInputException(
              "%s: node '%s' has a weight or bias that is NaN or infinite"
                  .formatted(network.name(), node.name()));
        }
      }
    }
  }
}
