package lutmac.generator.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.Memory;

/** The 64-bit beats of host commands, little-endian (docs/hardware.md §8). */
public final class HostBeats {
  /** Bytes of a beat. */
  public static final int BYTES = HostHeaderField.BITS / Byte.SIZE;

  private HostBeats() {}

  /** The header of a command that moves words of a memory. */
  public static long header(HostOperation operation, Memory memory, int address, int words) {
    return HostHeaderField.OPERATION.encode(operation.code())
        | HostHeaderField.MEMORY.encode(memory.number())
        | HostHeaderField.ADDRESS.encode(address)
        | HostHeaderField.WORDS.encode(words);
  }

  /** The header of a command that runs the program, which may take as many cycles as there are. */
  public static long run(HostOperation operation, int programAddress) {
    return HostHeaderField.OPERATION.encode(operation.code())
        | HostHeaderField.ADDRESS.encode(programAddress);
  }

  /** The header of a command that waits for the end of a run. */
  public static long await() {
    return HostHeaderField.OPERATION.encode(HostOperation.WAIT.code());
  }

  /** Beats of a word. */
  public static int beatsOf(int wordBytes) {
    return (wordBytes + BYTES - 1) / BYTES;
  }

  /**
   * Pads words to whole beats.
   *
   * @param image {@code wordBytes} a word, least significant byte first
   */
  public static byte[] padded(byte[] image, int wordBytes) {
    if (image.length % wordBytes != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole words of %d".formatted(image.length, wordBytes));
    }
    int words = image.length / wordBytes;
    int paddedBytes = beatsOf(wordBytes) * BYTES;
    byte[] beats = new byte[words * paddedBytes];
    for (int word = 0; word < words; word++) {
      System.arraycopy(image, word * wordBytes, beats, word * paddedBytes, wordBytes);
    }
    return beats;
  }

  /** The bytes of the program's words. */
  public static byte[] bytes(int[] program) {
    ByteBuffer image =
        ByteBuffer.allocate(Integer.BYTES * program.length).order(ByteOrder.LITTLE_ENDIAN);
    image.asIntBuffer().put(program);
    return image.array();
  }
}
