package lutmac.runtime.exec;

import java.util.Arrays;
import java.util.List;
import lutmac.runtime.kernel.MaxPooling;

/** A feature map of one image: codes as integers in floats, or accumulators. */
sealed interface CodeMap {
  /** The map in integers, {@code [C, H, W]}. */
  int[] integers();

  /** The greatest of every window. */
  CodeMap pooled(MaxPooling pooling);

  /** At most 24 bits, so that a float holds them. */
  record Codes(float[] values) implements CodeMap {
    @Override
    public int[] integers() {
      return IntegerConvolution.integers(values);
    }

    @Override
    public boolean raw() {
      return false;
    }

    @Override
    public float[] codes() {
      return values;
    }

    @Override
    public CodeMap pooled(MaxPooling pooling) {
      return new Codes(pooling.apply(values));
    }
  }

  /** 32 bits. */
  record Accumulators(int[] values) implements CodeMap {
    @Override
    public int[] integers() {
      return values;
    }

    @Override
    public boolean raw() {
      return true;
    }

    @Override
    public float[] codes() {
      throw new IllegalStateException("a layer reads accumulators");
    }

    @Override
    public CodeMap pooled(MaxPooling pooling) {
      return new Accumulators(pooling.apply(values));
    }
  }

  /** The codes of a map that a layer computes with. */
  float[] codes();

  /** Whether it holds accumulators. */
  boolean raw();

  /** The channels of all maps, one map after the other. */
  static CodeMap joined(List<CodeMap> maps) {
    if (maps.stream().anyMatch(CodeMap::raw)) {
      return new Accumulators(
          maps.stream().map(CodeMap::integers).flatMapToInt(Arrays::stream).toArray());
    }
    float[] joined = new float[maps.stream().mapToInt(map -> map.codes().length).sum()];
    int at = 0;
    for (CodeMap map : maps) {
      System.arraycopy(map.codes(), 0, joined, at, map.codes().length);
      at += map.codes().length;
    }
    return new Codes(joined);
  }
}
