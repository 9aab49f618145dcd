package lutmac.generator.program;

import java.util.List;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.Memory;

/**
 * A network compiled for one accelerator configuration: program and memory images (docs/hardware.md
 * §2, §4).
 *
 * @param program 32-bit words, loaded at address 0, where execution starts
 * @param weights weight buffer image, little-endian bytes, {@code ceil(4M / 8)} a word
 * @param parameters parameter buffer image, {@code ceil(42M / 8)} bytes a word
 * @param inputViews the regions that the host writes for every image
 * @param outputViews where the maps lie that the network returns, in its order
 * @param layers in program order; the last one holds the result
 */
public record CompiledNetwork(
    QuantizedNetwork network,
    AcceleratorConfig config,
    int[] program,
    byte[] weights,
    byte[] parameters,
    List<InputView> inputViews,
    List<OutputView> outputViews,
    List<LayerPlacement> layers) {
  public CompiledNetwork {
    inputViews = List.copyOf(inputViews);
    outputViews = List.copyOf(outputViews);
    layers = List.copyOf(layers);
  }

  /** Words of a buffer that the network uses, from address 0 on. */
  public int wordsInUse(Memory memory) {
    int cols = config.cols();
    return switch (memory) {
      case PROGRAM -> program.length;
      case WEIGHTS -> weights.length / memory.wordBytes(cols);
      case PARAMETERS -> parameters.length / memory.wordBytes(cols);
      case FEATURE_MAPS ->
          IntStream.concat(
                  inputViews.stream().mapToInt(view -> view.baseAddress() + view.words()),
                  layers.stream().mapToInt(LayerPlacement::end))
              .max()
              .orElse(0);
    };
  }
}
