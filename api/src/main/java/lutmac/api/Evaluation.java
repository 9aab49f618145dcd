package lutmac.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.InputRange;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.Figure;
import lutmac.runtime.measure.LabelMeasure;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;

/**
 * A quantized network and its float model on the same images: both against labels, and one against
 * the other.
 */
public final class Evaluation {
  /** Values of outputs that are held at a time. */
  private static final long VALUES_AT_ONCE = 1L << 24;

  private static final int IMAGES_AT_ONCE = 64;

  private final QuantizedNetwork network;
  private final Preprocessor inputs;
  private final int count;

  /**
   * @param count how many images, from the first on
   */
  public Evaluation(QuantizedNetwork network, ImageSet images, int count) {
    this.network = network;
    this.inputs = Preprocessor.of(images, network.input());
    this.count = count;
  }

  /**
   * What came of it.
   *
   * @param floating figures of the float network against the labels; empty without either
   * @param quantized those of the quantized network; empty without labels
   * @param deviations of the network's outputs, in its order; empty without the float network
   */
  public record Result(
      List<Figure> floating, List<Figure> quantized, List<OutputDeviation> deviations) {}

  /** The outputs of both networks for an image. */
  private record Outputs(float[] input, List<double[]> floating, List<double[]> quantized) {}

  /** How many images it runs. */
  public int images() {
    return count;
  }

  /** What to say if the images are scaled otherwise than those of the calibration. */
  public Optional<String> rangeWarning() {
    return InputRange.of(inputs, network.input(), 0, count).warning();
  }

  /** Whether so many percent are what a guess reaches, within three deviations of it. */
  public boolean isGuessing(double top1) {
    double chance = 1.0 / network.output().shape().size();
    double deviation = Math.sqrt(chance * (1 - chance) / count);
    return chance < 1 && top1 / 100 <= chance + 3 * deviation;
  }

  /** What an output is. */
  public OutputKind kind(Tensor output) {
    return OutputKind.of(output.shape(), network.input().tensor().shape());
  }

  /**
   * Runs the networks.
   *
   * @param model the float network, if it is there
   * @param inputShape shape of its input, if the model leaves that open
   * @param labels what the outputs are held to, if there is such
   * @param progress told after every few images
   */
  public Result run(
      Optional<Path> model,
      Optional<List<Integer>> inputShape,
      Optional<EvaluationLabels> labels,
      PhaseProgress progress) {
    Optional<LabelMeasure> ofFloat = labels.map(each -> each.measure(network, inputs, 0, count));
    Optional<LabelMeasure> ofQuantized =
        labels.map(each -> each.measure(network, inputs, 0, count));
    Optional<FloatExecutor> floats = model.map(file -> executor(file, inputShape));
    IntegerExecutor integers = new IntegerExecutor(network);
    List<OutputDeviation> deviations = new ArrayList<>();
    if (floats.isPresent()) {
      network
          .outputs()
          .forEach(output -> deviations.add(new OutputDeviation(kind(output), output.shape())));
    }
    long values = network.outputs().stream().mapToLong(output -> output.shape().size()).sum();
    int atOnce = (int) Math.max(1, Math.min(IMAGES_AT_ONCE, VALUES_AT_ONCE / values));
    for (int first = 0; first < count; first += atOnce) {
      int end = Math.min(count, first + atOnce);
      List<Outputs> outputs =
          IntStream.range(first, end)
              .parallel()
              .mapToObj(image -> outputs(image, floats, integers))
              .toList();
      for (int i = 0; i < outputs.size(); i++) {
        Outputs made = outputs.get(i);
        int image = first + i;
        for (int o = 0; o < deviations.size(); o++) {
          deviations.get(o).add(made.floating().get(o), made.quantized().get(o));
        }
        ofQuantized.ifPresent(each -> each.add(image, made.input(), made.quantized().get(0)));
        if (floats.isPresent()) {
          ofFloat.ifPresent(each -> each.add(image, made.input(), made.floating().get(0)));
        }
      }
      progress.report("", end, count);
    }
    return new Result(
        floats.isPresent() ? figures(ofFloat) : List.of(), figures(ofQuantized), deviations);
  }

  private static List<Figure> figures(Optional<LabelMeasure> measure) {
    return measure.map(LabelMeasure::figures).orElse(List.of());
  }

  private Outputs outputs(int image, Optional<FloatExecutor> floats, IntegerExecutor integers) {
    float[] input = inputs.floatInput(image);
    List<double[]> floating =
        floats
            .map(executor -> executor.outputs(input, 1).stream().map(Evaluation::doubles).toList())
            .orElse(List.of());
    List<int[]> results = integers.outputs(inputs.codes(image, network.input()));
    List<double[]> quantized = new ArrayList<>();
    for (int o = 0; o < results.size(); o++) {
      quantized.add(network.outputs().get(o).reals(results.get(o)));
    }
    return new Outputs(input, floating, quantized);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private FloatExecutor executor(Path model, Optional<List<Integer>> inputShape) {
    // What the model does to its input first is part of the preprocessing by now.
    FloatNetwork floating =
        PreparedNetwork.of(
                OnnxReader.readWithNotes(model, inputShape).network(), Preprocessing.none())
            .network();
    Shape input = network.input().tensor().shape();
    List<Shape> wanted = network.outputs().stream().map(Tensor::shape).toList();
    List<Shape> made =
        floating.outputNames().stream().map(name -> floating.shapes().get(name)).toList();
    if (!floating.inputShape().equals(input) || !made.equals(wanted)) {
      throw new BadInputException(
          "%s: makes %s of %s but the quantized network makes %s of %s; name the model that it was quantized from with --float"
              .formatted(model, made, floating.inputShape(), wanted, input));
    }
    return new FloatExecutor(floating);
  }
}
