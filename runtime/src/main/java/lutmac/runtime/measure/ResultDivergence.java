package lutmac.runtime.measure;

import java.util.ArrayList;
import java.util.List;
import lutmac.network.shape.Shape;

/**
 * How far a network's result is from the float network's, without labels: what sensitivities and
 * training make small. A first output of one class an image counts by the divergence of its class
 * probabilities ({@link ClassDivergence#softened}); any other, numbers as well as maps of several
 * pixels, by its squared error in relation to its squared values, the inverse of the
 * signal-to-noise ratio that {@link OutputDeviation} gives. Whether the channels of a map are
 * classes or a detector's numbers its shape does not say: the squared error serves both. Outputs
 * add up.
 *
 * @param outputs in the network's order
 */
public record ResultDivergence(List<Output> outputs) {
  public ResultDivergence {
    outputs = List.copyOf(outputs);
  }

  /**
   * One output.
   *
   * @param power mean of the float network's squared values; 0 counts as 1
   */
  public record Output(OutputKind kind, double power) {
    /**
     * @param index of the output in the network's order
     * @param output its shape
     * @param input shape of the network's input
     */
    public static Output of(int index, Shape output, Shape input, double power) {
      return new Output(OutputKind.judged(index, output, input), power);
    }

    private double of(float[] wanted, float[] got) {
      return kind == OutputKind.CLASSES
          ? ClassDivergence.softened(wanted, got)
          : squares(wanted, got) / (wanted.length * scale());
    }

    private double of(float[] wanted, float[] got, float[] gradient) {
      if (kind == OutputKind.CLASSES) {
        return ClassDivergence.softened(wanted, got, gradient);
      }
      double all = wanted.length * scale();
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) (2 * ((double) got[i] - wanted[i]) / all);
      }
      return squares(wanted, got) / all;
    }

    private double scale() {
      return power > 0 ? power : 1;
    }
  }

  /**
   * Scaled by results of the float network.
   *
   * @param shapes of the outputs, {@code [C, H, W]}
   * @param input shape of the network's input
   * @param results some of the float network's, {@code [N][output][C*H*W]}
   */
  public static ResultDivergence of(List<Shape> shapes, Shape input, float[][][] results) {
    List<Output> outputs = new ArrayList<>();
    for (int output = 0; output < shapes.size(); output++) {
      double energy = 0;
      for (float[][] result : results) {
        energy += squares(result[output], new float[result[output].length]);
      }
      double values = (double) shapes.get(output).size() * results.length;
      outputs.add(Output.of(output, shapes.get(output), input, energy / Math.max(1, values)));
    }
    return new ResultDivergence(outputs);
  }

  private static double squares(float[] wanted, float[] got) {
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      double error = (double) got[i] - wanted[i];
      sum += error * error;
    }
    return sum;
  }

  /**
   * The divergence of one image's result.
   *
   * @param wanted the float network's outputs, {@code [output][C*H*W]}
   * @param got the other network's
   */
  public double of(float[][] wanted, float[][] got) {
    double sum = 0;
    for (int output = 0; output < outputs.size(); output++) {
      sum += outputs.get(output).of(wanted[output], got[output]);
    }
    return sum;
  }

  /**
   * The same.
   *
   * @param gradient receives the derivative by {@code got}
   */
  public double of(float[][] wanted, float[][] got, float[][] gradient) {
    double sum = 0;
    for (int output = 0; output < outputs.size(); output++) {
      sum += outputs.get(output).of(wanted[output], got[output], gradient[output]);
    }
    return sum;
  }
}
