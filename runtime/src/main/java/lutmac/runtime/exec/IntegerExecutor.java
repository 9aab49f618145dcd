package lutmac.runtime.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;

/**
 * Runs a quantized network exactly as the hardware computes it, fast: 32-bit integer arithmetic
 * that wraps, as matrix products over unrolled windows in loops that the virtual machine
 * vectorizes. Codes are {@code [C, H, W]} of one image. One executor serves any number of threads.
 */
public final class IntegerExecutor {
  private final QuantizedNetwork network;
  private final Map<String, IntegerLayer> macs = new HashMap<>();
  private final Map<String, MaxPooling> pools = new HashMap<>();
  private final LastReaders lastReaders;

  public IntegerExecutor(QuantizedNetwork network) {
    this.network = network;
    List<List<String>> inputs = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      if (layer instanceof MacLayer mac) {
        macs.put(mac.output().name(), new IntegerLayer(mac, network.rounding()));
      } else if (layer instanceof MaxPoolLayer pool) {
        Shape input = pool.input().shape();
        pools.put(pool.output().name(), new MaxPooling(input, pool.window()));
      }
      inputs.add(layer.inputs().stream().map(Tensor::name).toList());
    }
    this.lastReaders = new LastReaders(inputs);
  }

  public QuantizedNetwork network() {
    return network;
  }

  /**
   * The network's result for one image.
   *
   * @param codes input codes {@code [C, H, W]}
   */
  public int[] run(int[] codes) {
    return execute(codes, false).get(network.output().name());
  }

  /**
   * Every feature map of one image by tensor name, the input's included, in the order of the
   * layers.
   *
   * @param codes input codes {@code [C, H, W]}
   */
  public Map<String, int[]> runAll(int[] codes) {
    return execute(codes, true);
  }

  /**
   * Results of images {@code from .. to - 1}, computed by all processors.
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

  private Map<String, int[]> execute(int[] codes, boolean keepAll) {
    int size = network.input().tensor().shape().size();
    if (codes.length != size) {
      throw new IllegalArgumentException(
          "the input %s has %d codes, got %d"
              .formatted(network.input().tensor().shape(), size, codes.length));
    }
    Map<String, int[]> maps = new LinkedHashMap<>();
    maps.put(network.input().tensor().name(), codes);
    List<QuantizedLayer> layers = network.layers();
    for (int i = 0; i < layers.size(); i++) {
      QuantizedLayer layer = layers.get(i);
      int[] made;
      if (layer instanceof MacLayer mac) {
        int[] skip = mac.skip().map(s -> maps.get(s.source().name())).orElse(null);
        made = macs.get(mac.output().name()).apply(maps.get(mac.input().name()), skip);
      } else if (layer instanceof MaxPoolLayer pool) {
        made = pools.get(pool.output().name()).apply(maps.get(pool.input().name()));
      } else if (layer instanceof ConcatLayer concat) {
        made = concatenate(concat, maps);
      } else {
        throw new IllegalStateException("unknown layer " + layer);
      }
      maps.put(layer.output().name(), made);
      if (!keepAll) {
        lastReaders.dropBehind(i, maps, Set.of());
      }
    }
    return maps;
  }

  private static int[] concatenate(ConcatLayer layer, Map<String, int[]> maps) {
    int[] made = new int[layer.output().shape().size()];
    int at = 0;
    for (Tensor input : layer.inputs()) {
      int[] part = maps.get(input.name());
      System.arraycopy(part, 0, made, at, part.length);
      at += part.length;
    }
    return made;
  }
}
