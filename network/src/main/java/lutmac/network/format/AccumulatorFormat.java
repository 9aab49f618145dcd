package lutmac.network.format;

import java.util.List;

/**
 * Unrounded 32-bit accumulators, the last layer's result: channel {@code o} has real value {@code
 * acc * 2^-fracs[o]}.
 */
public record AccumulatorFormat(List<Integer> fracs) implements TensorFormat {
  public AccumulatorFormat {
    fracs = List.copyOf(fracs);
  }

  @Override
  public long minCode() {
    return Integer.MIN_VALUE;
  }

  @Override
  public long maxCode() {
    return Integer.MAX_VALUE;
  }

  @Override
  public boolean uniform() {
    return true;
  }

  @Override
  public boolean raw() {
    return true;
  }

  @Override
  public boolean covers(int channels) {
    return fracs.size() == channels;
  }

  @Override
  public int frac(int channel) {
    return fracs.get(channel);
  }

  @Override
  public AccumulatorFormat withMoreFraction(int bits) {
    return new AccumulatorFormat(fracs.stream().map(frac -> frac + bits).toList());
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.accumulator(this);
  }
}
