package lutmac.generator.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * A piece of work of the program: a layer for the array with the pool behind it, a pool, or a copy
 * of a map into a concatenation.
 */
sealed interface HardwareLayer {
  /** The network layers' names, for messages and listings. */
  String name();

  Tensor input();

  /** The feature map whose values are written. */
  Tensor output();

  /** What the written map is called among the maps in the buffer. */
  default String target() {
    return output().name();
  }

  /** The second feature map that is read, if there is one. */
  default Optional<Tensor> skipSource() {
    return Optional.empty();
  }

  /** What the function for this kind of layer says. */
  <R> R fold(
      Function<? super ArrayLayer, ? extends R> array,
      Function<? super PoolLayer, ? extends R> pool,
      Function<? super CopyLayer, ? extends R> copy);

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
        Function<? super PoolLayer, ? extends R> pool,
        Function<? super CopyLayer, ? extends R> copy) {
      return array.apply(this);
    }

    boolean raw() {
      return mac.output().format().raw();
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
    public <R> R fold(
        Function<? super ArrayLayer, ? extends R> array,
        Function<? super PoolLayer, ? extends R> pooling,
        Function<? super CopyLayer, ? extends R> copy) {
      return pooling.apply(this);
    }
  }

  /**
   * A copy of a map that could not be written into a concatenation's place at once.
   *
   * @param member index of the map among the concatenation's inputs
   */
  record CopyLayer(ConcatLayer concat, int member) implements HardwareLayer {
    @Override
    public String name() {
      return "%s (copy of %s)".formatted(concat.name(), input().name());
    }

    @Override
    public Tensor input() {
      return concat.inputs().get(member);
    }

    @Override
    public Tensor output() {
      return input();
    }

    @Override
    public String target() {
      return MapPlaces.copyName(concat, member);
    }

    @Override
    public <R> R fold(
        Function<? super ArrayLayer, ? extends R> array,
        Function<? super PoolLayer, ? extends R> pool,
        Function<? super CopyLayer, ? extends R> copy) {
      return copy.apply(this);
    }
  }

  /**
   * What the hardware does for a layer of the network.
   *
   * @param fused the {@linkplain #fusedPools fused pools}
   */
  static List<? extends HardwareLayer> of(
      QuantizedLayer layer, Map<String, MaxPoolLayer> fused, MapPlaces places) {
    return layer.fold(
        mac -> List.of(new ArrayLayer(mac, Optional.ofNullable(fused.get(mac.output().name())))),
        pool -> fused.containsValue(pool) ? List.of() : List.of(new PoolLayer(pool)),
        concat ->
            IntStream.range(0, concat.inputs().size())
                .filter(member -> places.isCopied(concat, member))
                .mapToObj(member -> new CopyLayer(concat, member))
                .toList());
  }

  /** The pools that the layer before them can apply, by the name of the map between the two. */
  static Map<String, MaxPoolLayer> fusedPools(QuantizedNetwork network) {
    Map<String, Integer> readers = new HashMap<>();
    Map<String, MacLayer> producers = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
      layer.mac().ifPresent(mac -> producers.put(mac.output().name(), mac));
    }
    Map<String, MaxPoolLayer> fused = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer
          .<Optional<MaxPoolLayer>>fold(
              mac -> Optional.empty(), Optional::of, concat -> Optional.empty())
          .filter(pool -> readers.get(pool.input().name()) == 1 && !network.returns(pool.input()))
          .filter(pool -> tilesItsInput(pool.window()))
          .filter(pool -> canPool(producers.get(pool.input().name()), pool))
          .ifPresent(pool -> fused.put(pool.input().name(), pool));
    }
    return fused;
  }

  /**
   * Whether a layer can have a pool behind it.
   *
   * @param producer null where the pool's input is no result of the array
   */
  private static boolean canPool(MacLayer producer, MaxPoolLayer pool) {
    return producer != null
        && WalkFields.canPool(producer.window(), pool.window())
        && !producer.window().insertsZeros()
        && producer.skip().isEmpty()
        && !producer.sumPixels()
        && !producer.output().format().raw();
  }

  /** Unpadded and non-overlapping: every convolution pixel is computed at most once. */
  private static boolean tilesItsInput(Window window) {
    return !window.padded()
        && !window.repeats()
        && window.strideHeight() >= window.spanHeight()
        && window.strideWidth() >= window.spanWidth();
  }
}
