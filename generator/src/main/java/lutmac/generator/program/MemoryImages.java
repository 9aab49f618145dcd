package lutmac.generator.program;

import static lutmac.generator.config.MemorySizes.CODE_BITS;
import static lutmac.generator.config.MemorySizes.PARAMETER_BITS;

import java.util.Optional;
import lutmac.generator.pe.StepCodes;
import lutmac.network.quantized.MacLayer;

/** Lays weights and parameters out as docs/hardware.md §2 says. */
final class MemoryImages {
  private static final int SHIFT_LSB = 32;
  private static final int ALIGN_LSB = 37;

  private MemoryImages() {}

  /** Program words of all layers, one descriptor after the other. */
  static int[] program(NetworkPlan plan) {
    int[] program = new int[Math.toIntExact(plan.programWords())];
    int at = 0;
    for (LoweredLayer layer : plan.layers()) {
      int[] words = layer.descriptor().encode();
      System.arraycopy(words, 0, program, at, words.length);
      at += words.length;
    }
    return program;
  }

  static byte[] weights(NetworkPlan plan, int cols) {
    int wordBytes = bytes(CODE_BITS * cols);
    byte[] image = new byte[Math.toIntExact(plan.weightWords() * wordBytes)];
    for (LoweredLayer layer : plan.layers()) {
      if (layer.codes().isEmpty()) {
        continue;
      }
      StepCodes codes = layer.codes().get();
      int base = layer.descriptor().getInt(DescriptorField.W_BASE);
      for (int channel = 0; channel < codes.outChannels(); channel++) {
        int column = channel % cols;
        int first = base + channel / cols * codes.steps();
        for (int step = 0; step < codes.steps(); step++) {
          int at = (first + step) * wordBytes + column / 2;
          image[at] |= (byte) (codes.code(channel, step) << CODE_BITS * (column % 2));
        }
      }
    }
    return image;
  }

  static byte[] parameters(NetworkPlan plan, int cols) {
    int wordBytes = bytes(PARAMETER_BITS * cols);
    byte[] image = new byte[Math.toIntExact(plan.parameterWords() * wordBytes)];
    for (LoweredLayer layer : plan.layers()) {
      Optional<MacLayer> mac =
          layer.layer().fold(array -> Optional.of(array.mac()), pool -> Optional.empty());
      if (mac.isEmpty()) {
        continue;
      }
      int base = layer.descriptor().getInt(DescriptorField.PAR_BASE);
      for (int channel = 0; channel < mac.get().outChannels(); channel++) {
        int at = (base + channel / cols) * wordBytes;
        put(image, at, PARAMETER_BITS * (channel % cols), parameter(mac.get(), channel));
      }
    }
    return image;
  }

  /** {@code {align[4:0], shift[4:0], bias[31:0]}} of one output channel. */
  private static long parameter(MacLayer mac, int channel) {
    long bias = Integer.toUnsignedLong(mac.bias()[channel]);
    long shift = mac.stage().fold(requantize -> requantize.shift().get(channel), accumulators -> 0);
    long align = mac.skip().map(skip -> skip.alignment().get(channel)).orElse(0);
    return align << ALIGN_LSB | shift << SHIFT_LSB | bias;
  }

  private static void put(byte[] image, int base, int lsb, long value) {
    for (int bit = 0; bit < PARAMETER_BITS; bit++) {
      if ((value >> bit & 1) != 0) {
        int at = lsb + bit;
        image[base + at / Byte.SIZE] |= (byte) (1 << at % Byte.SIZE);
      }
    }
  }

  private static int bytes(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }
}
