package lutmac.tune.student;

import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.OutputStage;

/** A layer whose sums themselves are an output of the network. */
final class StudentAccumulators implements StudentStage {
  private final OutputStage.Accumulators stage;
  private final TensorFormat startFormat;
  private TensorFormat format;

  StudentAccumulators(OutputStage.Accumulators stage, TensorFormat format) {
    this.stage = stage;
    startFormat = format;
    this.format = format;
  }

  /** A sixteenth of the real value 1. */
  @Override
  public float biasUnit(int channel) {
    return Math.scalb(1f, startFormat.frac(channel) - 4);
  }

  @Override
  public boolean allows(ScaleMoves moves) {
    return true;
  }

  /** Sums of an input that gains fraction bits gain as many. */
  @Override
  public void refresh(ScaleMoves moves) {
    format = startFormat.withMoreFraction(moves.input());
  }

  @Override
  public TensorFormat format() {
    return format;
  }

  @Override
  public float scale(int channel) {
    return 1;
  }

  @Override
  public void forward(float[] unrounded, float[] out, int start, int end) {
    System.arraycopy(unrounded, start, out, start, end - start);
  }

  @Override
  public float scaleGradient(float[] gradient, float[] unrounded, float[] out, int size) {
    return 0;
  }

  @Override
  public void backward(float[] gradient, float[] unrounded, int channel, int start, int end) {
    // The output is the sums: their gradients are one.
  }

  @Override
  public OutputStage export() {
    return stage;
  }
}
