package lutmac.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import lutmac.api.CoSimulation;
import lutmac.api.files.DesignInput;
import lutmac.api.files.FileInput;
import lutmac.api.files.FileOutput;
import lutmac.sim.SimulationOptions;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lutmac simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Runs images on the design's RTL, cycle by cycle, and compares every layer's every word with"
          + " the golden model, plain integer loops. Says what the hardware answered.",
      "Files of the design that were edited after it was generated are named.",
      "Exit code 1 if any word differs."
    },
    footer = {
      "",
      "Example:",
      "  lutmac simulate design/ --data images.npy --count 3 --labels labels.npy"
    })
final class SimulateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DESIGN", description = "Directory from 'lutmac generate'.")
  private DesignInput design;

  @Mixin private ImagesOption data;

  @Option(names = "--count", paramLabel = "N", description = "At most N images (all by default).")
  private Integer count;

  @Option(
      names = "--first",
      defaultValue = "0",
      paramLabel = "I",
      description = "Start with image I.")
  private int first;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description = "What the classes are called: a text file, one name a line, class 0 first.")
  private FileInput names;

  @Mixin private LabelOptions labels;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Also write an FST waveform of the first image.")
  private FileOutput trace;

  @Option(
      names = "--fast-reference",
      description =
          "Compare with the fast integer executor; one image in 16, the first among them, is"
              + " checked against the golden model. For large networks and many images.")
  private boolean fastReference;

  @Mixin private PaceOptions pace;

  @Option(
      names = "--trust",
      description =
          "Run a design whose RTL could read or write files, run programs or contain C++ ($fopen,"
              + " $system, $readmemh, DPI, `include, ...): only one that you have read. Without it"
              + " such a design is refused.")
  private boolean trust;

  @Mixin private Output result;

  @Override
  public Integer call() {
    CoSimulation simulation = new CoSimulation(design, trust, data.read(), first, count);
    simulation.rangeWarning().ifPresent(result::note);
    HardwareAnswers answers =
        new HardwareAnswers(simulation, FileInput.pathOf(names), labels.read());
    SimulationOptions options =
        pace.apply(
            simulation.options(Optional.ofNullable(trace).map(FileOutput::path)),
            simulation.onBus());
    int images = simulation.end() - simulation.first();
    SimulationReport report;
    try (ProgressDisplay progress = result.progress("simulate")) {
      report =
          simulation.run(fastReference, options, answers, done -> progress.update(done, images));
    }
    result.json(SimulationJson.of(report, simulation.edited(), answers));
    if (report.images() > 0) {
      result.text("%s%n", answers.text());
    }
    result.text(ReportText.of(report, simulation.edited()));
    return report.verdict() == Verdict.BIT_EXACT ? 0 : Main.CHECK_FAILED;
  }
}
