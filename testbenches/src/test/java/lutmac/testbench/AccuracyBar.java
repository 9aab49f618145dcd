package lutmac.testbench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.tune.Tuner;
import lutmac.tune.task.TrainingProgress;
import lutmac.tune.task.TuneOptions;
import lutmac.tune.task.TuneTask;

/**
 * What a recipe must reach on a real network: top-1 over the whole test set, at most so many points
 * below the float network's. Calibrated on training images, and trained on them where the row says
 * so; labels are only used to classify the test set.
 *
 * @param quick whether the row is part of the tests
 * @param setting for people
 * @param tuning training after quantization, if any
 * @param bar points that may be lost
 */
record AccuracyBar(
    RealNetwork network,
    boolean quick,
    String setting,
    QuantizeOptions options,
    Optional<TuneOptions> tuning,
    double bar) {

  private static final QuantizeOptions DEFAULTS = QuantizeOptions.defaults();

  /** One measurement. */
  record Outcome(double floating, double quantized, QuantizationResult result, double seconds) {
    double drop() {
      return floating - quantized;
    }
  }

  static List<AccuracyBar> all() {
    return List.of(
        bar(RealNetwork.LENET5, true, "auto, W4/A8", auto(4, 8), 0.05),
        bar(RealNetwork.LENET5, true, "auto, W2/A4", auto(2, 4), 0.30),
        bar(RealNetwork.DSCNN, true, "auto, W4/A8", auto(4, 8), 0.50),
        bar(RealNetwork.RESNET8, true, "auto, W4/A8", auto(4, 8), 0.40),
        bar(RealNetwork.RESNET20, true, "auto, W4/A8", auto(4, 8), 0.10),
        bar(
            RealNetwork.RESNET20,
            false,
            "lut, W4/A8, one scale a layer",
            new Recipe.Uniform(new WeightFormat.Table(4, 2), false, ActivationFormat.Fixed.of(8)),
            0.15),
        bar(
                RealNetwork.RESNET20,
                false,
                "lut --tune, W4/A8",
                new Recipe.Uniform(
                    new WeightFormat.Table(4, 2), true, ActivationFormat.Fixed.of(8)),
                0.00)
            .tuned(),
        bar(RealNetwork.RESNET20, false, "auto, W3/A8", auto(3, 8), 0.40),
        bar(
            RealNetwork.RESNET20,
            false,
            "fxp, weights and maps 6.44x smaller",
            new Recipe.Fxp(new Budget.CompressionRatio(6.44)),
            0.50),
        bar(
            RealNetwork.RESNET20,
            false,
            "auto, weights and maps 8x smaller",
            new Recipe.Auto(
                Recipe.Auto.allWeights(),
                Recipe.Auto.allActivations(),
                new Budget.CompressionRatio(8)),
            0.50),
        bar(RealNetwork.RESNET20, false, "mxqn, W8/A4", new Recipe.Mxqn(8, 4), 1.00),
        bar(
            RealNetwork.SQUEEZENET,
            false,
            "auto, W8/A8",
            Recipe.Auto.of(new WeightFormat.FixedPoint(8), ActivationFormat.Fixed.of(8)),
            0.70),
        bar(RealNetwork.SQUEEZENET, false, "auto, weights 5 bits, A8", mean(5.0), 2.0),
        bar(RealNetwork.MOBILENETV2, false, "auto, weights 4.6 bits, A8", mean(4.6), 2.0));
  }

  private static AccuracyBar bar(
      RealNetwork network, boolean quick, String setting, Recipe recipe, double bar) {
    return new AccuracyBar(
        network, quick, setting, DEFAULTS.withRecipe(recipe), Optional.empty(), bar);
  }

  private AccuracyBar tuned() {
    return new AccuracyBar(
        network, quick, setting, options, Optional.of(TuneOptions.defaults()), bar);
  }

  /** Tables in all layers, one length of codes for all maps. */
  private static Recipe auto(int weightBits, int activationBits) {
    return Recipe.Auto.of(
        new WeightFormat.Table(weightBits, 2), ActivationFormat.Fixed.of(activationBits));
  }

  private static Recipe mean(double bits) {
    return new Recipe.Auto(
        Recipe.Auto.allWeights(),
        List.of(ActivationFormat.Fixed.of(8)),
        new Budget.MeanWeightBits(bits));
  }

  /** The same with another seed of what statistics are taken from. */
  AccuracyBar withSeed(long seed) {
    return new AccuracyBar(
        network,
        quick,
        "%s, seed %d".formatted(setting, seed),
        options.withSeed(seed),
        tuning,
        bar);
  }

  /** The same with techniques left out. */
  AccuracyBar without(String what, Techniques techniques) {
    return new AccuracyBar(
        network,
        quick,
        "%s, without %s".formatted(setting, what),
        options.withTechniques(techniques),
        tuning,
        bar);
  }

  /** The float network's top-1 over the test set, percent. */
  static double floating(RealNetwork network) {
    FloatNetwork floating = network.floating();
    Preprocessor inputs =
        new Preprocessor(network.testImages(), network.preprocessing(), floating.inputShape());
    return Accuracy.ofFloat(
            floating,
            inputs,
            network.testLabels(),
            network.preprocessing().labelOffset(),
            inputs.count(),
            done -> {})
        .percent();
  }

  /**
   * Quantizes and classifies the test set.
   *
   * @param floating the float network's top-1
   */
  Outcome measure(double floating) {
    FloatNetwork network = network().floating();
    long start = System.nanoTime();
    QuantizationResult result =
        Quantizer.quantize(
            network,
            network().calibrationImages(),
            network().preprocessing(),
            options,
            PhaseProgress.none());
    QuantizedNetwork made =
        tuning.map(chosen -> tuned(network, result.network(), chosen)).orElse(result.network());
    double seconds = (System.nanoTime() - start) / 1e9;
    Labels labels = network().testLabels();
    Preprocessor inputs =
        new Preprocessor(network().testImages(), network().preprocessing(), network.inputShape());
    double quantized =
        Accuracy.ofQuantized(made, inputs, labels, inputs.count(), done -> {}).percent();
    return new Outcome(floating, quantized, result, seconds);
  }

  private QuantizedNetwork tuned(FloatNetwork teacher, QuantizedNetwork start, TuneOptions chosen) {
    TuneTask task = new TuneTask(teacher, start, network.calibrationImages(), Optional.empty());
    return Tuner.tune(task, chosen, Optional.empty(), TrainingProgress.none()).network();
  }

  /** One row of the table. */
  String row(Outcome outcome, Optional<String> verdict) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.2f | %.2f | %.2f | %.2f | %s | %.2fx | %.2fx | %.0f s |",
        network,
        setting,
        outcome.floating(),
        outcome.quantized(),
        outcome.drop(),
        bar,
        verdict.orElse(outcome.drop() <= bar + 1e-9 ? "yes" : "**no**"),
        outcome.result().report().memory().weightsCompressionRatio(),
        outcome.result().report().memory().compressionRatio(),
        outcome.seconds());
  }

  static final String HEADING =
      "| network | setting | float | quantized | drop | bar | met | weights smaller | weights + maps smaller | time |\n"
          + "|---|---|---|---|---|---|---|---|---|---|";
}
