package lutmac.generator.program;

import java.util.Optional;
import lutmac.generator.pe.StepCodes;
import lutmac.network.quantized.MacLayer;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Memory;
import lutmac.rtl.layout.ParameterField;

/** Lays weights and parameters out as docs/hardware.md §2 says. */
final class MemoryImages {
  private static final int CODE_BITS = Memory.WEIGHTS.elementBits();
  private static final int CODES_PER_BYTE = Byte.SIZE / CODE_BITS;

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
    int wordBytes = Memory.WEIGHTS.wordBytes(cols);
    byte[] image = new byte[Math.toIntExact(plan.weightWords() * wordBytes)];
    for (LoweredLayer layer : plan.layers()) {
      if (layer.codes().isEmpty()) {
        continue;
      }
      StepCodes codes = layer.codes().get();
      int base = layer.descriptor().getInt(DescriptorField.W_BASE);
      for (int block = 0; block < codes.blocks(); block++) {
        for (int step = 0; step < codes.steps(); step++) {
          int at = (base + block * codes.steps() + step) * wordBytes;
          for (int column = 0; column < cols; column++) {
            int code = codes.code(0, block, step, column);
            image[at + column / CODES_PER_BYTE] |=
                (byte) (code << CODE_BITS * (column % CODES_PER_BYTE));
          }
        }
      }
    }
    return image;
  }

  static byte[] parameters(NetworkPlan plan, int cols) {
    int wordBytes = Memory.PARAMETERS.wordBytes(cols);
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
        put(image, at, ParameterField.BITS * (channel % cols), parameter(mac.get(), channel));
      }
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
