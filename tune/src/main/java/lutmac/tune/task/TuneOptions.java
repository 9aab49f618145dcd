package lutmac.tune.task;

import java.util.Objects;

/**
 * The choices of a user.
 *
 * @param epochs how often training sees every image
 * @param images how many of the images to train on at most: the first ones
 * @param batch images between two updates
 * @param rates how far an update moves the parameters; falls to zero along half a cosine
 * @param augmentation random changes of the images
 * @param seed of the order of images and of the augmentation
 */
public record TuneOptions(
    int epochs, int images, int batch, Rates rates, Augmentation augmentation, long seed) {

  /**
   * Learning rates, in units in which a parameter matters: how far an update with a steady gradient
   * would move it at the start of training, if the network were as far from its teacher as one that
   * always answers zero. One that is closer moves less, in proportion.
   *
   * @param weights in mean gaps between the levels of the layer's table, but at least in quarters
   *     of the weights' root mean square
   * @param levels in mean gaps; 0 keeps the tables
   * @param biases in 255ths of the range of the layer's output codes
   * @param scales in octaves, of activation scales; 0 keeps them
   */
  public record Rates(double weights, double levels, double biases, double scales) {
    public Rates {
      requireRate("weights", weights);
      requireRate("levels", levels);
      requireRate("biases", biases);
      requireRate("scales", scales);
    }

    /** The same with another rate of weights. */
    public Rates withWeights(double rate) {
      return new Rates(rate, levels, biases, scales);
    }

    private static void requireRate(String of, double rate) {
      if (!(rate >= 0 && rate <= 1)) {
        throw new IllegalArgumentException(
            "the learning rate of %s must be 0 to 1, got %s".formatted(of, rate));
      }
    }
  }

  /**
   * Random changes that every image undergoes anew in every epoch. The teacher sees the same
   * pixels, so its answer stays right; but they should remain images that the network may meet.
   *
   * @param mirror half of the images are mirrored left to right
   * @param shift most pixels that an image moves in each direction; its border is repeated
   */
  public record Augmentation(boolean mirror, int shift) {
    public Augmentation {
      if (shift < 0) {
        throw new IllegalArgumentException("images move by 0 pixels or more, got " + shift);
      }
    }

    /** Images as they are. */
    public static Augmentation none() {
      return new Augmentation(false, 0);
    }

    /** Whether every image stays as it is. */
    public boolean changesNothing() {
      return !mirror && shift == 0;
    }
  }

  public TuneOptions {
    Objects.requireNonNull(rates, "rates");
    Objects.requireNonNull(augmentation, "augmentation");
    requirePositive("epochs", epochs);
    requirePositive("images", images);
    requirePositive("images in a batch", batch);
  }

  private static void requirePositive(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("at least one of %s, got %d".formatted(what, count));
    }
  }

  /**
   * Biases only: the safest of what has been tried, though not everywhere a gain. Weights that
   * learn gain more on some networks and spoil others: docs/decisions.md has the runs.
   */
  public static TuneOptions defaults() {
    return new TuneOptions(3, 4_000, 32, new Rates(0, 0, 0.1, 0), Augmentation.none(), 1);
  }

  public TuneOptions withEpochs(int count) {
    return new TuneOptions(count, images, batch, rates, augmentation, seed);
  }

  public TuneOptions withImages(int most) {
    return new TuneOptions(epochs, most, batch, rates, augmentation, seed);
  }

  public TuneOptions withBatch(int count) {
    return new TuneOptions(epochs, images, count, rates, augmentation, seed);
  }

  public TuneOptions withRates(Rates chosen) {
    return new TuneOptions(epochs, images, batch, chosen, augmentation, seed);
  }

  public TuneOptions withAugmentation(Augmentation chosen) {
    return new TuneOptions(epochs, images, batch, rates, chosen, seed);
  }

  public TuneOptions withSeed(long chosen) {
    return new TuneOptions(epochs, images, batch, rates, augmentation, chosen);
  }
}
