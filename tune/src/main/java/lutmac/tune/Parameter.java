package lutmac.tune;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers that training moves, with Adam's running moments (Kingma and Ba 2015). A step moves a
 * number by about {@code rate * unit}, whatever the size of its gradient, so a unit says how far a
 * number has to go to matter: a gap between two levels, one step of an output code.
 */
final class Parameter {
  private static final float FIRST_DECAY = 0.9f;
  private static final float SECOND_DECAY = 0.999f;
  private static final float TINY = 1e-20f;

  /** Numbers that one task updates. */
  private static final int BLOCK = 1 << 14;

  private final Kind kind;
  private final float[] values;
  private final float[] first;
  private final float[] second;
  private final float[] units;

  /** What the numbers are: each kind has a learning rate of its own. */
  enum Kind {
    WEIGHT,
    LEVEL,
    BIAS,
    SCALE
  }

  /** Numbers of one unit. */
  Parameter(Kind kind, float[] values, float unit) {
    this(kind, values, new float[] {unit});
  }

  /**
   * @param values start values; updated in place
   * @param units one a value, or one for all
   */
  Parameter(Kind kind, float[] values, float[] units) {
    if (units.length != values.length && units.length != 1) {
      throw new IllegalArgumentException(
          "%d values, %d units".formatted(values.length, units.length));
    }
    this.kind = kind;
    this.values = values;
    this.units = units.clone();
    first = new float[values.length];
    second = new float[values.length];
  }

  Kind kind() {
    return kind;
  }

  /** The numbers themselves, not a copy. */
  float[] values() {
    return values;
  }

  int size() {
    return values.length;
  }

  /** Everything that a later step depends on: values and both moments, not copies. */
  List<float[]> state() {
    return List.of(values, first, second);
  }

  /**
   * One step against the gradient.
   *
   * @param step counts from 1
   */
  void update(float[] gradient, double rate, int step) {
    float firstBias = (float) (1 - Math.pow(FIRST_DECAY, step));
    float secondBias = (float) (1 - Math.pow(SECOND_DECAY, step));
    IntStream.range(0, (values.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int end = Math.min(values.length, (block + 1) * BLOCK);
              for (int i = block * BLOCK; i < end; i++) {
                float g = gradient[i];
                first[i] = FIRST_DECAY * first[i] + (1 - FIRST_DECAY) * g;
                second[i] = SECOND_DECAY * second[i] + (1 - SECOND_DECAY) * g * g;
                float root = (float) Math.sqrt(second[i] / secondBias);
                values[i] -=
                    (float) rate * units[i % units.length] * (first[i] / firstBias) / (root + TINY);
              }
            });
  }
}
