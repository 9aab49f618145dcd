package lutmac.quant.analysis;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import lutmac.network.shape.Shape;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.sensitivity.Divergence;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;

/**
 * One result against the float network's, or sums of such over images.
 *
 * @param energy of the float network's outputs
 * @param noise of the difference
 * @param agreed images with the same class; not a number where there are no classes
 */
record Score(
    int images, double energy, double noise, double divergence, double agreed, int correct) {
  private static final Score NONE = new Score(0, 0, 0, 0, 0, 0);

  /**
   * Noise and divergence are those of all outputs, the class is that of the first one; of a map of
   * classes so much agrees as the share of its pixels.
   *
   * @param wanted the float network's outputs
   * @param target index of the right class, if it is known
   */
  static Score of(
      float[][] wanted, float[][] got, OutputKind kind, Shape shape, OptionalInt target) {
    double energy = 0;
    double noise = 0;
    double divergence = 0;
    for (int output = 0; output < wanted.length; output++) {
      for (int i = 0; i < wanted[output].length; i++) {
        double error = (double) wanted[output][i] - got[output][i];
        energy += (double) wanted[output][i] * wanted[output][i];
        noise += error * error;
      }
      divergence += Divergence.of(wanted[output], got[output]);
    }
    int best = Accuracy.largest(got[0]);
    return new Score(
        1,
        energy,
        noise,
        divergence,
        agreed(wanted[0], got[0], kind, shape),
        target.isPresent() && best == target.getAsInt() ? 1 : 0);
  }

  private static double agreed(float[] wanted, float[] got, OutputKind kind, Shape shape) {
    if (kind == OutputKind.VALUES) {
      return Double.NaN;
    }
    OutputDeviation deviation = new OutputDeviation(kind, shape);
    deviation.add(wanted, got);
    return deviation.agreement().getAsDouble() / 100;
  }

  /** The sum, in the order of the list: it must not depend on threads. */
  static Score sum(List<Score> scores) {
    Score sum = NONE;
    for (Score score : scores) {
      sum =
          new Score(
              sum.images + score.images,
              sum.energy + score.energy,
              sum.noise + score.noise,
              sum.divergence + score.divergence,
              sum.agreed + score.agreed,
              sum.correct + score.correct);
    }
    return sum;
  }

  Measurement measurement(boolean labelled, MemoryReport memory) {
    Optional<Double> sqnr =
        noise > 0 ? Optional.of(10 * Math.log10(energy / noise)) : Optional.empty();
    Optional<Double> accuracy =
        labelled ? Optional.of((double) correct / images) : Optional.empty();
    return new Measurement(
        sqnr,
        divergence / images,
        Double.isNaN(agreed) ? Optional.empty() : Optional.of(agreed / images),
        accuracy,
        images,
        memory);
  }
}
