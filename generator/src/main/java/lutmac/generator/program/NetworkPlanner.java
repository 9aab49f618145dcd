package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.ArrayLowering.Reads;
import lutmac.generator.program.HardwareLayer.ArrayLayer;
import lutmac.generator.program.HardwareLayer.CopyLayer;
import lutmac.generator.program.HardwareLayer.PoolLayer;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * Lowers every layer and chooses how it is computed and how the input is arranged for each layer
 * that reads it: the fastest way, and where the buffer is too small for that, the ones that lose
 * least.
 */
final class NetworkPlanner {
  /**
   * Of a layer's cycles one in so many must be saved by a map that is stored before it is pooled.
   */
  private static final int SEPARATE_POOL_GAIN = 8;

  private final QuantizedNetwork network;
  private final CycleModel cycles;
  private final AcceleratorConfig config;
  private final MapPlaces places;
  private final Map<String, MaxPoolLayer> fusible;
  private final Map<String, MapLayout> layouts = new HashMap<>();

  NetworkPlanner(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
    this.cycles = new CycleModel(config);
    this.places = MapPlaces.of(network);
    this.fusible = HardwareLayer.fusedPools(network);
    Tensor input = network.input().tensor();
    layouts.put(input.name(), MapLayout.ordinary(input, config.cols(), Byte.SIZE));
  }

  /**
   * One way to compute a layer.
   *
   * @param descriptors of all rows
   * @param strips makes those of others
   */
  private record Way(List<LoweredLayer> descriptors, StripLowering strips) {
    static Way of(HardwareLayer layer, Arrangement input, StripLowering strips) {
      return new Way(strips.lower(Strip.whole(layer, input)), strips);
    }

    Arrangement input() {
      return descriptors.get(0).arrangement();
    }

    MapLayout output() {
      return descriptors.get(0).output();
    }
  }

  /**
   * Ways to compute one layer that lay out its result alike, fastest first, each with a smaller
   * input than the one before.
   *
   * @param chosen index of the one in use
   */
  private record Ways(List<Way> fastestFirst, int chosen) {
    List<LoweredLayer> current() {
      return fastestFirst.get(chosen).descriptors();
    }

    boolean canShrink() {
      return chosen + 1 < fastestFirst.size();
    }

    Ways shrunk() {
      return new Ways(fastestFirst, chosen + 1);
    }
  }

  /** Ways of all layers, and where everything goes with them. */
  private record Fitted(List<Ways> ways, NetworkPlan plan) {}

  /**
   * The plan; its memories may be larger than the configuration's, and its counts, too.
   *
   * @throws lutmac.network.BadInputException if such an accelerator does not compute the network,
   *     however deep its buffers are
   */
  NetworkPlan plan() {
    return fitted().plan();
  }

  /**
   * The same plan, but that nothing is put where the input lies, if the buffer has room for that:
   * the next input can then be written while layers that do not read it run.
   */
  NetworkPlan planForStreams() {
    Fitted fitted = fitted();
    NetworkPlan plan = place(fitted.ways(), true);
    return fits(plan) ? plan : fitted.plan();
  }

  private boolean fits(NetworkPlan plan) {
    return plan.featureMapWords() <= config.featureMapWords();
  }

  /** The ways of all layers that need no more feature maps than there are, if there are such. */
  private Fitted fitted() {
    LayerChecks.check(network, config);
    Map<String, MaxPoolLayer> fused = new HashMap<>(fusible);
    Fitted fitted = shrunk(lowered(fused, true));
    return fits(fitted.plan()) || fused.size() == fusible.size()
        ? fitted
        : shrunk(lowered(fusible, false));
  }

  /**
   * The layers with the fastest inputs, whatever room they take, without places.
   *
   * @throws lutmac.network.BadInputException if such an accelerator does not compute the network,
   *     however deep its buffers are
   */
  UnplacedNetwork unplaced() {
    LayerChecks.check(network, config);
    List<UnplacedNetwork.Layer> layers =
        lowered(new HashMap<>(fusible), true).stream()
            .map(ways -> ways.fastestFirst().get(0))
            .map(way -> new UnplacedNetwork.Layer(way.descriptors(), way.strips()))
            .toList();
    return new UnplacedNetwork(network, layers, Map.copyOf(layouts), places);
  }

  /** Makes inputs as small as the buffer asks for, if they can be. */
  private Fitted shrunk(List<Ways> ways) {
    NetworkPlan plan = place(ways, false);
    while (!fits(plan)) {
      int smallestLoss = leastLoss(ways);
      if (smallestLoss < 0) {
        break;
      }
      ways.set(smallestLoss, ways.get(smallestLoss).shrunk());
      plan = place(ways, false);
    }
    return new Fitted(ways, plan);
  }

  /**
   * All layers in execution order: a map has its layout when it is read.
   *
   * @param fused the pools behind layers of the array
   * @param separate whether those are taken out that had better be layers of their own
   */
  private List<Ways> lowered(Map<String, MaxPoolLayer> fused, boolean separate) {
    List<Ways> ways = new ArrayList<>();
    for (QuantizedLayer next : network.layers()) {
      if (separate) {
        next.mac()
            .filter(mac -> fused.containsKey(mac.output().name()))
            .filter(mac -> hadBetterBeAlone(mac, fused.get(mac.output().name())))
            .ifPresent(mac -> fused.remove(mac.output().name()));
      }
      for (HardwareLayer layer : HardwareLayer.of(next, fused, places)) {
        Ways lowered =
            layer.fold(this::array, pool -> bypass(pool, pool.pool().window()), this::copy);
        layouts.put(layer.target(), lowered.fastestFirst().get(0).output());
        ways.add(lowered);
      }
      next.fold(mac -> null, pool -> null, this::concatenate);
    }
    return ways;
  }

  /**
   * Whether a pool behind a layer costs it more than a layer of its own takes. The walk goes window
   * by window then, in short runs that want more words: many rows and few columns wait for them.
   */
  private boolean hadBetterBeAlone(MacLayer mac, MaxPoolLayer pool) {
    List<LoweredLayer> together = array(new ArrayLayer(mac, Optional.of(pool))).current();
    long cost = cost(together);
    long most = cost - cost / SEPARATE_POOL_GAIN;
    if (together.stream().mapToLong(layer -> CycleModel.steps(layer.descriptor())).sum() > most) {
      return false;
    }
    Ways alone = array(new ArrayLayer(mac, Optional.empty()));
    layouts.put(mac.output().name(), alone.fastestFirst().get(0).output());
    Ways pooled = bypass(new PoolLayer(pool), pool.window());
    return cost(alone.current()) + cost(pooled.current()) < most;
  }

  private Void concatenate(ConcatLayer concat) {
    layouts.put(concat.output().name(), places.concatenate(concat, layouts));
    return null;
  }

  private NetworkPlan place(List<Ways> ways, boolean inputStays) {
    return new Placement(network, places, layouts, ways.stream().map(Ways::current).toList())
        .plan(inputStays);
  }

  /** Index of the layer that becomes slower by least with its next smaller input, or -1. */
  private int leastLoss(List<Ways> ways) {
    int best = -1;
    long least = Long.MAX_VALUE;
    for (int index = 0; index < ways.size(); index++) {
      Ways layer = ways.get(index);
      if (layer.canShrink()) {
        long loss = cost(layer.shrunk().current()) - cost(layer.current());
        if (loss < least) {
          least = loss;
          best = index;
        }
      }
    }
    return best;
  }

  private long cost(List<LoweredLayer> descriptors) {
    return descriptors.stream().mapToLong(layer -> cycles.cycles(layer.descriptor())).sum();
  }

  private Ways bypass(HardwareLayer layer, Window window) {
    Arrangement input = plain(layer.input());
    MapLayout output = input.layout().withLaneBits(laneBits(layer.output().format()));
    return new Ways(
        List.of(
            Way.of(
                layer,
                input,
                strip -> List.of(PoolLowering.lower(layer, window, input, output, strip)))),
        0);
  }

  private Ways copy(CopyLayer copy) {
    return bypass(copy, Window.pointwise());
  }

  private Ways array(ArrayLayer layer) {
    List<Way> ways = new ArrayList<>();
    for (Arrangement input : arrangements(layer.mac())) {
      ways.addAll(ways(layer, input));
    }
    if (ways.size() > 1) {
      Map<Way, Long> costs = new IdentityHashMap<>();
      ways.forEach(way -> costs.put(way, cost(way.descriptors())));
      ways.sort(
          Comparator.comparingLong((Way way) -> costs.get(way))
              .thenComparingLong(way -> way.input().words()));
    }
    List<Way> useful = new ArrayList<>();
    long smallest = Long.MAX_VALUE;
    for (Way way : ways) {
      long words = way.input().words();
      if (words < smallest && way.output().equals(ways.get(0).output())) {
        smallest = words;
        useful.add(way);
      }
    }
    return new Ways(useful, 0);
  }

  /** The ways to compute a layer whose input is arranged like this. */
  private List<Way> ways(ArrayLayer layer, Arrangement input) {
    MacLayer mac = layer.mac();
    int laneBits = laneBits(layer.output().format());
    Optional<MapLayout> skip = mac.skip().map(added -> layout(added.source()));
    // Columns add lanes of the skip's words.
    MapLayout output =
        skip.map(layout -> layout.withLaneBits(laneBits))
            .orElseGet(() -> MapLayout.ordinary(layer.output(), config.cols(), laneBits));
    List<Way> ways = new ArrayList<>();
    ways.add(way(layer, input, skip, output, Reads.WHOLE));
    if (mac.groups() > 1) {
      ways.add(way(layer, input, skip, output, Reads.GROUPS));
    }
    if (mac.groups() == 1
        && input.layout().words() > 1
        && Connections.of(mac).count() < Connections.ofGroups(mac).count()) {
      ways.add(way(layer, input, skip, output, Reads.NEEDED));
    }
    if (canTakeOwnLanes(mac, input)) {
      int multiplier = mac.outChannels() / mac.groups();
      MapLayout own = input.layout().multiplied(multiplier).withLaneBits(laneBits);
      if (skip.map(layout -> layout.lanes().equals(own.lanes())).orElse(true)) {
        ways.add(way(layer, input, skip, own, Reads.OWN_LANES));
      }
    }
    return ways;
  }

  private Way way(
      ArrayLayer layer,
      Arrangement input,
      Optional<MapLayout> skip,
      MapLayout output,
      Reads reads) {
    return Way.of(
        layer,
        input,
        new ArrayLowering(config, network.rounding(), layer, input, skip, output, reads));
  }

  /** Whether every column can take the lane of its own of this input. */
  private boolean canTakeOwnLanes(MacLayer mac, Arrangement input) {
    return config.features().depthwise()
        && mac.groups() > 1
        && mac.groupChannels() == 1
        && !input.fold().foldsRows()
        && !input.fold().foldsColumns()
        && mac.input().format().fixedPoint().isPresent();
  }

  private int laneBits(TensorFormat format) {
    return config.features().packedMaps() ? MapLayout.narrowestLanes(format) : Byte.SIZE;
  }

  private Arrangement plain(Tensor map) {
    return Arrangement.plain(map, layout(map));
  }

  /** The layout of a map that is made already. */
  private MapLayout layout(Tensor map) {
    return layouts.get(map.name());
  }

  private List<Arrangement> arrangements(MacLayer mac) {
    Tensor input = mac.input();
    Window window = mac.window();
    boolean zeroPadding = !window.padded() || input.padCodes().stream().allMatch(code -> code == 0);
    if (!input.equals(network.input().tensor())) {
      return List.of(plain(input));
    }
    if (window.insertsZeros()) {
      return List.of(Arrangement.input(input, InputFold.PLAIN, window, config.cols()));
    }
    List<InputFold> folds = new ArrayList<>();
    folds.add(zeroPadding ? InputFold.PLAIN : InputFold.PADDED);
    if (window.kernelWidth() > 1) {
      folds.add(InputFold.COLUMNS);
    }
    if (window.kernelHeight() > 1) {
      folds.add(InputFold.ROWS);
    }
    if (window.kernelWidth() > 1 && window.kernelHeight() > 1) {
      folds.add(InputFold.KERNEL);
    }
    return folds.stream()
        .map(fold -> Arrangement.input(input, fold, window, config.cols()))
        .toList();
  }
}
