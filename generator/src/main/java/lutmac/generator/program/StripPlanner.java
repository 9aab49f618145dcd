package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Tensor;
import lutmac.rtl.layout.Memory;

/**
 * Decides which maps stay in the feature-map buffer and which lie in memory beside the accelerator,
 * and cuts the layers that read or write these into strips of rows: a strip's rows are loaded, the
 * layers make their rows of them, these are stored (docs/hardware.md §11).
 *
 * <p>The largest map is moved out wherever the buffer is too small. What remains of the buffer
 * belongs to the strips, twice where it can, so that the next strip is loaded and the last one
 * stored while one is computed.
 */
final class StripPlanner {
  /** Fewer rows of a strip than this are a reason to move another map out. */
  private static final int ENOUGH_ROWS = 8;

  /** Of the room that is left strips take less and less, until regions find a place. */
  private static final int[] ROOM_PERCENT = {100, 90, 75, 60, 45, 30};

  private final StripChoice choice;
  private final UnplacedNetwork unplaced;
  private final AcceleratorConfig config;
  private final int wordBytes;
  private final Map<String, MapStore> maps = new HashMap<>();
  private final Map<Arrangement, MapStore> inputs = new LinkedHashMap<>();
  private final List<MapStore> stores = new ArrayList<>();
  private final List<StripGroup> groups = new ArrayList<>();
  private final Set<String> results;

  StripPlanner(UnplacedNetwork unplaced, AcceleratorConfig config, StripChoice choice) {
    this.choice = choice;
    this.unplaced = unplaced;
    this.config = config;
    this.wordBytes = (int) Script.bytes(Memory.FEATURE_MAPS, 1, config.cols());
    this.results = unplaced.places().results(unplaced.network());
  }

  /**
   * A group that is cut.
   *
   * @param rows of a strip
   * @param regions of what is in strips, one set or two that take turns; none if all lies in the
   *     buffer whole
   */
  record Cut(StripGroup group, int rows, List<Map<MapUse, Region>> regions) {
    int strips() {
      return (group.height() + rows - 1) / rows;
    }

    /** The regions of a strip. */
    Map<MapUse, Region> regions(int strip) {
      return regions.isEmpty() ? Map.of() : regions.get(strip % regions.size());
    }
  }

  /** Groups with places for all that they use, and the words of the buffer that these take. */
  private record Cuts(List<Cut> cuts, long words) {}

  /**
   * The plan.
   *
   * @throws BadInputException if a row of a layer is too large for the buffer
   */
  StripPlan plan() {
    List<StripLayer> layers = new ArrayList<>();
    for (int index = 0; index < unplaced.layers().size(); index++) {
      layers.add(layer(unplaced.layers().get(index)));
      if (!choice.joined().contains(index)) {
        groups.add(new StripGroup(groups.size(), List.copyOf(layers)));
        layers.clear();
      }
    }
    for (StripGroup group : groups) {
      group.layers().subList(0, group.layers().size() - 1).stream()
          .map(joined -> joined.target().store())
          .forEach(MapStore::handOnInStrips);
    }
    results.forEach(map -> maps.get(unplaced.places().root(map)).keepUntil(groups.size() - 1));
    stores.removeIf(MapStore::inStrips);
    Cuts cuts = place();
    return new StripAssembly(config, inputs, results, cuts.cuts()).plan(cuts.words());
  }

  private StripLayer layer(UnplacedNetwork.Layer layer) {
    HardwareLayer hardware = layer.layer();
    MapUse source = read(layer.input());
    Optional<MapUse> skip =
        hardware
            .skipSource()
            .map(tensor -> read(Arrangement.plain(tensor, unplaced.layouts().get(tensor.name()))));
    String map = hardware.target();
    String root = unplaced.places().root(map);
    MapStore target =
        maps.computeIfAbsent(
            root,
            name ->
                add(
                    unplaced.layouts().get(root).words(),
                    hardware.output().shape().height(),
                    hardware.output().shape().width(),
                    hardware.output().format().raw() ? ArrayLowering.RAW_WORDS : 1,
                    false));
    target.keepUntil(groups.size());
    MapUse written = new MapUse(target, unplaced.places().firstWord(map), layer.output().words());
    return new StripLayer(layer, source, skip, written);
  }

  private MapUse read(Arrangement arrangement) {
    Tensor tensor = arrangement.tensor();
    boolean made = !tensor.equals(unplaced.network().input().tensor());
    int words = arrangement.layout().words();
    MapStore store =
        made
            ? maps.get(unplaced.places().root(tensor.name()))
            : inputs.computeIfAbsent(
                arrangement, input -> add(words, input.height(), input.width(), 1, true));
    store.keepUntil(groups.size());
    return new MapUse(store, made ? unplaced.places().firstWord(tensor.name()) : 0, words);
  }

  /** A store that the group in the making is the first to use. */
  private MapStore add(int blocks, int height, int width, int planes, boolean input) {
    MapStore store = new MapStore(blocks, height, width, planes, wordBytes, input, groups.size());
    stores.add(store);
    return store;
  }

  /** Moves maps out and cuts groups until everything has a place. */
  private Cuts place() {
    while (true) {
      Optional<StripGroup> tight = groups.stream().filter(group -> !fits(group)).findFirst();
      if (tight.isPresent()) {
        moveOut(tight.get());
        continue;
      }
      Optional<Cuts> cuts = allocate();
      if (cuts.isPresent()) {
        return cuts.get();
      }
      moveOut(fullest());
    }
  }

  private static boolean lives(MapStore store, StripGroup group) {
    return store.onChip() && store.region().livesAt(StripGroup.body(group.index()));
  }

  /** Words that maps take while a group runs. */
  private long alive(StripGroup group) {
    return stores.stream()
        .filter(store -> lives(store, group))
        .mapToLong(store -> store.region().words())
        .sum();
  }

  private StripGroup fullest() {
    return groups.stream()
        .filter(group -> largest(group).isPresent())
        .max(Comparator.comparingLong(this::alive))
        .orElseThrow(
            () ->
                tooSmall(
                    groups.stream()
                        .max(Comparator.comparingLong(group -> leastWords(group)))
                        .orElseThrow()));
  }

  private static long leastWords(StripGroup group) {
    return group.words(Math.min(group.unit(), group.height()), 1);
  }

  /** The largest map in the buffer while a group runs. */
  private Optional<MapStore> largest(StripGroup group) {
    return stores.stream()
        .filter(store -> lives(store, group) && store.movable())
        .max(Comparator.comparingLong(store -> store.region().words()));
  }

  private BadInputException tooSmall(StripGroup group) {
    return new BadInputException(
        "layer '%s': the feature-map buffer of %d words of %d bytes is too small for %s of it, which take %d (--feature-map-words)"
            .formatted(
                group.name(),
                config.featureMapWords(),
                config.cols(),
                group.unit() >= group.height() ? "the maps" : "the maps' parts for a row",
                alive(group) + leastWords(group)));
  }

  private void moveOut(StripGroup group) {
    largest(group).orElseThrow(() -> tooSmall(group)).moveOut();
  }

  /** Whether the strips find room, and are not too short if another map can be moved out. */
  private boolean fits(StripGroup group) {
    long room = config.featureMapWords() - alive(group);
    if (group.onChip()) {
      return room >= 0;
    }
    int least = largest(group).isPresent() ? Math.min(ENOUGH_ROWS, group.height()) : 1;
    return mostRows(group, room, 1) >= least;
  }

  /**
   * Most rows of a strip, with as many copies of what is moved, that the room holds; 0 for none.
   */
  private static int mostRows(StripGroup group, long room, int copies) {
    if (group.words(group.height(), 1) <= room) {
      return group.height();
    }
    int unit = group.unit();
    int rows = 0;
    for (int more = unit;
        more < group.height() && group.words(more, copies) <= room;
        more += unit) {
      rows = more;
    }
    return rows;
  }

  /** The same, for strips of nearly equal height. */
  private static int stripRows(StripGroup group, long room, int copies) {
    int rows = mostRows(group, room, copies);
    if (rows == 0) {
      return 0;
    }
    int strips = (group.height() + rows - 1) / rows;
    int even = (group.height() + strips - 1) / strips;
    int unit = group.unit();
    int least = Math.min(group.height(), (even + unit - 1) / unit * unit);
    // Lower strips may take more where layers are joined whose rows are made in units.
    return group.words(least, strips > 1 ? copies : 1) <= room ? least : rows;
  }

  /** Places for maps and strips, if the buffer holds them. */
  private Optional<Cuts> allocate() {
    for (boolean ahead : choice.ahead() ? List.of(true, false) : List.of(false)) {
      for (int percent : ROOM_PERCENT) {
        if (percent <= choice.percent()) {
          Optional<Cuts> cuts =
              allocate(percent, ahead).filter(placed -> placed.words() <= config.featureMapWords());
          if (cuts.isPresent()) {
            return cuts;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Cuts> allocate(int percent, boolean ahead) {
    List<Region> regions = new ArrayList<>();
    stores.stream().filter(MapStore::onChip).forEach(store -> regions.add(store.region()));
    List<Cut> cuts = new ArrayList<>();
    for (StripGroup group : groups) {
      if (group.onChip()) {
        cuts.add(new Cut(group, group.height(), List.of()));
        continue;
      }
      long room = (config.featureMapWords() - alive(group)) * percent / 100;
      int twice = stripRows(group, room, 2);
      int rows = twice > 0 ? twice : stripRows(group, room, 1);
      if (rows == 0) {
        return Optional.empty();
      }
      int copies = rows >= group.height() || twice == 0 ? 1 : 2;
      Cut cut = new Cut(group, rows, regions(group, rows, copies, ahead));
      cut.regions().forEach(set -> set.values().stream().distinct().forEach(regions::add));
      cuts.add(cut);
    }
    List<Region> distinct = regions.stream().distinct().toList();
    return Optional.of(new Cuts(cuts, FeatureMapAllocator.place(distinct)));
  }

  /**
   * Regions for the strips of a group, without places.
   *
   * @param ahead whether the first strip is loaded while the group before makes its last one
   */
  private static List<Map<MapUse, Region>> regions(
      StripGroup group, int rows, int copies, boolean ahead) {
    Map<MapUse, Long> words = group.words(rows);
    Map<MapUse, Region> handedOn = new LinkedHashMap<>();
    group.handedOn().forEach(use -> handedOn.put(use, region(words.get(use), group)));
    int strips = (group.height() + rows - 1) / rows;
    List<Map<MapUse, Region>> sets = new ArrayList<>();
    for (int copy = 0; copy < copies; copy++) {
      Map<MapUse, Region> set = new LinkedHashMap<>(handedOn);
      boolean early = ahead && copies > 1 && copy == 0 && group.index() > 0;
      boolean last = ahead && copies > 1 && copy == (strips - 1) % copies;
      for (MapUse use : group.moved()) {
        Region region =
            new Region(
                words.get(use),
                early ? StripGroup.lastStrip(group.index() - 1) : StripGroup.body(group.index()));
        region.keepUntil(
            last ? StripGroup.lastStrip(group.index()) : StripGroup.body(group.index()));
        set.put(use, region);
      }
      sets.add(set);
    }
    return sets;
  }

  /** A region for all strips of a group. */
  private static Region region(long words, StripGroup group) {
    Region region = new Region(words, StripGroup.body(group.index()));
    region.keepUntil(StripGroup.lastStrip(group.index()));
    return region;
  }
}
