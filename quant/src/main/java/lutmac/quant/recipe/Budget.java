package lutmac.quant.recipe;

import java.util.Optional;
import java.util.function.Function;

/** What an allocation of bits must stay within. */
public sealed interface Budget {

  /** Bits of a feature map's element that this budget leaves room for, 2 to 8. */
  default int typicalBits() {
    return 8;
  }

  /** This, if it limits the loss of accuracy. */
  default Optional<Accuracy> accuracy() {
    return Optional.empty();
  }

  /** What the function for this kind of budget says. */
  default <R> R fold(
      Function<? super Unlimited, ? extends R> unlimited,
      Function<? super MeanWeightBits, ? extends R> meanWeightBits,
      Function<? super CompressionRatio, ? extends R> compressionRatio,
      Function<? super ArraySteps, ? extends R> arraySteps,
      Function<? super Cycles, ? extends R> cycles,
      Function<? super Accuracy, ? extends R> accuracy) {
    return accept(
        new Kinds<R>() {
          @Override
          public R unlimited(Unlimited value) {
            return unlimited.apply(value);
          }

          @Override
          public R meanWeightBits(MeanWeightBits value) {
            return meanWeightBits.apply(value);
          }

          @Override
          public R compressionRatio(CompressionRatio value) {
            return compressionRatio.apply(value);
          }

          @Override
          public R arraySteps(ArraySteps value) {
            return arraySteps.apply(value);
          }

          @Override
          public R cycles(Cycles value) {
            return cycles.apply(value);
          }

          @Override
          public R accuracy(Accuracy value) {
            return accuracy.apply(value);
          }
        });
  }

  /** The answer for this kind of budget. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R unlimited(Unlimited value);

    R meanWeightBits(MeanWeightBits value);

    R compressionRatio(CompressionRatio value);

    R arraySteps(ArraySteps value);

    R cycles(Cycles value);

    R accuracy(Accuracy value);
  }

  /** Whether there is anything to stay within. */
  default boolean limited() {
    return true;
  }

  /** Whether the bits of feature maps count, so that they compete with those of weights. */
  default boolean countsActivations() {
    return false;
  }

  /** Whether it is the hardware's time that counts, which must be known then, and no bit does. */
  default boolean countsTime() {
    return false;
  }

  /** No limit: everything gets the widest format that it may have. */
  record Unlimited() implements Budget {
    @Override
    public boolean limited() {
      return false;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.unlimited(this);
    }

    @Override
    public String toString() {
      return "without limit";
    }
  }

  /**
   * Mean bits of a weight, over all layers.
   *
   * @param bits for example 4.6
   */
  record MeanWeightBits(double bits) implements Budget {
    public MeanWeightBits {
      require(bits > 0, bits);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.meanWeightBits(this);
    }

    @Override
    public String toString() {
      return "of %s bits a weight".formatted(bits);
    }
  }

  /**
   * Compression ratio of weights, tables, biases and all feature maps together, against 32 bits
   * each.
   *
   * @param ratio for example 8
   */
  record CompressionRatio(double ratio) implements Budget {
    public CompressionRatio {
      require(ratio > 0, ratio);
    }

    @Override
    public boolean countsActivations() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.compressionRatio(this);
    }

    @Override
    public int typicalBits() {
      return (int) Math.max(2, Math.min(8, Math.round(32 / ratio)));
    }

    @Override
    public String toString() {
      return "of %s times less memory".formatted(ratio);
    }
  }

  /**
   * Steps that the array of the hardware takes for one image: a step more for every further plane
   * of a weight's codes.
   *
   * @param steps at least 1
   */
  record ArraySteps(long steps) implements Budget {
    public ArraySteps {
      require(steps > 0, steps);
    }

    @Override
    public boolean countsTime() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.arraySteps(this);
    }

    @Override
    public String toString() {
      return "of %d steps of the array".formatted(steps);
    }
  }

  /**
   * Clock cycles that the hardware takes for one image.
   *
   * @param cycles at least 1
   */
  record Cycles(long cycles) implements Budget {
    public Cycles {
      require(cycles > 0, cycles);
    }

    @Override
    public boolean countsTime() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.cycles(this);
    }

    @Override
    public String toString() {
      return "of %d cycles".formatted(cycles);
    }
  }

  /**
   * The smallest memory, as {@link CompressionRatio} counts it, at which the quantized network
   * loses no more than this on calibration images that were held out from fitting: points of top-1
   * below the float network where labels are given, else percent of images (or pixels) whose class
   * is not the float network's, or of the squared error of an output without classes.
   *
   * @param percent at least 0, below 100
   * @param enough memory need not get smaller than this
   */
  record Accuracy(double percent, Optional<CompressionRatio> enough) implements Budget {
    /** Between the shortest and the longest formats: every plan scales its feature maps anew. */
    private static final int MIDDLE = 5;

    public Accuracy {
      if (!(percent >= 0 && percent < 100)) {
        throw new IllegalArgumentException(
            "a loss of accuracy is at least 0 and below 100 percent, got " + percent);
      }
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(this);
    }

    @Override
    public boolean countsActivations() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.accuracy(this);
    }

    @Override
    public int typicalBits() {
      return enough.map(CompressionRatio::typicalBits).orElse(MIDDLE);
    }

    @Override
    public String toString() {
      return "of %s %% lost".formatted(percent);
    }
  }

  private static void require(boolean holds, double got) {
    if (!holds) {
      throw new IllegalArgumentException("a budget is positive, got " + got);
    }
  }
}
