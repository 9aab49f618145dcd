package lutmac.generator.program;

/**
 * The feature-map buffer, words of M bytes in lanes of 8, 4 or 2 bits (docs/hardware.md §2): lane c
 * of a word of b-bit lanes lies in its bits {@code [b*c +: b]}.
 */
final class WordBuffer {
  private final int cols;
  private final int words;
  private final byte[] bytes;

  /**
   * @param cols M
   * @param contents what it holds at first; used, not copied
   */
  WordBuffer(int cols, byte[] contents) {
    this.cols = cols;
    this.words = contents.length / cols;
    this.bytes = contents;
  }

  /** How many words it has. */
  int words() {
    return words;
  }

  /** The bits of a lane. */
  int lane(int address, int lane, int bits) {
    int at = bits * lane;
    return bytes[address * cols + at / 8] >> at % 8 & (1 << bits) - 1;
  }

  /** The value of a lane that holds two's complement. */
  int signedLane(int address, int lane, int bits) {
    int unused = Integer.SIZE - bits;
    return lane(address, lane, bits) << unused >> unused;
  }

  /** Replaces the bits of a lane. */
  void store(int address, int lane, int bits, int value) {
    int at = bits * lane;
    int index = address * cols + at / 8;
    int mask = (1 << bits) - 1 << at % 8;
    bytes[index] = (byte) (bytes[index] & ~mask | value << at % 8 & mask);
  }
}
