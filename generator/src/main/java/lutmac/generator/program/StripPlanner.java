package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Tensor;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * Decides which maps stay in the feature-map buffer and which lie in memory beside the accelerator,
 * and cuts the layers that read or write these into strips of rows: a strip's rows are loaded, the
 * layer makes its rows of them, these are stored (docs/hardware.md §11).
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

  private final Choice choice;
  private final UnplacedNetwork unplaced;
  private final AcceleratorConfig config;
  private final int wordBytes;
  private final Map<String, MapStore> maps = new HashMap<>();
  private final Map<Arrangement, MapStore> inputs = new LinkedHashMap<>();
  private final List<MapStore> stores = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Set<String> results;

  StripPlanner(UnplacedNetwork unplaced, AcceleratorConfig config, Choice choice) {
    this.choice = choice;
    this.unplaced = unplaced;
    this.config = config;
    this.wordBytes = (int) Script.bytes(Memory.FEATURE_MAPS, 1, config.cols());
    this.results = unplaced.places().results(unplaced.network());
  }

  /**
   * How strips use the buffer: what is faster depends on the network.
   *
   * @param percent of the room beside the maps that they take at most
   * @param ahead whether a layer's first strip has a place of its own while the layer before makes
   *     its last one, so that it is loaded meanwhile
   */
  record Choice(int percent, boolean ahead) {
    /** Those that are tried. */
    static final List<Choice> ALL =
        List.of(new Choice(100, false), new Choice(75, false), new Choice(100, true));
  }

  /**
   * Some blocks of a store.
   *
   * @param firstBlock words of a pixel in front of them
   * @param blocks words of a pixel
   */
  private record Use(MapStore store, int firstBlock, int blocks) {}

  /** A layer, what it reads and writes, and the strips that it is cut into. */
  private static final class Step {
    private final UnplacedNetwork.Layer layer;
    private final Use source;
    private final Optional<Use> skip;
    private final Use target;
    private final StripRows rows;
    private int stripRows;

    /** Regions of strips, one set or two: source, skip, target, where they are off chip. */
    private List<Map<Use, Region>> buffers = List.of();

    Step(UnplacedNetwork.Layer layer, Use source, Optional<Use> skip, Use target) {
      this.layer = layer;
      this.source = source;
      this.skip = skip;
      this.target = target;
      this.rows = StripRows.of(layer.layer(), layer.input());
    }

    List<Use> uses() {
      return Stream.concat(Stream.of(source, target), skip.stream()).toList();
    }

    boolean onChip() {
      return uses().stream().allMatch(use -> use.store().onChip());
    }

    int strips() {
      return (rows.height() + stripRows - 1) / stripRows;
    }

    String name() {
      return layer.layer().name();
    }
  }

  /**
   * A strip of a layer.
   *
   * @param descriptors with feature-map addresses
   * @param loads what the buffer must hold before
   * @param stores what is stored behind it
   * @param touched words of the feature maps that it reads or writes
   */
  record Work(
      List<LoweredLayer> descriptors,
      List<Move> loads,
      List<Move> stores,
      List<WordRange> touched) {}

  /**
   * The strips of all layers.
   *
   * @param works in the order of execution
   * @param inputs the arranged inputs, at addresses behind the buffer
   * @param inputParts where they lie in the area of the input
   * @param results descriptors of the layers that make what the network returns, as if it lay
   *     behind the buffer
   * @param outputParts where that lies in the area of the output
   * @param lastMoves what is stored when all is done
   * @param scratchBytes of the area for maps that are moved out
   */
  record Plan(
      List<Work> works,
      List<ArrangedInput> inputs,
      List<MemoryImage.Part> inputParts,
      List<LoweredLayer> results,
      List<MemoryImage.Part> outputParts,
      List<Move> lastMoves,
      long scratchBytes,
      long featureMapWords) {}

  /**
   * The plan.
   *
   * @throws BadInputException if a row of a layer is too large for the buffer
   */
  Plan plan() {
    List<UnplacedNetwork.Layer> layers = unplaced.layers();
    for (int index = 0; index < layers.size(); index++) {
      steps.add(step(layers.get(index), index));
    }
    results.forEach(map -> store(map).keepUntil(layers.size() - 1));
    long words = place();
    return new Assembly().plan(words);
  }

  private MapStore store(String map) {
    return maps.get(unplaced.places().root(map));
  }

  private Step step(UnplacedNetwork.Layer layer, int index) {
    HardwareLayer hardware = layer.layer();
    Use source = read(layer.input(), index);
    Optional<Use> skip =
        hardware
            .skipSource()
            .map(
                tensor ->
                    read(Arrangement.plain(tensor, unplaced.layouts().get(tensor.name())), index));
    String map = hardware.target();
    String root = unplaced.places().root(map);
    boolean raw = hardware.output().format().raw();
    MapStore target =
        maps.computeIfAbsent(
            root,
            name ->
                add(
                    new MapStore(
                        unplaced.layouts().get(root).words(),
                        hardware.output().shape().height(),
                        hardware.output().shape().width(),
                        raw ? ArrayLowering.RAW_WORDS : 1,
                        index)));
    target.keepUntil(index);
    return new Step(
        layer,
        source,
        skip,
        new Use(target, unplaced.places().firstWord(map), layer.output().words()));
  }

  private Use read(Arrangement arrangement, int reader) {
    Tensor tensor = arrangement.tensor();
    boolean made = !tensor.equals(unplaced.network().input().tensor());
    MapStore store =
        made
            ? store(tensor.name())
            : inputs.computeIfAbsent(
                arrangement,
                input ->
                    add(
                        new MapStore(
                            input.layout().words(), input.height(), input.width(), 1, reader)));
    store.keepUntil(reader);
    int first = made ? unplaced.places().firstWord(tensor.name()) : 0;
    return new Use(store, first, arrangement.layout().words());
  }

  private MapStore add(MapStore store) {
    stores.add(store);
    return store;
  }

  /** Rows that take whole units of what memory is addressed by. */
  private int rowUnit(MapStore store) {
    return (long) store.rowWords() * wordBytes % ImageField.ALIGNMENT_BYTES == 0 ? 1 : 2;
  }

  /** Words that are what memory is addressed by. */
  private int wordUnit() {
    return Math.max(1, ImageField.ALIGNMENT_BYTES / wordBytes);
  }

  /** Whether strips of it can be found in memory. */
  private boolean movable(MapStore store) {
    boolean input = inputs.containsValue(store);
    // The host lays the blocks of an input side by side.
    return !input
        || store.blocks() == 1
        || store.pitch() * wordBytes % ImageField.ALIGNMENT_BYTES == 0;
  }

  /** Moves maps out and cuts layers until everything has a place; returns the words in use. */
  private long place() {
    while (true) {
      Optional<Step> tight = steps.stream().filter(step -> !fits(step)).findFirst();
      if (tight.isPresent()) {
        moveOut(tight.get());
        continue;
      }
      long words = allocate();
      if (words <= config.featureMapWords()) {
        return words;
      }
      moveOut(fullest());
    }
  }

  /** The time of all strips of a layer but the last one, as regions count it. */
  static int body(int layer) {
    return 2 * layer;
  }

  /** The time of a layer's last strip, in which the next layer's first one is loaded. */
  static int lastStrip(int layer) {
    return 2 * layer + 1;
  }

  private boolean lives(MapStore store, Step step) {
    return store.onChip() && store.region().livesAt(body(steps.indexOf(step)));
  }

  /** Words that maps take while a layer runs. */
  private long alive(Step step) {
    return stores.stream()
        .filter(store -> lives(store, step))
        .mapToLong(store -> store.region().words())
        .sum();
  }

  private Step fullest() {
    return steps.stream()
        .filter(step -> largest(step).isPresent())
        .max(Comparator.comparingLong(this::alive))
        .orElseThrow(
            () ->
                tooSmall(
                    steps.stream()
                        .max(Comparator.comparingLong(step -> bufferWords(step, unit(step))))
                        .orElseThrow()));
  }

  /** The largest map in the buffer while a layer runs. */
  private Optional<MapStore> largest(Step step) {
    return stores.stream()
        .filter(store -> lives(store, step) && movable(store))
        .max(Comparator.comparingLong(store -> store.region().words()));
  }

  private BadInputException tooSmall(Step step) {
    return new BadInputException(
        "layer '%s': the feature-map buffer of %d words of %d bytes is too small for %s of it, which take %d (--feature-map-words)"
            .formatted(
                step.name(),
                config.featureMapWords(),
                config.cols(),
                unit(step) >= step.rows.height() ? "the maps" : "the maps' parts for a row",
                alive(step) + bufferWords(step, Math.min(unit(step), step.rows.height()))));
  }

  private void moveOut(Step step) {
    MapStore store = largest(step).orElseThrow(() -> tooSmall(step));
    store.moveOffChip(inputs.containsValue(store) ? 1 : wordUnit());
  }

  /**
   * Whether the layer's strips find room, and are not too short if another map can be moved out.
   */
  private boolean fits(Step step) {
    long room = config.featureMapWords() - alive(step);
    if (step.onChip()) {
      return room >= 0;
    }
    int least = largest(step).isPresent() ? Math.min(ENOUGH_ROWS, step.rows.height()) : 1;
    return mostRows(step, room, 1) >= least;
  }

  /** Most rows of a strip, in as many copies, that the room holds; 0 for none. */
  private int mostRows(Step step, long room, int copies) {
    if (bufferWords(step, step.rows.height()) <= room) {
      return step.rows.height();
    }
    int unit = unit(step);
    int rows = 0;
    for (int more = unit;
        more < step.rows.height() && copies * bufferWords(step, more) <= room;
        more += unit) {
      rows = more;
    }
    return rows;
  }

  /** The same, for strips of nearly equal height. */
  private int stripRows(Step step, long room, int copies) {
    int rows = mostRows(step, room, copies);
    if (rows == 0) {
      return 0;
    }
    int strips = (step.rows.height() + rows - 1) / rows;
    int even = (step.rows.height() + strips - 1) / strips;
    int unit = unit(step);
    return Math.min(step.rows.height(), (even + unit - 1) / unit * unit);
  }

  /** Rows of a layer that cannot be made apart. */
  private int unit(Step step) {
    boolean pairs =
        Stream.concat(Stream.of(step.target), step.skip.stream())
            .anyMatch(use -> !use.store().onChip() && rowUnit(use.store()) > 1);
    return pairs && step.rows.unit() % 2 != 0 ? 2 * step.rows.unit() : step.rows.unit();
  }

  private long bufferWords(Step step, int rows) {
    long words = 0;
    for (Use use : step.uses()) {
      if (!use.store().onChip()) {
        words += bufferWords(step, use, rows);
      }
    }
    return words;
  }

  /** Most words that the rows of a store take for any strip of so many rows. */
  private long bufferWords(Step step, Use use, int rows) {
    int most = 0;
    for (int first = 0; first < step.rows.height(); first += rows) {
      most = Math.max(most, rowsOf(step, use, first, rows).count());
    }
    return (long) use.blocks() * most * use.store().rowWords();
  }

  /** The rows of a store for some rows of a layer. */
  private StripRows.Rows rowsOf(Step step, Use use, int first, int rows) {
    int until = Math.min(first + rows, step.rows.height());
    if (use != step.source) {
      return new StripRows.Rows(first, until);
    }
    StripRows.Rows read = step.rows.inputOf(first, until - first);
    int unit = rowUnit(use.store());
    return new StripRows.Rows(read.from() / unit * unit, read.until());
  }

  /** Places maps and strips; returns the words that they take at least. */
  private long allocate() {
    for (boolean ahead : choice.ahead() ? List.of(true, false) : List.of(false)) {
      for (int percent : ROOM_PERCENT) {
        long words = percent > choice.percent() ? Long.MAX_VALUE : allocate(percent, ahead);
        if (words <= config.featureMapWords()) {
          return words;
        }
      }
    }
    return allocate(ROOM_PERCENT[0], false);
  }

  private long allocate(int percent, boolean aheadOfLayers) {
    List<Region> regions = new ArrayList<>();
    stores.stream().filter(MapStore::onChip).forEach(store -> regions.add(store.region()));
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      step.stripRows = step.rows.height();
      step.buffers = List.of();
      if (step.onChip()) {
        continue;
      }
      long room = (config.featureMapWords() - alive(step)) * percent / 100;
      int twice = stripRows(step, room, 2);
      int once = stripRows(step, room, 1);
      if (once == 0) {
        return Long.MAX_VALUE;
      }
      step.stripRows = twice > 0 ? twice : once;
      int copies = step.strips() == 1 || twice == 0 ? 1 : 2;
      List<Map<Use, Region>> buffers = new ArrayList<>();
      for (int copy = 0; copy < copies; copy++) {
        Map<Use, Region> set = new IdentityHashMap<>();
        boolean ahead = aheadOfLayers && copies > 1 && copy == 0 && index > 0;
        boolean last = aheadOfLayers && copies > 1 && copy == (step.strips() - 1) % copies;
        for (Use use : step.uses()) {
          if (!use.store().onChip()) {
            Region region =
                new Region(
                    bufferWords(step, use, step.stripRows),
                    ahead ? lastStrip(index - 1) : body(index));
            region.keepUntil(last ? lastStrip(index) : body(index));
            set.put(use, region);
            regions.add(region);
          }
        }
        buffers.add(set);
      }
      step.buffers = buffers;
    }
    return FeatureMapAllocator.place(regions);
  }

  /**
   * A place in the area of inputs or outputs.
   *
   * @param address what the words are called: behind the buffer
   * @param byteOffset in the area, of the store's block 0
   */
  private record Area(long address, long byteOffset) {}

  /** Puts the plan together when everything has its place. */
  private final class Assembly {
    private final Map<MapStore, Long> scratchOffsets = new HashMap<>();
    private final Map<MapStore, Area> inputAreas = new HashMap<>();
    private final Map<Step, Area> outputAreas = new HashMap<>();
    private long scratchBytes;
    private long virtualEnd = config.featureMapWords();

    Plan plan(long featureMapWords) {
      placeScratch();
      List<MemoryImage.Part> inputParts = new ArrayList<>();
      List<ArrangedInput> arranged = new ArrayList<>();
      for (Map.Entry<Arrangement, MapStore> input : inputs.entrySet()) {
        MapStore store = input.getValue();
        Area area = area(store, new Use(store, 0, store.blocks()), inputParts);
        inputAreas.put(store, area);
        arranged.add(new ArrangedInput(input.getKey(), Math.toIntExact(area.address())));
      }
      List<MemoryImage.Part> outputParts = new ArrayList<>();
      List<LoweredLayer> resultLayers = new ArrayList<>();
      for (Step step : steps) {
        if (results.contains(step.layer.layer().target())) {
          Area area = area(step.target.store(), step.target, outputParts);
          outputAreas.put(step, area);
          resultLayers.addAll(virtual(step, area.address()));
        }
      }
      List<Work> works = new ArrayList<>();
      steps.forEach(step -> works.addAll(works(step)));
      return new Plan(
          works,
          arranged,
          inputParts,
          resultLayers,
          outputParts,
          lastMoves(),
          scratchBytes,
          featureMapWords);
    }

    /** Maps that are moved out share memory by lifetime, too. */
    private void placeScratch() {
      Map<MapStore, Region> regions = new LinkedHashMap<>();
      for (MapStore store : maps.values()) {
        if (!store.onChip() && isRead(store)) {
          long words = (store.offChipWords() + wordUnit() - 1) / wordUnit() * wordUnit();
          Region region = new Region(words, store.region().first());
          region.keepUntil(store.region().last());
          regions.put(store, region);
        }
      }
      List<Region> ordered =
          steps.stream()
              .flatMap(step -> Optional.ofNullable(regions.get(step.target.store())).stream())
              .distinct()
              .toList();
      scratchBytes = FeatureMapAllocator.place(ordered) * wordBytes;
      regions.forEach((store, region) -> scratchOffsets.put(store, region.base() * wordBytes));
    }

    private boolean isRead(MapStore store) {
      return steps.stream()
          .anyMatch(
              step ->
                  step.source.store() == store
                      || step.skip.filter(use -> use.store() == store).isPresent());
    }

    /** Gives some blocks of a store a place in the area of inputs or outputs. */
    private Area area(MapStore store, Use use, List<MemoryImage.Part> parts) {
      long words = (long) store.height() * store.rowWords();
      long offset =
          parts.isEmpty()
              ? 0
              : Script.aligned(
                  parts.get(parts.size() - 1).byteOffset() + parts.get(parts.size() - 1).bytes());
      long address = virtualEnd;
      boolean apart = store.pitch() != words;
      for (int block = 0; block < (apart ? use.blocks() : 1); block++) {
        long wordsOfPart = apart ? words : use.blocks() * words;
        parts.add(
            new MemoryImage.Part(
                Math.toIntExact(address + block * store.pitch()),
                Math.toIntExact(wordsOfPart),
                Math.toIntExact(offset + block * store.pitch() * wordBytes),
                Math.toIntExact(wordsOfPart * wordBytes)));
      }
      // Maps that do not follow each other are no single region.
      virtualEnd = address + use.blocks() * store.pitch() + 1;
      return new Area(address, offset - use.firstBlock() * store.pitch() * wordBytes);
    }

    /** The descriptors of a whole layer, its result where the area of outputs has it. */
    private List<LoweredLayer> virtual(Step step, long base) {
      MapStore store = step.target.store();
      List<LoweredLayer> moved = new ArrayList<>();
      for (LoweredLayer whole : step.layer.whole()) {
        int stride = whole.descriptor().getInt(DescriptorField.OUT_STRIDE);
        long within = whole.descriptor().get(DescriptorField.OUT_BASE);
        long address = base + within / stride * store.pitch() + within % stride;
        moved.add(
            whole.with(
                whole.descriptor().toBuilder(step.name())
                    .set(DescriptorField.OUT_BASE, address)
                    .set(DescriptorField.OUT_STRIDE, store.pitch())
                    .build()));
      }
      return moved;
    }

    private List<Work> works(Step step) {
      List<Work> works = new ArrayList<>();
      for (int strip = 0; strip < step.strips(); strip++) {
        works.add(work(step, strip));
      }
      return works;
    }

    private Work work(Step step, int strip) {
      int first = strip * step.stripRows;
      int rows = Math.min(step.stripRows, step.rows.height() - first);
      Map<Use, Region> buffers =
          step.buffers.isEmpty() ? Map.of() : step.buffers.get(strip % step.buffers.size());
      StoredRows source = stored(step, step.source, first, rows);
      StoredRows target = stored(step, step.target, first, rows);
      Optional<StoredRows> skip = step.skip.map(use -> stored(step, use, first, rows));
      List<LoweredLayer> lowered =
          step.layer.strips().lower(new Strip(first, rows, source, target, skip));
      List<Move> loads = new ArrayList<>();
      List<Move> stores = new ArrayList<>();
      List<WordRange> touched = new ArrayList<>();
      step.uses().forEach(use -> touched.add(range(step, use, buffers, first, rows)));
      load(step, step.source, buffers, first, rows, loads);
      step.skip.ifPresent(use -> load(step, use, buffers, first, rows, loads));
      store(step, buffers, first, rows, stores);
      List<LoweredLayer> addressed = new ArrayList<>();
      for (int index = 0; index < lowered.size(); index++) {
        LoweredLayer layer = shared(lowered.get(index), step.layer.whole().get(index));
        Descriptor.Builder builder = layer.descriptor().toBuilder(step.name());
        move(builder, DescriptorField.START_ADDR, address(step.source, buffers));
        move(builder, DescriptorField.OUT_BASE, address(step.target, buffers));
        step.skip.ifPresent(use -> move(builder, DescriptorField.SKIP_BASE, address(use, buffers)));
        addressed.add(layer.with(builder.build()));
      }
      return new Work(addressed, loads, stores, touched);
    }

    /** Strips of a layer have its weights. */
    private LoweredLayer shared(LoweredLayer strip, LoweredLayer whole) {
      return strip.weights().isPresent()
              && strip.weights().get().hasWordsOf(whole.weights().orElseThrow())
          ? strip.withWeights(whole.weights())
          : strip;
    }

    private StoredRows stored(Step step, Use use, int first, int rows) {
      MapStore store = use.store();
      if (store.onChip()) {
        return StoredRows.whole(store.height(), store.width());
      }
      StripRows.Rows in = rowsOf(step, use, first, rows);
      return new StoredRows(in.from(), in.count(), store.width());
    }

    private long address(Use use, Map<Use, Region> buffers) {
      return use.store().onChip()
          ? use.store().region().base() + use.firstBlock() * use.store().pitch()
          : buffers.get(use).base();
    }

    private WordRange range(Step step, Use use, Map<Use, Region> buffers, int first, int rows) {
      long words =
          use.store().onChip()
              ? use.blocks() * use.store().pitch()
              : (long) use.blocks()
                  * rowsOf(step, use, first, rows).count()
                  * use.store().rowWords();
      return new WordRange(address(use, buffers), words);
    }

    /** What must be loaded for a strip: rows that lie off chip, and an input that nobody read. */
    private void load(
        Step step, Use use, Map<Use, Region> buffers, int first, int rows, List<Move> loads) {
      MapStore store = use.store();
      boolean input = inputs.containsValue(store);
      int index = steps.indexOf(step);
      if (store.onChip()) {
        if (input && first == 0 && store.region().first() == body(index)) {
          loads.addAll(
              Move.ofRows(
                  store,
                  store.region().base(),
                  store.pitch(),
                  0,
                  store.height(),
                  0,
                  store.blocks(),
                  Base.INPUT,
                  inputAreas.get(store).byteOffset(),
                  wordBytes));
        }
        return;
      }
      StripRows.Rows read = rowsOf(step, use, first, rows);
      loads.addAll(
          Move.ofRows(
              store,
              buffers.get(use).base(),
              (long) read.count() * store.rowWords(),
              read.from(),
              read.count(),
              use.firstBlock(),
              use.blocks(),
              input ? Base.INPUT : Base.SCRATCH,
              input ? inputAreas.get(store).byteOffset() : scratchOffsets.get(store),
              wordBytes));
    }

    /** What must be stored behind a strip. */
    private void store(
        Step step, Map<Use, Region> buffers, int first, int rows, List<Move> stores) {
      Use use = step.target;
      MapStore store = use.store();
      if (store.onChip()) {
        return;
      }
      if (scratchOffsets.containsKey(store)) {
        stores.addAll(rowsTo(use, buffers, first, rows, Base.SCRATCH, scratchOffsets.get(store)));
      }
      if (results.contains(step.layer.layer().target())) {
        stores.addAll(
            rowsTo(use, buffers, first, rows, Base.OUTPUT, outputAreas.get(step).byteOffset()));
      }
    }

    private List<Move> rowsTo(
        Use use, Map<Use, Region> buffers, int first, int rows, Base base, long offset) {
      MapStore store = use.store();
      return Move.ofRows(
          store,
          buffers.get(use).base(),
          (long) rows * store.rowWords(),
          first,
          rows,
          use.firstBlock(),
          use.blocks(),
          base,
          offset,
          wordBytes);
    }

    /** Results that are in the buffer to the end. */
    private List<Move> lastMoves() {
      List<Move> moves = new ArrayList<>();
      for (Step step : steps) {
        MapStore store = step.target.store();
        if (results.contains(step.layer.layer().target()) && store.onChip()) {
          moves.addAll(
              Move.ofRows(
                  store,
                  address(step.target, Map.of()),
                  store.pitch(),
                  0,
                  store.height(),
                  step.target.firstBlock(),
                  step.target.blocks(),
                  Base.OUTPUT,
                  outputAreas.get(step).byteOffset(),
                  wordBytes));
        }
      }
      return moves;
    }

    private void move(Descriptor.Builder builder, DescriptorField base, long address) {
      builder.set(base, builder.build().get(base) + address);
    }
  }
}
