package lutmac.tune.parameter;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers that training moves, with Adam's running moments (Kingma and Ba 2015). An update moves a
 * number by about {@code rate * unit}, whatever the size of its gradient, so a unit says how far a
 * number has to go to matter: a gap between two levels, one step of an output code.
 */
public final class TrainableParameter {
  private static final float FIRST_DECAY = 0.9f;
  private static final float SECOND_DECAY = 0.999f;
  private static final float TINY = 1e-20f;

  /** Numbers that one thread updates at a time. */
  private static final int BLOCK = 1 << 14;

  private final Kind kind;
  private final float[] values;
  private final float[] firstMoments;
  private final float[] secondMoments;
  private final float[] units;

  /** What the numbers are: each kind has a learning rate of its own. */
  public enum Kind {
    /** Shadow weights, in units of table levels. */
    WEIGHT,
    /** Shadow levels of a table. */
    LEVEL,
    /** Distances of biases from where they started, in accumulators. */
    BIAS,
    /** Base-two exponents of activation scales. */
    SCALE
  }

  /** Numbers of one unit. */
  public TrainableParameter(Kind kind, float[] values, float unit) {
    this(kind, values, new float[] {unit});
  }

  /**
   * @param values start values; updated in place
   * @param units one a value, or one for all
   */
  public TrainableParameter(Kind kind, float[] values, float[] units) {
    if (units.length != values.length && units.length != 1) {
      throw new IllegalArgumentException(
          "%d values, %d units".formatted(values.length, units.length));
    }
    this.kind = kind;
    this.values = values;
    this.units = units.clone();
    firstMoments = new float[values.length];
    secondMoments = new float[values.length];
  }

  /** What the numbers are. */
  public Kind kind() {
    return kind;
  }

  /** The numbers themselves, not a copy. */
  public float[] values() {
    return values;
  }

  /** How many numbers they are. */
  public int size() {
    return values.length;
  }

  /** Everything that a later update depends on: values and both moments, not copies. */
  public List<float[]> state() {
    return List.of(values, firstMoments, secondMoments);
  }

  /**
   * Moves the numbers against the gradient.
   *
   * @param updates how many there have been, this one included
   */
  public void update(float[] gradient, double rate, int updates) {
    float firstBias = (float) (1 - Math.pow(FIRST_DECAY, updates));
    float secondBias = (float) (1 - Math.pow(SECOND_DECAY, updates));
    IntStream.range(0, (values.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int end = Math.min(values.length, (block + 1) * BLOCK);
              for (int i = block * BLOCK; i < end; i++) {
                float g = gradient[i];
                firstMoments[i] = FIRST_DECAY * firstMoments[i] + (1 - FIRST_DECAY) * g;
                secondMoments[i] = SECOND_DECAY * secondMoments[i] + (1 - SECOND_DECAY) * g * g;
                float root = (float) Math.sqrt(secondMoments[i] / secondBias);
                values[i] -=
                    (float) rate
                        * units[i % units.length]
                        * (firstMoments[i] / firstBias)
                        / (root + TINY);
              }
            });
  }
}
