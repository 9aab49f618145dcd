package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.network.quantized.Tensor;

/**
 * Where everything goes: the layers' descriptors with addresses, the input's regions, and what
 * every memory must hold.
 *
 * @param layers in program order, with their final descriptors
 * @param inputs the input's regions
 * @param featureMapWords feature-map words in use
 * @param fullestLayer name of the layer at which most of them are alive
 */
record NetworkPlan(
    List<LoweredLayer> layers,
    List<ArrangedInput> inputs,
    long featureMapWords,
    String fullestLayer) {

  long weightWords() {
    return layers.stream().mapToLong(LoweredLayer::weightWords).sum();
  }

  long parameterWords() {
    return layers.stream().mapToLong(LoweredLayer::parameterWords).sum();
  }

  long programWords() {
    return layers.stream().mapToLong(layer -> layer.descriptor().words()).sum();
  }

  int accBits() {
    return layers.stream().mapToInt(LoweredLayer::accBits).max().orElse(0);
  }

  /** Gives addresses to lowered layers. */
  static NetworkPlan place(List<LoweredLayer> lowered, int cols) {
    Map<Arrangement, Region> inputs = new java.util.LinkedHashMap<>();
    Map<String, Region> maps = new HashMap<>();
    List<Region> regions = new ArrayList<>();
    List<Regions> places = new ArrayList<>();
    Map<String, Integer> lastRead = lastReaders(lowered);

    for (int index = 0; index < lowered.size(); index++) {
      LoweredLayer layer = lowered.get(index);
      Region source = read(layer.arrangement(), index, maps, inputs, regions, cols);
      Optional<Tensor> skipTensor = layer.layer().skipSource();
      Region skip = null;
      if (skipTensor.isPresent()) {
        skip = read(Arrangement.plain(skipTensor.get()), index, maps, inputs, regions, cols);
      }
      Region result;
      if (skip != null
          && !isRaw(layer)
          && skip != source
          && maps.containsKey(skipTensor.get().name())
          && lastRead.get(skipTensor.get().name()) == index) {
        // Word n of the skip is read before word n of the result exists: they can share a place.
        result = skip;
        result.keepUntil(index);
      } else {
        Descriptor descriptor = layer.descriptor();
        long blocks = (layer.layer().output().shape().channels() + cols - 1) / cols;
        result = new Region(blocks * descriptor.get(DescriptorField.OUT_STRIDE), index);
        regions.add(result);
      }
      maps.put(layer.layer().output().name(), result);
      places.add(new Regions(source, skip, result));
    }
    long words = FeatureMapAllocator.place(regions);
    return new NetworkPlan(
        addressed(lowered, places),
        inputs.entrySet().stream()
            .map(
                entry ->
                    new ArrangedInput(
                        entry.getKey(), cols, Math.toIntExact(entry.getValue().base())))
            .toList(),
        words,
        fullest(lowered, regions));
  }

  private record Regions(Region source, Region skip, Region result) {}

  private static boolean isRaw(LoweredLayer layer) {
    return layer.layer().fold(HardwareLayer.ArrayLayer::raw, pool -> false);
  }

  private static Map<String, Integer> lastReaders(List<LoweredLayer> lowered) {
    Map<String, Integer> last = new HashMap<>();
    for (int index = 0; index < lowered.size(); index++) {
      HardwareLayer layer = lowered.get(index).layer();
      last.put(layer.input().name(), index);
      if (layer.skipSource().isPresent()) {
        last.put(layer.skipSource().get().name(), index);
      }
    }
    return last;
  }

  private static Region read(
      Arrangement arrangement,
      int reader,
      Map<String, Region> maps,
      Map<Arrangement, Region> inputs,
      List<Region> regions,
      int cols) {
    Region region = maps.get(arrangement.tensor().name());
    if (region == null) {
      region = inputs.get(arrangement);
      if (region == null) {
        // The host writes all input regions before the first layer runs.
        region = new Region(arrangement.words(cols), 0);
        inputs.put(arrangement, region);
        regions.add(region);
      }
    }
    region.keepUntil(reader);
    return region;
  }

  private static List<LoweredLayer> addressed(List<LoweredLayer> lowered, List<Regions> places) {
    List<LoweredLayer> addressed = new ArrayList<>();
    long weightBase = 0;
    long parameterBase = 0;
    for (int index = 0; index < lowered.size(); index++) {
      LoweredLayer layer = lowered.get(index);
      Regions place = places.get(index);
      Descriptor.Builder builder = layer.descriptor().toBuilder(layer.layer().name());
      builder
          .set(
              DescriptorField.START_ADDR,
              layer.descriptor().get(DescriptorField.START_ADDR) + place.source().base())
          .set(DescriptorField.OUT_BASE, place.result().base());
      if (place.skip() != null) {
        builder.set(DescriptorField.SKIP_BASE, place.skip().base());
      }
      if (layer.codes().isPresent()) {
        builder
            .set(DescriptorField.W_BASE, weightBase)
            .set(DescriptorField.PAR_BASE, parameterBase);
        weightBase += layer.weightWords();
        parameterBase += layer.parameterWords();
      }
      addressed.add(
          new LoweredLayer(
              layer.layer(), layer.arrangement(), builder.build(), layer.codes(), layer.accBits()));
    }
    return addressed;
  }

  private static String fullest(List<LoweredLayer> lowered, List<Region> regions) {
    long most = -1;
    String name = "";
    for (int index = 0; index < lowered.size(); index++) {
      int layer = index;
      long alive = regions.stream().filter(r -> r.livesAt(layer)).mapToLong(Region::words).sum();
      if (alive > most) {
        most = alive;
        name = lowered.get(index).layer().name();
      }
    }
    return name;
  }
}
