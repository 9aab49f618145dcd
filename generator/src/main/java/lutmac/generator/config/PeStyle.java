package lutmac.generator.config;

import java.util.Locale;

/** Style of the processing elements, as {@code --pe} names it. */
public enum PeStyle {
  /** Adds activations into the bin that the weight code names; a drain unit weighs the bins. */
  BINS,
  /** Two signed power-of-two digits of the table entry, shifted and added in one cycle. */
  CSD;

  /** The name on the command line and in file names. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
