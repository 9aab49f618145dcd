package lutmac.generator.program;

import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * A network compiled for one accelerator configuration: program and memory images (docs/hardware.md
 * §2, §4).
 *
 * @param program 32-bit words, loaded at address 0, where execution starts
 * @param weights weight buffer image, little-endian bytes, {@code ceil(4M / 8)} a word
 * @param parameters parameter buffer image, {@code ceil(42M / 8)} bytes a word
 * @param inputViews the regions that the host writes for every image
 * @param layers in program order; the last one holds the result
 */
public record CompiledNetwork(
    QuantizedNetwork network,
    AcceleratorConfig config,
    int[] program,
    byte[] weights,
    byte[] parameters,
    List<InputView> inputViews,
    List<LayerPlacement> layers) {
  public CompiledNetwork {
    inputViews = List.copyOf(inputViews);
    layers = List.copyOf(layers);
  }
}
