package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.rtl.layout.DescriptorField;

/** Gives addresses to lowered layers. */
final class Placement {
  /**
   * Pixels from which no part of a word is written while another part of it is read as a skip: the
   * skip's words are read ahead by no more than a port and its queues hold.
   */
  private static final int PIXELS_BETWEEN_PARTS = 32;

  private final QuantizedNetwork network;
  private final MapPlaces places;
  private final Map<String, MapLayout> layouts;
  private final List<List<LoweredLayer>> lowered;
  private final Set<String> results;

  /** The last layer that reads a map or a piece of it. */
  private final Map<String, Integer> lastRead = new HashMap<>();

  private final Map<Arrangement, Region> inputs = new LinkedHashMap<>();
  private final Map<String, Region> regions = new HashMap<>();
  private final List<Region> allRegions = new ArrayList<>();

  /**
   * @param layouts the layouts of all maps and copies by name
   * @param lowered the descriptors of every layer in execution order
   */
  Placement(
      QuantizedNetwork network,
      MapPlaces places,
      Map<String, MapLayout> layouts,
      List<List<LoweredLayer>> lowered) {
    this.network = network;
    this.places = places;
    this.layouts = layouts;
    this.lowered = lowered;
    this.results = places.results(network);
  }

  /** Words of a region from a certain one on. */
  private record Place(Region region, long firstWord) {
    long address() {
      return region.base() + firstWord;
    }
  }

  private record Places(Place source, Optional<Place> skip, Place result) {}

  /**
   * All addresses.
   *
   * @param inputStays whether nothing is put where the input lies, so that the next one may be
   *     written there when its last layer has run
   */
  NetworkPlan plan(boolean inputStays) {
    for (int index = 0; index < lowered.size(); index++) {
      HardwareLayer layer = lowered.get(index).get(0).layer();
      int reader = index;
      lastRead.put(places.root(layer.input().name()), index);
      layer.skipSource().ifPresent(skip -> lastRead.put(places.root(skip.name()), reader));
    }
    List<Places> found = new ArrayList<>();
    for (int index = 0; index < lowered.size(); index++) {
      found.add(place(lowered.get(index).get(0), index));
    }
    results.forEach(map -> regions.get(places.root(map)).keepUntil(lowered.size() - 1));
    Optional<Integer> inputFreeAt = Optional.empty();
    if (inputStays) {
      int lastReader = inputs.values().stream().mapToInt(Region::last).max().orElse(-1);
      if (lastReader < lowered.size() - 1) {
        inputFreeAt =
            Optional.of(lowered.subList(0, lastReader + 1).stream().mapToInt(List::size).sum());
      }
      inputs.values().forEach(region -> region.keepUntil(lowered.size() - 1));
    }
    long words = FeatureMapAllocator.place(allRegions);
    List<ArrangedInput> arranged = new ArrayList<>();
    inputs.forEach((input, region) -> arranged.add(new ArrangedInput(input, (int) region.base())));
    return new NetworkPlan(addressed(found), arranged, inputFreeAt, results, words, fullest());
  }

  private Places place(LoweredLayer layer, int index) {
    Place source = read(layer.arrangement(), index);
    Optional<Place> skip =
        layer
            .layer()
            .skipSource()
            .map(tensor -> read(Arrangement.plain(tensor, layouts.get(tensor.name())), index));
    return new Places(source, skip, write(layer, source, skip, index));
  }

  private Place read(Arrangement arrangement, int reader) {
    String map = arrangement.tensor().name();
    boolean made = !arrangement.tensor().equals(network.input().tensor());
    // The host writes all input regions before the first layer runs.
    Region region =
        made
            ? regions.get(places.root(map))
            : inputs.computeIfAbsent(arrangement, input -> region(input.words(), 0));
    region.keepUntil(reader);
    return new Place(region, made ? firstWord(map, arrangement.pixels()) : 0);
  }

  private Place write(LoweredLayer layer, Place source, Optional<Place> skip, int index) {
    String map = layer.layer().target();
    String root = places.root(map);
    int pixels = layer.layer().output().shape().pixels();
    if (skip.isPresent()
        && skip.get().region() != source.region()
        && root.equals(map)
        && canReplaceSkip(layer, index)) {
      // Word n of the skip is read before word n of the result exists: they can share a place.
      skip.get().region().keepUntil(index);
      regions.put(root, skip.get().region());
      return skip.get();
    }
    boolean raw = layer.layer().output().format().raw();
    long words = (long) layouts.get(root).words() * pixels * (raw ? ArrayLowering.RAW_WORDS : 1);
    Region region = regions.computeIfAbsent(root, name -> region(words, index));
    region.keepUntil(index);
    return new Place(region, firstWord(map, pixels));
  }

  private boolean canReplaceSkip(LoweredLayer layer, int index) {
    Tensor skip = layer.layer().skipSource().orElseThrow();
    MapLayout output = layer.output();
    return !skip.equals(network.input().tensor())
        && !layer.layer().output().format().raw()
        && places.root(skip.name()).equals(skip.name())
        && lastRead.get(skip.name()) == index
        && results.stream().noneMatch(map -> places.root(map).equals(skip.name()))
        && layouts.get(skip.name()).laneBits() == output.laneBits()
        && (output.parts() == 1 || skip.shape().pixels() >= PIXELS_BETWEEN_PARTS);
  }

  private Region region(long words, int index) {
    Region region = new Region(words, index);
    allRegions.add(region);
    return region;
  }

  private long firstWord(String map, int pixels) {
    return (long) places.firstWord(map) * pixels;
  }

  private List<LoweredLayer> addressed(List<Places> found) {
    List<LoweredLayer> addressed = new ArrayList<>();
    long weightBase = 0;
    long parameterBase = 0;
    for (int index = 0; index < lowered.size(); index++) {
      Places place = found.get(index);
      for (LoweredLayer layer : lowered.get(index)) {
        Descriptor.Builder builder = layer.descriptor().toBuilder(layer.layer().name());
        move(builder, DescriptorField.START_ADDR, place.source());
        move(builder, DescriptorField.OUT_BASE, place.result());
        place.skip().ifPresent(skip -> move(builder, DescriptorField.SKIP_BASE, skip));
        if (layer.weights().isPresent()) {
          builder
              .set(DescriptorField.W_BASE, weightBase)
              .set(DescriptorField.PAR_BASE, parameterBase);
          weightBase += layer.weightWords();
          parameterBase += layer.parameterWords();
        }
        boolean last =
            index == lowered.size() - 1
                && layer == lowered.get(index).get(lowered.get(index).size() - 1);
        addressed.add(layer.with(builder.set(DescriptorField.LAST_LAYER, last).build()));
      }
    }
    return addressed;
  }

  private static void move(Descriptor.Builder builder, DescriptorField base, Place place) {
    builder.set(base, builder.build().get(base) + place.address());
  }

  private String fullest() {
    long most = -1;
    String name = "";
    for (int index = 0; index < lowered.size(); index++) {
      int layer = index;
      long alive = allRegions.stream().filter(r -> r.livesAt(layer)).mapToLong(Region::words).sum();
      if (alive > most) {
        most = alive;
        name = lowered.get(index).get(0).layer().name();
      }
    }
    return name;
  }
}
