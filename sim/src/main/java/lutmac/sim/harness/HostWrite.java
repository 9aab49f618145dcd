package lutmac.sim.harness;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import lutmac.rtl.layout.Memory;

/**
 * One write command of the host.
 *
 * @param address of the first word
 * @param beats {@code words * beatsPerWord} 64-bit beats, little-endian
 */
public record HostWrite(Memory memory, int address, int words, int beatsPerWord, byte[] beats) {
  private static final int BEAT_BYTES = 8;

  public HostWrite {
    if (beats.length != words * beatsPerWord * BEAT_BYTES) {
      throw new IllegalArgumentException(
          "%d words of %d beats are not %d bytes".formatted(words, beatsPerWord, beats.length));
    }
  }

  /**
   * Pads words to whole beats.
   *
   * @param image {@code wordBytes} a word, little-endian
   */
  public static HostWrite of(Memory memory, int address, byte[] image, int wordBytes) {
    if (image.length % wordBytes != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole words of %d".formatted(image.length, wordBytes));
    }
    int words = image.length / wordBytes;
    int beatsPerWord = (wordBytes + BEAT_BYTES - 1) / BEAT_BYTES;
    byte[] beats = new byte[words * beatsPerWord * BEAT_BYTES];
    for (int word = 0; word < words; word++) {
      System.arraycopy(image, word * wordBytes, beats, word * beatsPerWord * BEAT_BYTES, wordBytes);
    }
    return new HostWrite(memory, address, words, beatsPerWord, beats);
  }

  /** The program memory from address 0. */
  public static HostWrite ofProgram(int[] program) {
    ByteBuffer image = ByteBuffer.allocate(4 * program.length).order(ByteOrder.LITTLE_ENDIAN);
    image.asIntBuffer().put(program);
    return of(Memory.PROGRAM, 0, image.array(), 4);
  }
}
