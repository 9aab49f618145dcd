package lutmac.sim.harness;

import lutmac.generator.program.HostBeats;
import lutmac.rtl.layout.Memory;

/**
 * One write command of the host.
 *
 * @param address of the first word
 * @param beats {@code words * beatsPerWord} 64-bit beats, little-endian
 */
public record HostWrite(Memory memory, int address, int words, int beatsPerWord, byte[] beats) {
  public HostWrite {
    if (beats.length != words * beatsPerWord * HostBeats.BYTES) {
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
    byte[] beats = HostBeats.padded(image, wordBytes);
    int words = image.length / wordBytes;
    int beatsPerWord = HostBeats.beatsOf(wordBytes);
    return new HostWrite(memory, address, words, beatsPerWord, beats);
  }

  /** The program memory from address 0. */
  public static HostWrite ofProgram(int[] program) {
    return of(Memory.PROGRAM, 0, HostBeats.bytes(program), Memory.PROGRAM.wordBytes(1));
  }
}
