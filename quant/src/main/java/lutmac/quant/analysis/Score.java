package lutmac.quant.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import lutmac.network.shape.Shape;
import lutmac.quant.result.MemoryReport;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.measure.ClassDivergence;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;

/**
 * One result against the float network's, or sums of such over images.
 *
 * @param outputs of the network, in its order
 * @param correct images whose label is the class of the first output
 */
record Score(int images, List<OfOutput> outputs, int correct) {
  Score {
    outputs = List.copyOf(outputs);
  }

  /**
   * One output.
   *
   * @param energy of the float network's values
   * @param noise of the difference
   * @param divergence of the class probabilities, nats; not a number where there are no classes
   * @param agreed images with the same class, of a map of classes the share of its pixels; not a
   *     number where there are none
   */
  private record OfOutput(double energy, double noise, double divergence, double agreed) {
    static OfOutput of(OutputKind kind, Shape shape, float[] wanted, float[] got) {
      double energy = 0;
      double noise = 0;
      for (int i = 0; i < wanted.length; i++) {
        double error = (double) wanted[i] - got[i];
        energy += (double) wanted[i] * wanted[i];
        noise += error * error;
      }
      double divergence = kind == OutputKind.CLASSES ? ClassDivergence.of(wanted, got) : Double.NaN;
      double agreed = OutputDeviation.agreement(kind, shape, wanted, got).orElse(Double.NaN);
      return new OfOutput(energy, noise, divergence, agreed);
    }

    OfOutput plus(OfOutput other) {
      return new OfOutput(
          energy + other.energy,
          noise + other.noise,
          divergence + other.divergence,
          agreed + other.agreed);
    }

    /** Noise in relation to the energy. */
    double noiseRatio() {
      return noise > 0 ? noise / energy : 0;
    }

    double meanDivergence(int images) {
      return Double.isNaN(divergence) ? noiseRatio() : divergence / images;
    }
  }

  /**
   * The score of one image.
   *
   * @param shapes of the outputs
   * @param input shape of the network's input
   * @param wanted the float network's outputs
   * @param target index of the right class, if it is known
   */
  static Score of(
      List<Shape> shapes, Shape input, float[][] wanted, float[][] got, OptionalInt target) {
    List<OfOutput> outputs =
        IntStream.range(0, wanted.length)
            .mapToObj(
                o ->
                    OfOutput.of(
                        OutputKind.judged(o, shapes.get(o), input),
                        shapes.get(o),
                        wanted[o],
                        got[o]))
            .toList();
    int best = Accuracy.largest(got[0]);
    return new Score(1, outputs, target.isPresent() && best == target.getAsInt() ? 1 : 0);
  }

  /** The sum, in the order of the list: it must not depend on threads. */
  static Score sum(List<Score> scores) {
    Score sum = scores.get(0);
    for (Score score : scores.subList(1, scores.size())) {
      List<OfOutput> outputs = new ArrayList<>();
      for (int o = 0; o < sum.outputs.size(); o++) {
        outputs.add(sum.outputs.get(o).plus(score.outputs.get(o)));
      }
      sum = new Score(sum.images + score.images, outputs, sum.correct + score.correct);
    }
    return sum;
  }

  /** Every output counts alike, whatever the size of its values. */
  Measurement measurement(boolean labelled, MemoryReport memory) {
    double ratio = outputs.stream().mapToDouble(OfOutput::noiseRatio).sum() / outputs.size();
    Optional<Double> sqnr = ratio > 0 ? Optional.of(-10 * Math.log10(ratio)) : Optional.empty();
    double agreed = outputs.get(0).agreed();
    return new Measurement(
        sqnr,
        outputs.stream().mapToDouble(output -> output.meanDivergence(images)).sum(),
        Double.isNaN(agreed) ? Optional.empty() : Optional.of(agreed / images),
        labelled ? Optional.of((double) correct / images) : Optional.empty(),
        images,
        memory);
  }
}
