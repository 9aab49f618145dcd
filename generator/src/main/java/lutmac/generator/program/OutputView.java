package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;

/**
 * Where a map that the network returns lies in the feature-map buffer when the program has ended,
 * whatever descriptors have written it (docs/hardware.md §2): channel c of pixel p is in bits
 * {@code bits[c]} and following of the word {@code addresses[c] + planes * p}. Accumulators have
 * byte k in the k-th word from there.
 *
 * @param tensor the map
 * @param laneBits bits of a lane: 8, 4 or 2
 * @param planes words of a pixel in a block of lanes: 4 for accumulators, else 1
 * @param addresses word address of pixel 0, per channel {@code [C]}
 * @param bits lowest bit of the channel's lane in its words, per channel {@code [C]}
 */
public record OutputView(
    Tensor tensor, int laneBits, int planes, List<Integer> addresses, List<Integer> bits) {
  private static final int ACCUMULATOR_PLANES = 4;
  private static final int NOWHERE = -1;

  public OutputView {
    addresses = List.copyOf(addresses);
    bits = List.copyOf(bits);
    if (addresses.size() != tensor.shape().channels() || bits.size() != addresses.size()) {
      throw new IllegalArgumentException(
          "'%s' has %d channels, but %d addresses and %d lanes"
              .formatted(tensor.name(), tensor.shape().channels(), addresses.size(), bits.size()));
    }
    if (addresses.contains(NOWHERE)) {
      throw new IllegalArgumentException(
          "no layer writes channel %d of '%s'"
              .formatted(addresses.indexOf(NOWHERE), tensor.name()));
    }
  }

  /** Words that lie one behind the other. */
  public record Region(int baseAddress, int words) {}

  /** The words that hold the map, by rising address, those that touch each other as one region. */
  public List<Region> regions() {
    TreeMap<Integer, Integer> ends = new TreeMap<>();
    int words = planes * tensor.shape().pixels();
    addresses.forEach(address -> ends.put(address, address + words));
    List<Region> regions = new ArrayList<>();
    ends.forEach(
        (base, end) -> {
          Region last = regions.isEmpty() ? null : regions.get(regions.size() - 1);
          if (last != null && last.baseAddress() + last.words() == base) {
            regions.set(
                regions.size() - 1, new Region(last.baseAddress(), end - last.baseAddress()));
          } else {
            regions.add(new Region(base, end - base));
          }
        });
    return regions;
  }

  /** A place for one element of the map, or one byte of it. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes it.
     *
     * @param address of the word
     * @param bit lowest bit in it
     * @param width bits that count
     * @param value in the lowest bits
     */
    void accept(int address, int bit, int width, int value);
  }

  /**
   * Says what every lane holds.
   *
   * @param codes what the lanes hold, {@code [C, H, W]}: codes, or int32 accumulators
   */
  public void store(int[] codes, Sink sink) {
    int pixels = tensor.shape().pixels();
    for (int channel = 0; channel < addresses.size(); channel++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        int address = addresses.get(channel) + planes * pixel;
        for (int plane = 0; plane < planes; plane++) {
          int value = codes[channel * pixels + pixel] >> Byte.SIZE * plane;
          sink.accept(address + plane, bits.get(channel), laneBits, value);
        }
      }
    }
  }

  /**
   * The views of all maps that a network returns, in its order.
   *
   * @param layers in program order
   * @param targets what every one of them writes: a map, or the copy of one in a concatenation
   * @param cols M
   */
  static List<OutputView> of(
      QuantizedNetwork network, List<LayerPlacement> layers, List<String> targets, int cols) {
    Map<String, ConcatLayer> concats = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer.fold(mac -> null, pool -> null, concat -> concats.put(concat.output().name(), concat));
    }
    MapPlaces places = MapPlaces.of(network);
    return network.outputs().stream()
        .map(
            output -> {
              Collector found = new Collector(output, concats, places, layers, targets, cols);
              found.add(output.name(), 0);
              return found.view();
            })
        .toList();
  }

  /** Finds the channels of one map. */
  private static final class Collector {
    private final Tensor output;
    private final Map<String, ConcatLayer> concats;
    private final MapPlaces places;
    private final List<LayerPlacement> layers;
    private final List<String> targets;
    private final int cols;
    private final List<Integer> addresses;
    private final List<Integer> bits;
    private int laneBits = Byte.SIZE;

    Collector(
        Tensor output,
        Map<String, ConcatLayer> concats,
        MapPlaces places,
        List<LayerPlacement> layers,
        List<String> targets,
        int cols) {
      this.output = output;
      this.concats = concats;
      this.places = places;
      this.layers = layers;
      this.targets = targets;
      this.cols = cols;
      int channels = output.shape().channels();
      addresses = new ArrayList<>(Collections.nCopies(channels, NOWHERE));
      bits = new ArrayList<>(Collections.nCopies(channels, NOWHERE));
    }

    OutputView view() {
      int planes = output.format().raw() ? ACCUMULATOR_PLANES : 1;
      return new OutputView(output, laneBits, planes, addresses, bits);
    }

    void add(String map, int firstChannel) {
      ConcatLayer concat = concats.get(map);
      if (concat == null) {
        for (int index = 0; index < layers.size(); index++) {
          if (targets.get(index).equals(map)) {
            add(layers.get(index), firstChannel);
          }
        }
        return;
      }
      int first = firstChannel;
      for (int member = 0; member < concat.inputs().size(); member++) {
        add(places.pieceName(concat, member), first);
        first += concat.inputs().get(member).shape().channels();
      }
    }

    private void add(LayerPlacement layer, int firstChannel) {
      laneBits = layer.laneBits();
      int parts = Byte.SIZE / laneBits;
      for (int block = 0; block < layer.blocks().size(); block++) {
        int part = layer.part() + block;
        for (int lane = 0; lane < cols; lane++) {
          int channel = layer.blocks().get(block).get(lane);
          if (channel != LayerPlacement.HOLE) {
            addresses.set(
                firstChannel + channel, layer.baseAddress() + part / parts * layer.blockStride());
            bits.set(firstChannel + channel, (part % parts * cols + lane) * laneBits);
          }
        }
      }
    }
  }
}
