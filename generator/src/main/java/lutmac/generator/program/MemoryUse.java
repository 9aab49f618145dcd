package lutmac.generator.program;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.shape.Shape;
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
    AcceleratorConfig config = compiled.config();
    int cols = config.cols();
    return new MemoryUse(
        bytes(featureMapWords(compiled), Memory.FEATURE_MAPS, cols),
        bytes(
            compiled.weights().length / Memory.WEIGHTS.wordBytes(cols), Memory.WEIGHTS, cols),
        bytes(
            compiled.parameters().length / Memory.PARAMETERS.wordBytes(cols),
            Memory.PARAMETERS,
            cols),
        bytes(compiled.program().length, Memory.PROGRAM, cols));
  }

  private static long bytes(long words, Memory memory, int cols) {
    return (words * memory.wordBits(cols) + Byte.SIZE - 1) / Byte.SIZE;
  }

  private static long featureMapWords(CompiledNetwork compiled) {
    long end = 0;
    for (InputView input : compiled.inputViews()) {
      end = Math.max(end, (long) input.baseAddress() + input.words());
    }
    for (LayerPlacement layer : compiled.layers()) {
      end = Math.max(end, end(layer));
    }
    return end;
  }

  private static long end(LayerPlacement layer) {
    Shape shape = layer.output().shape();
    int last = layer.blocks().size() - 1;
    if (layer.raw()) {
      return layer.baseAddress()
          + (long) last * layer.blockStride()
          + (long) ArrayLowering.RAW_WORDS * shape.pixels();
    }
    int parts = Byte.SIZE / layer.laneBits();
    return layer.baseAddress()
        + (long) (layer.part() + last) / parts * layer.blockStride()
        + shape.pixels();
  }

  /** All together. */
  public long total() {
    return featureMaps + weights + parameters + program;
  }
}
