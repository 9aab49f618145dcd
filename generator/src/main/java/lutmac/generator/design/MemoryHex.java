package lutmac.generator.design;

import java.util.HexFormat;
import java.util.List;
import lutmac.rtl.layout.Memory;

/**
 * A memory image as text that {@code $readmemh} reads: one word a line, most significant digit
 * first, the word of address 0 in the first line.
 *
 * @param wordBits width of a word
 */
record MemoryHex(int wordBits) {
  private static final HexFormat HEX = HexFormat.of();

  /** The text of a memory of an array of {@code cols} columns. */
  static MemoryHex of(Memory memory, int cols) {
    return new MemoryHex(memory.wordBits(cols));
  }

  /** Bytes that a word takes in an image. */
  int wordBytes() {
    return (wordBits + Byte.SIZE - 1) / Byte.SIZE;
  }

  private int digits() {
    return (wordBits + 3) / 4;
  }

  /**
   * Text of an image.
   *
   * @param image words of {@link #wordBytes} bytes, least significant first
   */
  String text(byte[] image) {
    StringBuilder text = new StringBuilder(image.length * 2 + image.length / wordBytes());
    for (int word = 0; word < image.length; word += wordBytes()) {
      StringBuilder line = new StringBuilder();
      for (int at = wordBytes() - 1; at >= 0; at--) {
        HEX.toHexDigits(line, image[word + at]);
      }
      text.append(line, line.length() - digits(), line.length()).append('\n');
    }
    return text.toString();
  }

  /**
   * Text of some words of a memory, from an address on: a line says it.
   *
   * @param image words of {@link #wordBytes} bytes, least significant first
   */
  String text(int address, byte[] image) {
    return "@%x\n%s".formatted(address, text(image));
  }

  /**
   * The image of a text.
   *
   * @param words number of words that it must hold
   * @throws IllegalArgumentException if the text is anything else; the message names the line
   */
  byte[] image(String text, int words) {
    List<String> lines = text.lines().toList();
    if (lines.size() != words) {
      throw new IllegalArgumentException(
          "it has %d words, the network needs %d".formatted(lines.size(), words));
    }
    byte[] image = new byte[words * wordBytes()];
    for (int word = 0; word < words; word++) {
      String line = lines.get(word);
      if (line.length() != digits() || !line.matches("[0-9a-fA-F]+") || hasBitsAboveWord(line)) {
        throw new IllegalArgumentException(
            "line %d is no word of %d bits in %d hexadecimal digits"
                .formatted(word + 1, wordBits, digits()));
      }
      byte[] bytes = HEX.parseHex(line.length() % 2 == 0 ? line : "0" + line);
      for (int at = 0; at < bytes.length; at++) {
        image[word * wordBytes() + at] = bytes[bytes.length - 1 - at];
      }
    }
    return image;
  }

  private boolean hasBitsAboveWord(String line) {
    int used = wordBits % 4;
    return used != 0 && Character.digit(line.charAt(0), 16) >> used != 0;
  }
}
