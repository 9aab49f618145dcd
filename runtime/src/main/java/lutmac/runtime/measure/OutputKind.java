package lutmac.runtime.measure;

import lutmac.network.shape.Shape;

/** What an output of a network is, as far as its shape tells. */
public enum OutputKind {
  /** One class an image: the largest of several channels of one pixel. */
  CLASSES("classes"),

  /** One class a pixel: the largest of several channels. */
  CLASS_MAP("class map"),

  /** Numbers: an image again, an image's reconstruction, one channel, one value. */
  VALUES("values");

  /** Classes are as many as features where both are few. */
  private static final int FEWEST_FEATURES = 16;

  private final String title;

  OutputKind(String title) {
    this.title = title;
  }

  /** In words. */
  public String title() {
    return title;
  }

  /**
   * The kind of an output.
   *
   * @param output its shape
   * @param input shape of the network's input: an output with its channels (a picture made of a
   *     picture), or with as many features (an autoencoder's), is of the same kind of numbers
   */
  public static OutputKind of(Shape output, Shape input) {
    boolean reconstructs =
        output.channels() == input.channels()
            && (output.pixels() > 1 || (output.equals(input) && output.size() >= FEWEST_FEATURES));
    if (output.channels() == 1 || reconstructs) {
      return VALUES;
    }
    return output.pixels() == 1 ? CLASSES : CLASS_MAP;
  }

  /**
   * The kind by which errors of an output are judged where nobody says what it is: of several
   * outputs only the first is taken for one class an image; what follows it may as well be the
   * corners of a box, and numbers serve both.
   *
   * @param index of the output in the network's order
   */
  public static OutputKind judged(int index, Shape output, Shape input) {
    OutputKind kind = of(output, input);
    return index > 0 && kind == CLASSES ? VALUES : kind;
  }
}
