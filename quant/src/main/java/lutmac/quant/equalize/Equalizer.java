package lutmac.quant.equalize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;

/**
 * Cross-layer equalization (Nagel 2019, "Data-Free Quantization"): a ReLU commutes with positive
 * factors, so every channel between two layers can be scaled if the layer before multiplies and the
 * layer behind divides. Two kinds of factors are chosen, and neither changes what the float network
 * computes:
 *
 * <ul>
 *   <li>per channel, {@code (w_c / W)^(1 - balance) / (a_c / A)^balance}: {@code a} the channel's
 *       greatest value, {@code w} the greatest weight that reads it (relative to the greatest of
 *       its row, whose scale is free), {@code A, W} their geometric means. Balance 1 gives every
 *       channel the whole range of its feature map, balance 0 leaves the weights' columns alone.
 *   <li>per feature map, a factor between 1 and 2 that moves the best clipping point of its values
 *       onto a power of two: what a real-valued scale would gain, a power-of-two scale gains as
 *       well.
 * </ul>
 */
public final class Equalizer {
  /** Channels are moved by at most this factor against their feature map's mean. */
  private static final double MOST = 4096;

  /**
   * Channels whose values stay below this share of the feature map's greatest are taken as that
   * large.
   */
  private static final double FLOOR = 1.0 / (1 << 16);

  /** Balances that are tried where none is given. */
  private static final double[] BALANCES = {0, 0.5, 1};

  /**
   * Channels are scaled only where that takes away at least so much of the expected noise: below,
   * what there is to gain is less than what the estimate leaves out.
   */
  private static final double WORTH = 4;

  /** Factors an octave that the search for a feature map tries. */
  private static final int FACTORS_AN_OCTAVE = 8;

  private final List<FusedLayer> layers;
  private final ChannelTies ties;
  private final double[] factors;

  private Equalizer(String inputName, Shape inputShape, FusedNetwork network) {
    this.layers = network.layers();
    this.ties = new ChannelTies(inputName, inputShape, network);
    this.factors = new double[ties.count()];
    Arrays.fill(factors, 1);
  }

  /**
   * @param layers scaled
   * @param statistics of the scaled feature maps
   */
  public record Result(List<FusedLayer> layers, Map<String, ActivationStatistics> statistics) {}

  /**
   * Scales channels and feature maps.
   *
   * @param statistics of every feature map by name
   * @param balance 0 to 1; empty: channels are scaled where the weights or the map of a layer would
   *     else lose bits to a few large ones, with the balance that is best there
   * @param bits of the feature maps' codes, by name: what the feature maps' factors are chosen for
   */
  public static Result equalize(
      String inputName,
      Shape inputShape,
      FusedNetwork network,
      Map<String, ActivationStatistics> statistics,
      Optional<Double> balance,
      Map<String, Integer> bits) {
    Equalizer equalizer = new Equalizer(inputName, inputShape, network);
    if (balance.isPresent()) {
      double[] chosen = equalizer.channelFactors(statistics, balance.get());
      System.arraycopy(chosen, 0, equalizer.factors, 0, chosen.length);
    } else {
      equalizer.evenSpreads(statistics);
    }
    equalizer.featureMapFactors(equalizer.scaled(statistics), bits);
    return new Result(equalizer.scaledLayers(), equalizer.scaled(statistics));
  }

  /** Channel factors for those feature maps whose channels are spread so far that it matters. */
  private void evenSpreads(Map<String, ActivationStatistics> statistics) {
    SpreadNoise noise = new SpreadNoise(layers, ties, statistics);
    double[] ones = factors.clone();
    List<double[]> candidates =
        Arrays.stream(BALANCES).mapToObj(balance -> channelFactors(statistics, balance)).toList();
    for (List<String> maps : components().values()) {
      double least = noise.of(maps, ones) / WORTH;
      double[] best = ones;
      for (double[] candidate : candidates) {
        double expected = noise.of(maps, candidate);
        if (expected < least) {
          least = expected;
          best = candidate;
        }
      }
      for (String map : maps) {
        for (int tie : ties.ofMap(map)) {
          factors[tie] = best[tie];
        }
      }
    }
  }

  private double[] channelFactors(Map<String, ActivationStatistics> statistics, double balance) {
    double[] range = new double[ties.count()];
    double[] column = new double[ties.count()];
    for (String map : ties.maps()) {
      ActivationStatistics values = statistics.get(map);
      int[] of = ties.ofMap(map);
      double floor = Math.max(values.mostOfAll(), -values.leastOfAll()) * FLOOR;
      for (int c = 0; c < of.length; c++) {
        double most = Math.max(values.most()[c], -values.least()[c]);
        range[of[c]] = Math.max(range[of[c]], Math.max(most, floor));
      }
    }
    for (FusedLayer layer : layers) {
      layer
          .linear()
          .filter(linear -> !linear.identity())
          .ifPresent(linear -> columns(linear, column));
    }
    // Means are taken feature map by feature map in order of their names, so that they do not
    // depend on hashing.
    Map<String, int[]> maps = new TreeMap<>();
    ties.maps().forEach(map -> maps.put(map, ties.ofMap(map)));
    double[] wanted = new double[ties.count()];
    int[] votes = new int[ties.count()];
    for (int[] of : maps.values()) {
      int[] scaled =
          Arrays.stream(of).filter(t -> !ties.fixed(t) && range[t] > 0 && column[t] > 0).toArray();
      if (scaled.length == 0 || Arrays.stream(of).distinct().count() == 1) {
        continue;
      }
      double meanRange = Arrays.stream(scaled).mapToDouble(t -> StrictMath.log(range[t])).sum();
      double meanColumn = Arrays.stream(scaled).mapToDouble(t -> StrictMath.log(column[t])).sum();
      for (int t : scaled) {
        double up =
            (1 - balance) * (StrictMath.log(column[t]) - meanColumn / scaled.length)
                - balance * (StrictMath.log(range[t]) - meanRange / scaled.length);
        wanted[t] += up;
        votes[t]++;
      }
    }
    double[] chosen = new double[ties.count()];
    Arrays.fill(chosen, 1);
    double limit = StrictMath.log(MOST);
    for (int t = 0; t < wanted.length; t++) {
      if (votes[t] > 0) {
        chosen[t] = StrictMath.exp(Math.max(-limit, Math.min(limit, wanted[t] / votes[t])));
      }
    }
    return chosen;
  }

  /** The greatest weight of every input channel, each row taken relative to its own greatest. */
  private void columns(FusedLayer.Linear layer, double[] column) {
    int taps = layer.taps();
    int[] of = ties.ofMap(layer.input());
    for (int o = 0; o < layer.outChannels(); o++) {
      double most = 0;
      for (int k = 0; k < taps; k++) {
        most = Math.max(most, Math.abs(layer.weights()[o * taps + k]));
      }
      for (int k = 0; k < taps && most > 0; k++) {
        int tie = of[layer.inChannel(o, k)];
        column[tie] = Math.max(column[tie], Math.abs(layer.weights()[o * taps + k]) / most);
      }
    }
  }

  /** One factor for every set of feature maps that share ties. */
  private void featureMapFactors(
      Map<String, ActivationStatistics> statistics, Map<String, Integer> bits) {
    Map<Integer, List<String>> components = components();
    for (List<String> maps : components.values()) {
      boolean fixed =
          maps.stream().anyMatch(map -> Arrays.stream(ties.ofMap(map)).anyMatch(ties::fixed));
      if (fixed) {
        continue;
      }
      double best = 1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < FACTORS_AN_OCTAVE; i++) {
        double factor = StrictMath.pow(2, (double) i / FACTORS_AN_OCTAVE);
        double error = 0;
        for (String map : maps) {
          error += RangeError.of(statistics.get(map), bits.get(map), factor);
        }
        if (error < least) {
          least = error;
          best = factor;
        }
      }
      boolean[] done = new boolean[ties.count()];
      for (String map : maps) {
        for (int tie : ties.ofMap(map)) {
          if (!done[tie]) {
            factors[tie] *= best;
            done[tie] = true;
          }
        }
      }
    }
  }

  private Map<Integer, List<String>> components() {
    Map<String, Integer> component = new TreeMap<>();
    Map<Integer, String> firstOfTie = new HashMap<>();
    List<String> maps = new ArrayList<>(ties.maps());
    maps.sort(String::compareTo);
    Map<String, String> leader = new HashMap<>();
    maps.forEach(map -> leader.put(map, map));
    for (String map : maps) {
      for (int tie : ties.ofMap(map)) {
        String other = firstOfTie.putIfAbsent(tie, map);
        if (other != null) {
          leader.put(lead(leader, map), lead(leader, other));
        }
      }
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (String map : maps) {
      String lead = lead(leader, map);
      component.put(map, numbers.computeIfAbsent(lead, l -> numbers.size()));
    }
    Map<Integer, List<String>> members = new TreeMap<>();
    component.forEach((map, n) -> members.computeIfAbsent(n, k -> new ArrayList<>()).add(map));
    return members;
  }

  private static String lead(Map<String, String> leader, String map) {
    String at = map;
    while (!leader.get(at).equals(at)) {
      at = leader.get(at);
    }
    return at;
  }

  private Map<String, ActivationStatistics> scaled(Map<String, ActivationStatistics> statistics) {
    Map<String, ActivationStatistics> scaled = new HashMap<>();
    statistics.forEach((map, values) -> scaled.put(map, values.scaled(factorsOf(map))));
    return scaled;
  }

  private double[] factorsOf(String map) {
    return Arrays.stream(ties.ofMap(map)).mapToDouble(tie -> factors[tie]).toArray();
  }

  private List<FusedLayer> scaledLayers() {
    return layers.stream()
        .map(layer -> layer.<FusedLayer>fold(this::scaled, pool -> pool, concat -> concat))
        .toList();
  }

  private FusedLayer.Linear scaled(FusedLayer.Linear layer) {
    return layer.identity() ? scaledCopy(layer) : scaledWeights(layer);
  }

  private FusedLayer.Linear scaledWeights(FusedLayer.Linear layer) {
    double[] in = factorsOf(layer.input());
    double[] out = factorsOf(layer.output());
    int taps = layer.taps();
    float[] weights = new float[layer.weights().length];
    float[] bias = new float[layer.bias().length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = (float) (layer.bias()[o] * out[o]);
      for (int k = 0; k < taps; k++) {
        int at = o * taps + k;
        weights[at] = (float) (layer.weights()[at] * out[o] / in[layer.inChannel(o, k)]);
      }
    }
    return layer.with(weights, bias, ceiling(layer, out));
  }

  /** A copying layer's channels have the same factors on both sides. */
  private FusedLayer.Linear scaledCopy(FusedLayer.Linear layer) {
    double[] out = factorsOf(layer.output());
    float[] bias = new float[layer.bias().length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = (float) (layer.bias()[o] * out[o]);
    }
    return layer.with(layer.weights(), bias, ceiling(layer, out));
  }

  private static Optional<Float> ceiling(FusedLayer.Linear layer, double[] out) {
    return layer.ceiling().map(c -> (float) (c * out[0]));
  }
}
