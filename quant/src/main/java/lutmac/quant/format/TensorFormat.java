package lutmac.quant.format;

/** What the integers of a feature map mean. */
public sealed interface TensorFormat permits FixedFormat, AccumulatorFormat {
  /** Smallest integer that the map can hold. */
  long minCode();

  /** Largest integer that the map can hold. */
  long maxCode();

  /** Fraction bits of channel {@code channel}: its real value is {@code integer * 2^-frac}. */
  int frac(int channel);
}
