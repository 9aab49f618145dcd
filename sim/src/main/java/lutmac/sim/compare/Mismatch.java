package lutmac.sim.compare;

/**
 * One difference between hardware and golden model.
 *
 * @param image number of the image
 * @param layer position in the program
 * @param layerName name of the layer, {@code "?"} if the program has none of that index
 * @param address feature-map word
 * @param y output row, -1 for a stray write
 * @param x output column, -1 for a stray write
 * @param channel output channel: the first wrong one of the word; -1 for a stray write
 * @param expected the golden model's integer (of a read-back: what was written); 0 for a stray
 *     write
 * @param got the hardware's integer; 0 for a missing word
 * @param cycle of the write, since the image's run began; -1 for a missing word or a read-back
 */
public record Mismatch(
    MismatchKind kind,
    int image,
    int layer,
    String layerName,
    int address,
    int y,
    int x,
    int channel,
    int expected,
    int got,
    long cycle) {

  /** One line for people. */
  public String describe() {
    String where = "image %d, layer %d '%s'".formatted(image, layer, layerName);
    String position = "pixel (y %d, x %d), channel %d".formatted(y, x, channel);
    return switch (kind) {
      case VALUE ->
          "%s, %s: expected %d, got %d in cycle %d"
              .formatted(where, position, expected, got, cycle);
      case MISSING ->
          "%s, %s: expected %d, but word %d was never written"
              .formatted(where, position, expected, address);
      case DUPLICATE ->
          "%s, %s: word %d was written again in cycle %d"
              .formatted(where, position, address, cycle);
      case STRAY ->
          "%s: wrote word %d, which is not part of its output, in cycle %d"
              .formatted(where, address, cycle);
      case READ_BACK ->
          "%s, %s: the core wrote %d, but the host read %d"
              .formatted(where, position, expected, got);
    };
  }
}
