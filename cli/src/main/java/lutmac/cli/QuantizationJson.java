package lutmac.cli;

import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.quant.hardware.HardwareReport;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.RecipeComparison;
import lutmac.tune.task.TuneResult;

/**
 * A quantization for machines.
 *
 * @param trials what was tried to stay within an accuracy budget
 * @param hardwareRefusal why the target, or what 'generate' makes without one, does not run the
 *     network; null if it does
 * @param target null without hardware
 * @param usualDigits what levels of other digits than two are worth; null without
 * @param tuning null without training
 */
record QuantizationJson(
    String network,
    String output,
    String recipe,
    int calibrationImages,
    String inputFormat,
    List<Layer> layers,
    List<String> repairs,
    List<Trial> trials,
    double meanWeightBits,
    Memory memory,
    String hardwareRefusal,
    TargetReport.Json target,
    Digits usualDigits,
    Tuning.Json tuning) {

  /**
   * A network beside that of two-digit levels.
   *
   * @param resultSqnrDb null if exact; likewise the other
   */
  record Digits(
      Double resultSqnrDb,
      Double twoDigitsSqnrDb,
      int images,
      double lostPercent,
      double twoDigitsLostPercent) {
    private static Digits of(RecipeComparison comparison) {
      return new Digits(
          comparison.sqnr().orElse(null),
          comparison.otherSqnr().orElse(null),
          comparison.images(),
          comparison.lostPercent(),
          comparison.otherLostPercent());
    }
  }

  /** One quantization on the way to an accuracy budget. */
  record Trial(long bits, int images, double lostPercent, boolean within) {
    private static Trial of(AccuracyTrial trial) {
      return new Trial(trial.point().cost(), trial.images(), trial.percent(), trial.within());
    }
  }

  /**
   * One layer.
   *
   * @param table levels; null without a table
   * @param weightSqnrDb null if the weights are exact
   * @param outputSqnrDb likewise
   * @param built whether the hardware computes it
   */
  record Layer(
      String name,
      String weightFormat,
      String inputFormat,
      String outputFormat,
      int exponent,
      List<Integer> table,
      Double weightSqnrDb,
      Double outputSqnrDb,
      double clampedLowPercent,
      double clampedHighPercent,
      int accumulatorBits,
      boolean built,
      List<String> notes) {
    private static Layer of(LayerReport layer, HardwareReport hardware) {
      return new Layer(
          layer.name(),
          layer.weightFormat(),
          layer.inputFormat(),
          layer.outputFormat(),
          layer.exponent(),
          layer.table().map(Codebook::levels).orElse(null),
          layer.weightSqnr().orElse(null),
          layer.outputSqnr().orElse(null),
          100 * layer.clampedLow(),
          100 * layer.clampedHigh(),
          layer.accumulator().arrayBits(),
          !hardware.refuses(layer.name()),
          layer.notes());
    }
  }

  /** What the network takes, in bits, and how many times less that is than in float32. */
  record Memory(
      long weightBits,
      long biasBits,
      long activationBits,
      long peakActivationBits,
      double weightsRatio,
      double allRatio,
      double peakRatio) {
    private static Memory of(MemoryReport memory) {
      return new Memory(
          memory.weights(),
          memory.biases(),
          memory.activations(),
          memory.peakActivations(),
          memory.weightsCompressionRatio(),
          memory.compressionRatio(),
          memory.peakCompressionRatio());
    }
  }

  static QuantizationJson of(
      QuantizationResult quantized,
      Optional<TuneResult> tuned,
      Optional<TargetReport> target,
      HardwareReport hardware,
      Optional<RecipeComparison> digits,
      String output,
      String recipe,
      double meanWeightBits) {
    QuantizationReport report = quantized.report();
    return new QuantizationJson(
        report.network(),
        output,
        recipe,
        report.calibrationImages(),
        report.inputFormat(),
        report.layers().stream().map(layer -> Layer.of(layer, hardware)).toList(),
        report.notes(),
        quantized.allocation().map(Allocation::trials).orElse(List.of()).stream()
            .map(Trial::of)
            .toList(),
        meanWeightBits,
        Memory.of(report.memory()),
        hardware.refusal().orElse(null),
        target.map(TargetReport::json).orElse(null),
        digits.map(Digits::of).orElse(null),
        tuned.map(Tuning.Json::of).orElse(null));
  }
}
