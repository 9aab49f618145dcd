package lutmac.generator.program;

import lutmac.rtl.layout.Memory;

/**
 * Bytes of the accelerator's memories that a compiled network uses: whole words, lanes that hold no
 * channel included. The buffers are as deep as the next power of two.
 *
 * @param featureMaps from the first word to the last one that is ever in use
 * @param weights codes
 * @param parameters biases, shifts and alignments, a field for every column of every block
 * @param program descriptors with their tables
 */
public record MemoryUse(long featureMaps, long weights, long parameters, long program) {

  /** What a network uses. */
  public static MemoryUse of(CompiledNetwork compiled) {
    return new MemoryUse(
        bytes(compiled, Memory.FEATURE_MAPS),
        bytes(compiled, Memory.WEIGHTS),
        bytes(compiled, Memory.PARAMETERS),
        bytes(compiled, Memory.PROGRAM));
  }

  private static long bytes(CompiledNetwork compiled, Memory memory) {
    long bits = (long) compiled.wordsInUse(memory) * memory.wordBits(compiled.config().cols());
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** All together. */
  public long total() {
    return featureMaps + weights + parameters + program;
  }
}
