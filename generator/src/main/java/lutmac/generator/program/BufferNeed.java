package lutmac.generator.program;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
    int depth =
        switch (memory) {
          case FEATURE_MAPS -> config.featureMapWords();
          case WEIGHTS -> config.weightWords();
          case PARAMETERS -> config.parameterWords();
          case PROGRAM -> config.programWords();
        };
    return new BufferNeed(
        memory.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        compiled.wordsInUse(memory),
        depth,
        memory.wordBytes(config.cols()));
  }

  /** Bytes of the whole buffer. */
  public long bytes() {
    return (long) depth * wordBytes;
  }
}
