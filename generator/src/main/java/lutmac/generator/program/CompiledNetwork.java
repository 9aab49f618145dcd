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
 */
public final class CompiledNetwork {
  private final QuantizedNetwork network;
  private final AcceleratorConfig config;
  private final int[] program;
  private final byte[] weights;
  private final byte[] parameters;
  private final List<InputView> inputViews;
  private final Optional<Integer> inputFreeAt;
  private final List<OutputView> outputViews;
  private final List<LayerPlacement> layers;
  private final Optional<Schedule> schedule;
  private List<LayerCycles> cycles;

  /** A network; what the parts are stands at the methods that return them. */
  public CompiledNetwork(
      QuantizedNetwork network,
      AcceleratorConfig config,
      int[] program,
      byte[] weights,
      byte[] parameters,
      List<InputView> inputViews,
      Optional<Integer> inputFreeAt,
      List<OutputView> outputViews,
      List<LayerPlacement> layers,
      Optional<Schedule> schedule) {
    this.network = network;
    this.config = config;
    this.program = program;
    this.weights = weights;
    this.parameters = parameters;
    this.inputViews = List.copyOf(inputViews);
    this.inputFreeAt = inputFreeAt;
    this.outputViews = List.copyOf(outputViews);
    this.layers = List.copyOf(layers);
    this.schedule = schedule;
  }

  /** What the program computes. */
  public QuantizedNetwork network() {
    return network;
  }

  /** The accelerator that it is compiled for. */
  public AcceleratorConfig config() {
    return config;
  }

  /**
   * 32-bit words, loaded at address 0, where execution starts; of a network with a schedule the
   * programs of all runs, one after the other.
   */
  public int[] program() {
    return program;
  }

  /**
   * Weight buffer image, little-endian bytes, {@code ceil(4M / 8)} a word; with a schedule what its
   * runs load, each group of weights once.
   */
  public byte[] weights() {
    return weights;
  }

  /** Parameter buffer image, {@code ceil(42M / 8)} bytes a word, likewise. */
  public byte[] parameters() {
    return parameters;
  }

  /** The regions that the host writes for every image. */
  public List<InputView> inputViews() {
    return inputViews;
  }

  /**
   * Index of the layer from which on the host may write the next image's input while the core runs:
   * no layer reads or writes those regions any more; empty if it may not.
   */
  public Optional<Integer> inputFreeAt() {
    return inputFreeAt;
  }

  /** Where the maps lie that the network returns, in its order. */
  public List<OutputView> outputViews() {
    return outputViews;
  }

  /** The layers in program order; the last one holds the result. */
  public List<LayerPlacement> layers() {
    return layers;
  }

  /** How it is run, if it does not fit the buffers. */
  public Optional<Schedule> schedule() {
    return schedule;
  }

  /** Cycles of every descriptor, predicted when they are first asked for. */
  synchronized List<LayerCycles> cycles() {
    if (cycles == null) {
      cycles = CycleModel.execute(this);
    }
    return cycles;
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
