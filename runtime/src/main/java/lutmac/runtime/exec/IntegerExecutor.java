package lutmac.runtime.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.runtime.kernel.MaxPooling;

/**
 * Runs a quantized network exactly as the hardware computes it, fast: matrix products of floats
 * that hold integers ({@link IntegerConvolution}). Codes are {@code [C, H, W]} of one image. One
 * executor serves any number of threads.
 */
public final class IntegerExecutor {
  private final QuantizedNetwork network;

  /** What makes a layer's map of the maps by name, by the name of its output. */
  private final Map<String, Function<Map<String, CodeMap>, CodeMap>> layers = new HashMap<>();

  private final LastReaders lastReaders;
  private final Set<String> outputs;

  public IntegerExecutor(QuantizedNetwork network) {
    this.network = network;
    List<List<String>> inputs = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      layers.put(layer.output().name(), computed(layer));
      inputs.add(layer.inputs().stream().map(Tensor::name).toList());
    }
    this.lastReaders = new LastReaders(inputs);
    this.outputs = network.outputs().stream().map(Tensor::name).collect(Collectors.toSet());
  }

  private Function<Map<String, CodeMap>, CodeMap> computed(QuantizedLayer layer) {
    return layer.fold(
        mac -> {
          IntegerLayer integers = new IntegerLayer(mac, network.rounding());
          return maps ->
              integers.apply(
                  maps.get(mac.input().name()).codes(),
                  mac.skip().map(skip -> maps.get(skip.source().name()).codes()).orElse(null));
        },
        pool -> {
          MaxPooling pooling = new MaxPooling(pool.input().shape(), pool.window());
          return maps -> maps.get(pool.input().name()).pooled(pooling);
        },
        concat ->
            maps ->
                CodeMap.joined(
                    concat.inputs().stream().map(input -> maps.get(input.name())).toList()));
  }

  public QuantizedNetwork network() {
    return network;
  }

  /**
   * The network's first output for one image.
   *
   * @param codes input codes {@code [C, H, W]}
   */
  public int[] run(int[] codes) {
    return outputs(codes).get(0);
  }

  /**
   * Every output of the network for one image, in the network's order.
   *
   * @param codes input codes {@code [C, H, W]}
   */
  public List<int[]> outputs(int[] codes) {
    Map<String, CodeMap> maps = execute(codes, false);
    return network.outputs().stream().map(output -> maps.get(output.name()).integers()).toList();
  }

  /**
   * Every feature map of one image by tensor name, the input's included, in the order of the
   * layers.
   *
   * @param codes input codes {@code [C, H, W]}
   */
  public Map<String, int[]> runAll(int[] codes) {
    Map<String, int[]> integers = new LinkedHashMap<>();
    execute(codes, true).forEach((name, map) -> integers.put(name, map.integers()));
    return integers;
  }

  /**
   * First outputs of images {@code from .. to - 1}, computed by all processors.
   *
   * @param codes input codes of an image; called from several threads
   * @param progress told the number of finished images, in rising order, by one thread at a time
   * @return one result an image, in order
   */
  public List<int[]> runRange(int from, int to, IntFunction<int[]> codes, IntConsumer progress) {
    int[][] results = new int[to - from][];
    AtomicInteger finished = new AtomicInteger();
    IntStream.range(from, to)
        .parallel()
        .forEach(
            image -> {
              results[image - from] = run(codes.apply(image));
              synchronized (finished) {
                progress.accept(finished.incrementAndGet());
              }
            });
    return new ArrayList<>(Arrays.asList(results));
  }

  private Map<String, CodeMap> execute(int[] codes, boolean keepAll) {
    int size = network.input().tensor().shape().size();
    if (codes.length != size) {
      throw new IllegalArgumentException(
          "the input %s has %d codes, got %d"
              .formatted(network.input().tensor().shape(), size, codes.length));
    }
    Map<String, CodeMap> maps = new LinkedHashMap<>();
    maps.put(network.input().tensor().name(), new CodeMap.Codes(IntegerConvolution.floats(codes)));
    for (int i = 0; i < network.layers().size(); i++) {
      String output = network.layers().get(i).output().name();
      maps.put(output, layers.get(output).apply(maps));
      if (!keepAll) {
        lastReaders.dropBehind(i, maps, outputs);
      }
    }
    return maps;
  }
}
