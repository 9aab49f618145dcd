package lutmac.generator.program;

import java.util.Arrays;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.layout.Memory;

/**
 * What a whole network needs of a buffer.
 *
 * @param buffer its name: {@code feature maps}
 * @param words that the network uses
 * @param depth words that there are
 * @param wordBytes bytes of a word
 */
public record BufferNeed(String buffer, int words, int depth, int wordBytes) {

  /** Of all buffers. */
  public static List<BufferNeed> of(CompiledNetwork compiled) {
    return Arrays.stream(Memory.values()).map(memory -> of(compiled, memory)).toList();
  }

  private static BufferNeed of(CompiledNetwork compiled, Memory memory) {
    AcceleratorConfig config = compiled.config();
    return new BufferNeed(
        memory.label(),
        compiled.wordsInUse(memory),
        config.depth(memory),
        memory.wordBytes(config.cols()));
  }

  /** Bytes of the whole buffer. */
  public long bytes() {
    return (long) depth * wordBytes;
  }
}
