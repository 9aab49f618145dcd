package lutmac.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;

/**
 * A simulation report for machines.
 *
 * @param answers what the hardware answered
 * @param cyclesPerImageWithTransfers with all that is moved for an image
 * @param accuracy its figures against labels, by name; empty without
 * @param firstMismatch null if there is none
 * @param failure null if the simulation ran to its end
 * @param waveform null if none was written
 * @param inputStalls cycles in which the host held back a beat
 * @param outputStalls cycles in which the host let a beat wait
 */
record SimulationJson(
    String network,
    String array,
    String verdict,
    long images,
    List<String> edited,
    String reference,
    long goldenImages,
    long wordsCompared,
    long mismatches,
    long cyclesPerImage,
    long cyclesPerImageWithTransfers,
    double busyPercent,
    List<Layer> layers,
    Answers.Json answers,
    Map<String, Double> accuracy,
    FirstMismatch firstMismatch,
    String failure,
    String waveform,
    long inputStalls,
    long outputStalls,
    double buildSeconds,
    double cyclesPerSecond) {

  /** One layer of the report. */
  record Layer(
      String name,
      long wordsCompared,
      long mismatches,
      long cyclesPerImage,
      double busyPercent,
      long steps,
      long macs) {
    private static Layer of(SimulatedLayer layer) {
      return new Layer(
          layer.name(),
          layer.wordsCompared(),
          layer.mismatches(),
          layer.cycles(),
          100 * layer.busyShare(),
          layer.steps(),
          layer.macs());
    }
  }

  /** The first word that is wrong. */
  record FirstMismatch(int image, String layer, String description) {
    private static FirstMismatch of(Mismatch mismatch) {
      return new FirstMismatch(mismatch.image(), mismatch.layerName(), mismatch.describe());
    }
  }

  /**
   * @param edited files of the design that are not as they were generated
   */
  static SimulationJson of(SimulationReport report, List<String> edited, HardwareAnswers answers) {
    Map<String, Double> accuracy = new LinkedHashMap<>();
    answers.figures().forEach(figure -> accuracy.put(figure.name() + "Percent", figure.value()));
    return new SimulationJson(
        report.network(),
        report.array(),
        report.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        report.images(),
        edited,
        report.comparison().reference(),
        report.comparison().goldenImages(),
        report.wordsCompared(),
        report.mismatches(),
        report.cyclesPerImage(),
        report.busCyclesPerImage(),
        100 * report.busyShare(),
        report.layers().stream().map(Layer::of).toList(),
        answers.json(),
        accuracy,
        report.firstMismatch().map(FirstMismatch::of).orElse(null),
        report.failure().orElse(null),
        report.waveform().map(Object::toString).orElse(null),
        report.stalls().input(),
        report.stalls().output(),
        report.timing().buildSeconds(),
        report.timing().cyclesPerSecond());
  }
}
