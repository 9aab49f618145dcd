package lutmac.api;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.LabelMaps;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.AnomalyRanking;
import lutmac.runtime.measure.LabelMeasure;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.measure.PixelClasses;
import lutmac.runtime.measure.TopOne;

/**
 * What the first output of a network is held to: a class an image, a class a pixel, or whether an
 * image is an anomaly.
 */
public final class EvaluationLabels {
  private final Optional<Labels> images;
  private final Optional<LabelMaps> maps;
  private final double threshold;

  private EvaluationLabels(Optional<Labels> images, Optional<LabelMaps> maps, double threshold) {
    this.images = images;
    this.maps = maps;
    this.threshold = threshold;
  }

  /**
   * Reads a file of labels.
   *
   * @param threshold least value of class 1 where an output has one channel
   * @throws BadInputException if it holds none
   */
  public static EvaluationLabels read(Path source, double threshold) {
    return LabelMaps.isOne(source)
        ? new EvaluationLabels(Optional.empty(), Optional.of(LabelMaps.read(source)), threshold)
        : of(Labels.read(source), threshold);
  }

  private static EvaluationLabels of(Labels labels, double threshold) {
    return new EvaluationLabels(Optional.of(labels), Optional.empty(), threshold);
  }

  /**
   * The measure that fits labels and output.
   *
   * @param first number of the first image that counts
   * @param end one past the last
   * @throws BadInputException if none does
   */
  public LabelMeasure measure(QuantizedNetwork network, Preprocessor inputs, int first, int end) {
    Shape input = inputs.inputShape();
    Shape output = network.output().shape();
    int offset = network.input().preprocessing().labelOffset();
    if (maps.isPresent()) {
      return pixels(maps.get(), network, inputs, first, end, offset);
    }
    Labels labels = images.orElseThrow();
    OutputKind kind = OutputKind.of(output, input);
    // Labels of more than two kinds are classes, even where an output could be a reconstruction.
    boolean classes =
        output.pixels() == 1
            && output.channels() > 1
            && Arrays.stream(labels.values()).anyMatch(label -> label > 1);
    if (kind == OutputKind.CLASSES || classes) {
      labels.check(inputs.images(), output.size(), offset);
      return new TopOne(labels, offset);
    }
    if (kind == OutputKind.VALUES && (output.size() == 1 || output.equals(input))) {
      labels.check(inputs.images(), 2, 0);
      boolean both = Arrays.stream(labels.values(), first, end).distinct().count() == 2;
      if (!both) {
        throw new BadInputException(
            "%s: only one kind among the labels of images %d to %d; anomaly scores need images of both, 0 normal and 1 anomaly"
                .formatted(labels.source(), first, end - 1));
      }
      return new AnomalyRanking(labels);
    }
    throw new BadInputException(
        "%s: holds one label an image, but output '%s' is %s; give label maps, integers [N, %d, %d], or leave out --labels to compare with the float network"
            .formatted(
                labels.source(), network.output().name(), output, output.height(), output.width()));
  }

  private LabelMeasure pixels(
      LabelMaps labels,
      QuantizedNetwork network,
      Preprocessor inputs,
      int first,
      int end,
      int offset) {
    Shape output = network.output().shape();
    if (output.pixels() == 1) {
      throw new BadInputException(
          "%s: has shape %s, but output '%s' is one class an image; labels must be integers [N]"
              .formatted(labels.source(), labels.extents(), network.output().name()));
    }
    labels.check(inputs.images(), first, end, output, PixelClasses.classes(output), offset);
    return new PixelClasses(labels, output, offset, threshold);
  }
}
