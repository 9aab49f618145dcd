package lutmac.generator.program;

/**
 * One copy of the network input in the feature-map buffer, arranged for a layer that reads it:
 * padded, and with kernel taps folded into channels where that saves cycles.
 */
public interface InputView {
  /** Word address of the first word. */
  int baseAddress();

  /** Length of the region in words. */
  int words();

  /** How it is arranged. */
  InputLayout layout();

  /**
   * The region's contents for one image.
   *
   * @param codes input codes {@code [C, H, W]}
   * @return {@code words() * M} bytes, lane 0 of word 0 first
   */
  byte[] arrange(int[] codes);
}
