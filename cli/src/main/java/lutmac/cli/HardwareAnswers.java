package lutmac.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.api.CoSimulation;
import lutmac.api.EvaluationLabels;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.Figure;
import lutmac.runtime.measure.LabelMeasure;
import lutmac.sim.OutputListener;

/** What the simulated hardware answers, and how right that is. */
final class HardwareAnswers implements OutputListener {
  private final QuantizedNetwork network;
  private final Preprocessor inputs;
  private final int first;
  private final Answers answers;
  private final Optional<LabelMeasure> measure;
  private int images;

  /**
   * Of no image yet.
   *
   * @param simulation of the images
   * @param names file of the names of the classes
   * @param labels what is right, for all images of the set
   * @throws lutmac.network.BadInputException if names or labels do not fit
   */
  HardwareAnswers(
      CoSimulation simulation, Optional<Path> names, Optional<EvaluationLabels> labels) {
    this.network = simulation.network();
    this.inputs = simulation.inputs();
    this.first = simulation.first();
    this.answers = Answers.of(network, names, 1);
    this.measure = labels.map(each -> each.measure(network, inputs, first, simulation.end()));
  }

  @Override
  public synchronized void outputs(int image, List<int[]> outputs) {
    double[] values = network.output().reals(outputs.get(0));
    int inSet = first + image;
    answers.add(inputs.images(), inSet, values);
    measure.ifPresent(each -> each.add(inSet, inputs.floatInput(inSet), values));
    images++;
  }

  /** How right the hardware is, against labels; empty without labels, or if no image ended. */
  List<Figure> figures() {
    return images == 0 ? List.of() : measure.map(LabelMeasure::figures).orElse(List.of());
  }

  Answers.Json json() {
    return answers.json();
  }

  /** A table of the images, and the figures behind it; empty if no image ended. */
  String text() {
    if (images == 0) {
      return "";
    }
    String accuracy =
        figures().stream()
            .map(
                figure ->
                    String.format(
                        Locale.ROOT,
                        "%nthe hardware on %d images: %s %.2f",
                        images,
                        figure.title(),
                        figure.value()))
            .collect(Collectors.joining());
    return "the hardware answered%n%s%s".formatted(answers.text(), accuracy);
  }
}
