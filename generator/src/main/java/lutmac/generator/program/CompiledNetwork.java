package lutmac.generator.program;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.Memory;

/**
 * A network compiled for one accelerator configuration: program and memory images (docs/hardware.md
 * §2, §4).
 *
 * @param program 32-bit words, loaded at address 0, where execution starts; of a network with a
 *     schedule the programs of all runs, one after the other
 * @param weights weight buffer image, little-endian bytes, {@code ceil(4M / 8)} a word; with a
 *     schedule what its runs load, each group of weights once
 * @param parameters parameter buffer image, {@code ceil(42M / 8)} bytes a word, likewise
 * @param inputViews the regions that the host writes for every image
 * @param outputViews where the maps lie that the network returns, in its order
 * @param layers in program order; the last one holds the result
 * @param schedule of a network that does not fit the buffers
 */
public record CompiledNetwork(
    QuantizedNetwork network,
    AcceleratorConfig config,
    int[] program,
    byte[] weights,
    byte[] parameters,
    List<InputView> inputViews,
    List<OutputView> outputViews,
    List<LayerPlacement> layers,
    Optional<Schedule> schedule) {
  public CompiledNetwork {
    inputViews = List.copyOf(inputViews);
    outputViews = List.copyOf(outputViews);
    layers = List.copyOf(layers);
  }

  /** A network that fits the buffers. */
  public CompiledNetwork(
      QuantizedNetwork network,
      AcceleratorConfig config,
      int[] program,
      byte[] weights,
      byte[] parameters,
      List<InputView> inputViews,
      List<OutputView> outputViews,
      List<LayerPlacement> layers) {
    this(
        network,
        config,
        program,
        weights,
        parameters,
        inputViews,
        outputViews,
        layers,
        Optional.empty());
  }

  /** The layers that make what the network returns, with the addresses of {@link #outputViews}. */
  public List<LayerPlacement> results() {
    return schedule
        .map(Schedule::results)
        .orElseGet(() -> layers.stream().filter(LayerPlacement::result).toList());
  }

  /**
   * Useful multiply-accumulates of one image by layer, in the order of execution; with a schedule
   * as if every layer were made whole, once.
   */
  public Map<String, Long> layerMacs() {
    return schedule
        .map(Schedule::layerMacs)
        .orElseGet(
            () ->
                layers.stream()
                    .collect(
                        Collectors.groupingBy(
                            LayerPlacement::name,
                            LinkedHashMap::new,
                            Collectors.summingLong(LayerPlacement::macs))));
  }

  /** Useful multiply-accumulates of one image. */
  public long macs() {
    return layerMacs().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Words of a buffer that the network uses, from address 0 on. */
  public int wordsInUse(Memory memory) {
    return schedule
        .map(Schedule::use)
        .map(
            use ->
                switch (memory) {
                  case PROGRAM -> use.program();
                  case WEIGHTS -> use.weights();
                  case PARAMETERS -> use.parameters();
                  case FEATURE_MAPS -> use.featureMaps();
                })
        .orElseGet(() -> residentWords(memory));
  }

  private int residentWords(Memory memory) {
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
