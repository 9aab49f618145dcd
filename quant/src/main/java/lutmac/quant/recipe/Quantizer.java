package lutmac.quant.recipe;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import lutmac.quant.BadInputException;
import lutmac.quant.data.ImageSet;
import lutmac.quant.data.Preprocessor;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.FloatNode;
import lutmac.quant.graph.FloatOp;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.WeightFormat;

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
      Progress progress) {
    return quantize(network, calibration, preprocessing, options, false, progress);
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
      Progress progress) {
    return quantize(network, calibration, preprocessing, options, true, progress);
  }

  private static QuantizationResult quantize(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      boolean place,
      Progress progress) {
    Objects.requireNonNull(options, "options");
    requireFinite(network);
    CalibrationSplit split =
        CalibrationSplit.of(network, calibration, preprocessing.labelOffset(), options);
    CalibrationData all = load(network, calibration, preprocessing, split.all(), progress);
    CalibrationData data = all.first(split.fitted());
    Study study =
        Study.of(
            network,
            data,
            preprocessing,
            options.steps().equalization(),
            options.balance(),
            options.recipe().typicalMapBits(),
            options.seed());
    PinCheck check = new PinCheck(study);
    PinnedFormats pins = check.checked(options.pins());
    Function<FormatPlan, QuantizationResult> builder =
        chosen -> {
          FormatPlan plan = chosen.overlaid(pins);
          return new NetworkQuantizer(
                  study.scaledFor(plan), plan, options.steps(), options.rounding(), options.seed())
              .quantize(provenance(network, data, options), progress);
        };
    Optional<BitPlanner> planner =
        check.complete(pins)
            ? Optional.empty()
            : planner(study, options.recipe(), split.right(0, split.fitted()));
    FormatPlan chosen;
    QuantizationResult result;
    if (planner.isEmpty()) {
      chosen = check.complete(pins) ? undecided(study) : plan(study, options.recipe(), progress);
      result = builder.apply(chosen);
    } else {
      Allocation allocation = planner.get().allocate(options.rounding(), options.seed(), progress);
      Optional<Budget.Accuracy> accuracy = options.recipe().accuracy();
      if (accuracy.isPresent()) {
        HeldOut heldOut =
            new HeldOut(study, all.from(split.fitted()), split.right(split.fitted(), split.all()));
        result =
            new AccuracySearch(
                    accuracy.get(), point -> planner.get().plan(point, progress), builder, heldOut)
                .search(allocation, Allowance.of(study, accuracy.get()).limit());
      } else {
        result = builder.apply(allocation.plan()).with(Optional.of(allocation));
      }
      chosen = result.allocation().orElseThrow().plan();
    }
    FormatPlan plan = chosen.overlaid(pins);
    boolean placed = result.allocation().isPresent() && plan.equals(chosen);
    return place && !placed
        ? result.with(
            Optional.of(
                AllocatingPlanner.placed(
                    study, plan, options.rounding(), options.seed(), progress)))
        : result;
  }

  /** What stands where there is nothing to choose, when pins decide all the rest. */
  private static FormatPlan undecided(Study study) {
    MapFormat bytes = MapFormat.Fixed.of(8);
    return study.uniform(LayerPlan.of(new WeightFormat.Table(4, 2), false, bytes), bytes);
  }

  private static Optional<BitPlanner> planner(
      Study study, Recipe recipe, Optional<int[]> classes) {
    if (recipe instanceof Recipe.Auto auto && !(auto.budget() instanceof Budget.Unlimited)) {
      return Optional.of(new AllocatingPlanner(study, auto));
    }
    return recipe instanceof Recipe.Fxp fxp
        ? Optional.of(new FxpPlanner(study, fxp, classes))
        : Optional.empty();
  }

  /** The plan of a recipe that allocates nothing. */
  private static FormatPlan plan(Study study, Recipe recipe, Progress progress) {
    if (recipe instanceof Recipe.Auto auto) {
      MapFormat maps = auto.widestMaps();
      FormatPlan widest = study.uniform(LayerPlan.of(auto.widestWeights(), true, maps), maps);
      return MapScales.decide(study.scaledFor(widest), widest, progress);
    }
    if (recipe instanceof Recipe.Mxqn mxqn) {
      return MxqnPlanner.plan(study, mxqn);
    }
    if (recipe instanceof Recipe.Uniform uniform) {
      return study.uniform(
          LayerPlan.of(uniform.weights(), uniform.channelShifts(), uniform.maps()), uniform.maps());
    }
    return ((Recipe.Planned) recipe).plan();
  }

  private static Map<String, String> provenance(
      FloatNetwork network, CalibrationData data, QuantizeOptions options) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("model", network.name());
    provenance.put("calibrationImages", Integer.toString(data.count()));
    provenance.put("seed", Long.toString(options.seed()));
    return provenance;
  }

  private static CalibrationData load(
      FloatNetwork network,
      ImageSet calibration,
      Preprocessing preprocessing,
      int count,
      Progress progress) {
    Preprocessor preprocessor = new Preprocessor(calibration, preprocessing, network.inputShape());
    progress.step("calibration images", 0, count);
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
      if (node.op() instanceof FloatOp.Conv conv) {
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
  }
}
