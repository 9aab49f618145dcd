package lutmac.generator.program;

import lutmac.network.shape.Shape;

/** The region of the feature-map buffer that holds the network input in one arrangement. */
record ArrangedInput(Arrangement arrangement, int baseAddress) implements InputView {

  @Override
  public int words() {
    return Math.toIntExact(arrangement.words());
  }

  @Override
  public InputLayout layout() {
    return arrangement.inputLayout();
  }

  @Override
  public byte[] arrange(int[] codes) {
    Shape map = arrangement.tensor().shape();
    if (codes.length != map.size()) {
      throw new IllegalArgumentException(
          "the input %s has %d codes, got %d".formatted(map, map.size(), codes.length));
    }
    int cols = arrangement.layout().cols();
    byte[] image = new byte[words() * cols];
    int pixels = arrangement.pixels();
    for (int channel = 0; channel < arrangement.channels(); channel++) {
      int mapChannel = arrangement.mapChannel(channel);
      byte pad = arrangement.tensor().padCodes().get(mapChannel).byteValue();
      int at = channel / cols * pixels * cols + channel % cols;
      for (int y = 0; y < arrangement.height(); y++) {
        int row = arrangement.mapRow(channel, y);
        for (int x = 0; x < arrangement.width(); x++, at += cols) {
          int column = arrangement.mapColumn(channel, x);
          boolean inside = row >= 0 && row < map.height() && column >= 0 && column < map.width();
          image[at] =
              inside ? (byte) codes[(mapChannel * map.height() + row) * map.width() + column] : pad;
        }
      }
    }
    return image;
  }
}
