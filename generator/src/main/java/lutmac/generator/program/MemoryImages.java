package lutmac.generator.program;

import java.util.List;
import java.util.Optional;
import lutmac.generator.pe.StepCodes;
import lutmac.network.quantized.MacLayer;
import lutmac.rtl.layout.Memory;
import lutmac.rtl.layout.ParameterField;

/** Lays weights and parameters out as docs/hardware.md §2 says. */
final class MemoryImages {
  private static final int CODE_BITS = Memory.WEIGHTS.elementBits();

  private MemoryImages() {}

  /** Program words of layers, one descriptor after the other. */
  static int[] program(List<LoweredLayer> layers) {
    int[] program = new int[layers.stream().mapToInt(layer -> layer.descriptor().words()).sum()];
    int at = 0;
    for (LoweredLayer layer : layers) {
      int[] words = layer.descriptor().encode();
      System.arraycopy(words, 0, program, at, words.length);
      at += words.length;
    }
    return program;
  }

  /** Weight words of layers, one after the other. */
  static byte[] weights(List<LoweredLayer> layers, int cols) {
    int wordBytes = Memory.WEIGHTS.wordBytes(cols);
    long words = layers.stream().mapToLong(LoweredLayer::weightWords).sum();
    byte[] image = new byte[Math.toIntExact(words * wordBytes)];
    int base = 0;
    for (LoweredLayer layer : layers) {
      if (layer.weights().isPresent()) {
        put(image, base, wordBytes, layer.weights().get());
        base += (int) layer.weightWords() * wordBytes;
      }
    }
    return image;
  }

  private static void put(byte[] image, int base, int wordBytes, WeightStream weights) {
    StepCodes codes = weights.codes();
    int codeBits = CODE_BITS >> weights.codePack();
    int[] order = weights.order();
    for (int block = 0; block < codes.blocks(); block++) {
      int first = base + block * weights.blockWords() * wordBytes;
      for (int at = 0; at < order.length; at++) {
        int word = first + (at >> weights.codePack()) * wordBytes;
        int part = at & ((1 << weights.codePack()) - 1);
        int plane = order[at] / codes.steps();
        int step = order[at] % codes.steps();
        for (int column = 0; column < codes.cols(); column++) {
          int lsb = (part * codes.cols() + column) * codeBits;
          image[word + lsb / Byte.SIZE] |=
              (byte) (codes.code(plane, block, step, column) << lsb % Byte.SIZE);
        }
      }
    }
  }

  /** Parameter words of layers, one after the other. */
  static byte[] parameters(List<LoweredLayer> layers, int cols) {
    int wordBytes = Memory.PARAMETERS.wordBytes(cols);
    long words = layers.stream().mapToLong(LoweredLayer::parameterWords).sum();
    byte[] image = new byte[Math.toIntExact(words * wordBytes)];
    int base = 0;
    for (LoweredLayer layer : layers) {
      Optional<MacLayer> mac = layer.mac();
      if (mac.isEmpty()) {
        continue;
      }
      for (int block = 0; block < layer.blocks(); block++) {
        for (int column = 0; column < cols; column++) {
          int channel = layer.channels(block).get(column);
          if (channel != LayerPlacement.HOLE) {
            int at = (base + block) * wordBytes;
            put(image, at, ParameterField.BITS * column, parameter(mac.get(), channel));
          }
        }
      }
      base += layer.parameterWords();
    }
    return image;
  }

  /** The {@link ParameterField}s of one output channel. */
  private static long parameter(MacLayer mac, int channel) {
    long shift = mac.stage().fold(requantize -> requantize.shift().get(channel), accumulators -> 0);
    long align = mac.skip().map(skip -> skip.alignment().get(channel)).orElse(0);
    return ParameterField.ALIGN.encode(align)
        | ParameterField.SHIFT.encode(shift)
        | ParameterField.BIAS.encode(mac.bias()[channel]);
  }

  private static void put(byte[] image, int base, int lsb, long value) {
    for (int bit = 0; bit < ParameterField.BITS; bit++) {
      if ((value >> bit & 1) != 0) {
        int at = lsb + bit;
        image[base + at / Byte.SIZE] |= (byte) (1 << at % Byte.SIZE);
      }
    }
  }
}
