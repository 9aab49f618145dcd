package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.BadInputException;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/** One descriptor's worth of work: a layer for the array with the pool behind it, or a pool. */
sealed interface HardwareLayer {
  /** The network layers' names, for messages and listings. */
  String name();

  Tensor input();

  /** The feature map that is written. */
  Tensor output();

  /** The second feature map that is read. */
  Optional<Tensor> skipSource();

  /** What the function for this kind of layer says. */
  <R> R fold(
      Function<? super ArrayLayer, ? extends R> array,
      Function<? super PoolLayer, ? extends R> pool);

  /** A layer for the array; {@code pool} is applied to its output on the way to the buffer. */
  record ArrayLayer(MacLayer mac, Optional<MaxPoolLayer> pool) implements HardwareLayer {
    @Override
    public String name() {
      return pool.map(behind -> mac.name() + " + " + behind.name()).orElse(mac.name());
    }

    @Override
    public Tensor input() {
      return mac.input();
    }

    @Override
    public Tensor output() {
      return pool.map(MaxPoolLayer::output).orElse(mac.output());
    }

    @Override
    public Optional<Tensor> skipSource() {
      return mac.skip().map(Skip::source);
    }

    @Override
    public <R> R fold(
        Function<? super ArrayLayer, ? extends R> array,
        Function<? super PoolLayer, ? extends R> pool) {
      return array.apply(this);
    }

    boolean raw() {
      return returnsAccumulators(mac);
    }
  }

  /** A max-pool that bypasses the array. */
  record PoolLayer(MaxPoolLayer pool) implements HardwareLayer {
    @Override
    public String name() {
      return pool.name();
    }

    @Override
    public Tensor input() {
      return pool.input();
    }

    @Override
    public Tensor output() {
      return pool.output();
    }

    @Override
    public Optional<Tensor> skipSource() {
      return Optional.empty();
    }

    @Override
    public <R> R fold(
        Function<? super ArrayLayer, ? extends R> array,
        Function<? super PoolLayer, ? extends R> pooling) {
      return pooling.apply(this);
    }
  }

  /** The network's layers in execution order, pools fused where the walk can express it. */
  static List<HardwareLayer> of(QuantizedNetwork network) {
    network.layers().forEach(HardwareLayer::requireSupported);
    Map<String, MaxPoolLayer> fused = fusedPools(network);
    List<HardwareLayer> layers = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      layer
          .<Optional<HardwareLayer>>fold(
              mac ->
                  Optional.of(
                      new ArrayLayer(mac, Optional.ofNullable(fused.get(mac.output().name())))),
              pool ->
                  fused.containsValue(pool) ? Optional.empty() : Optional.of(new PoolLayer(pool)),
              concat -> Optional.empty())
          .ifPresent(layers::add);
    }
    return layers;
  }

  /** The pools that the layer before them can apply, by the name of the map between the two. */
  private static Map<String, MaxPoolLayer> fusedPools(QuantizedNetwork network) {
    Map<String, Integer> readers = new HashMap<>();
    Map<String, MacLayer> producers = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
      layer
          .<Optional<MacLayer>>fold(
              Optional::of, pool -> Optional.empty(), concat -> Optional.empty())
          .ifPresent(mac -> producers.put(mac.output().name(), mac));
    }
    Map<String, MaxPoolLayer> fused = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer
          .<Optional<MaxPoolLayer>>fold(
              mac -> Optional.empty(), Optional::of, concat -> Optional.empty())
          .filter(pool -> readers.get(pool.input().name()) == 1 && tilesItsInput(pool.window()))
          .filter(pool -> canPool(producers.get(pool.input().name())))
          .ifPresent(pool -> fused.put(pool.input().name(), pool));
    }
    return fused;
  }

  /**
   * Whether a layer can have a pool behind it.
   *
   * @param producer null where the pool's input is no result of the array
   */
  private static boolean canPool(MacLayer producer) {
    return producer != null
        && producer.skip().isEmpty()
        && !producer.sumPixels()
        && !returnsAccumulators(producer);
  }

  private static boolean returnsAccumulators(MacLayer layer) {
    return layer.stage().fold(requantize -> false, accumulators -> true);
  }

  /** What a quantized network may contain and this hardware does not compute yet. */
  private static void requireSupported(QuantizedLayer layer) {
    layer
        .<Optional<String>>fold(
            mac ->
                mac.planes().size() == 1
                    ? Optional.empty()
                    : Optional.of(
                        "its weights have %d bits; quantize with at most 4 bits"
                            .formatted(mac.weightBits())),
            pool -> Optional.empty(),
            concat -> Optional.of("it concatenates maps"))
        .or(
            () ->
                layer
                    .output()
                    .format()
                    .<Optional<String>>fold(
                        fixed -> Optional.empty(),
                        logarithmic ->
                            Optional.of(
                                "its output is logarithmic; quantize with fixed-point activations"),
                        accumulators -> Optional.empty()))
        .ifPresent(
            reason -> {
              throw new BadInputException(
                  "layer '%s' cannot become hardware yet: %s".formatted(layer.name(), reason));
            });
  }

  /** Unpadded and non-overlapping: every convolution pixel is computed at most once. */
  private static boolean tilesItsInput(Window window) {
    return !window.padded()
        && window.strideHeight() >= window.spanHeight()
        && window.strideWidth() >= window.spanWidth();
  }
}
