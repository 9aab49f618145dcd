package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.generator.program.Move.Place;
import lutmac.generator.program.StripGroup.StripOfRows;
import lutmac.generator.program.StripPlan.Work;
import lutmac.generator.program.StripPlanner.Cut;
import lutmac.generator.program.StripRows.Rows;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Memory;

/** Makes descriptors and moves of groups that are cut and whose regions have their places. */
final class StripAssembly {
  private final Map<Arrangement, MapStore> inputs;
  private final Set<String> results;
  private final List<Cut> cuts;

  /** Where inputs and maps lie that are read from memory. */
  private final Map<MapStore, Place> read = new HashMap<>();

  /** Where results go to. */
  private final Map<StripGroup, Place> returned = new HashMap<>();

  private final Set<MapStore> loaded = new HashSet<>();
  private final long wordBytes;
  private long virtualEnd;

  /**
   * @param inputs the arranged inputs
   * @param results maps and copies that the network returns
   */
  StripAssembly(
      AcceleratorConfig config,
      Map<Arrangement, MapStore> inputs,
      Set<String> results,
      List<Cut> cuts) {
    this.inputs = inputs;
    this.results = results;
    this.cuts = cuts;
    this.virtualEnd = config.featureMapWords();
    this.wordBytes = Script.bytes(Memory.FEATURE_MAPS, 1, config.cols());
  }

  /**
   * The plan.
   *
   * @param featureMapWords that are used of the buffer
   */
  StripPlan plan(long featureMapWords) {
    long scratchBytes = placeScratch();
    List<MemoryImage.Part> inputParts = new ArrayList<>();
    List<ArrangedInput> arranged = new ArrayList<>();
    for (Map.Entry<Arrangement, MapStore> input : inputs.entrySet()) {
      MapStore store = input.getValue();
      arranged.add(new ArrangedInput(input.getKey(), Math.toIntExact(virtualEnd)));
      read.put(store, area(MapUse.whole(store), Base.INPUT, inputParts));
    }
    List<MemoryImage.Part> outputParts = new ArrayList<>();
    List<LoweredLayer> resultLayers = new ArrayList<>();
    for (Cut cut : cuts) {
      StripLayer last = cut.group().last();
      if (isResult(last)) {
        long address = virtualEnd;
        returned.put(cut.group(), area(last.target(), Base.OUTPUT, outputParts));
        resultLayers.addAll(virtual(last, address));
      }
    }
    List<Work> works = new ArrayList<>();
    for (Cut cut : cuts) {
      for (int strip = 0; strip < cut.strips(); strip++) {
        works.add(work(cut, strip));
      }
    }
    return new StripPlan(
        works,
        arranged,
        inputParts,
        resultLayers,
        outputParts,
        lastMoves(),
        scratchBytes,
        featureMapWords,
        movedOut());
  }

  private boolean isResult(StripLayer layer) {
    return results.contains(layer.layer().layer().target());
  }

  /** Maps that are moved out share memory by lifetime, too; returns the bytes that they take. */
  private long placeScratch() {
    Map<MapStore, Region> regions = new LinkedHashMap<>();
    for (Cut cut : cuts) {
      MapStore store = cut.group().last().target().store();
      if (store.inMemory() && isRead(store) && !regions.containsKey(store)) {
        Region region = new Region(store.memoryWords(), store.region().first());
        region.keepUntil(store.region().last());
        regions.put(store, region);
      }
    }
    long words = FeatureMapAllocator.place(List.copyOf(regions.values()));
    regions.forEach(
        (store, region) -> read.put(store, new Place(Base.SCRATCH, region.base() * wordBytes)));
    return words * wordBytes;
  }

  private boolean isRead(MapStore store) {
    return cuts.stream()
        .anyMatch(cut -> cut.group().reads().stream().anyMatch(use -> use.store() == store));
  }

  /** Maps that are moved out and read again, by the last layer that writes them. */
  private List<Integer> movedOut() {
    Map<MapStore, Integer> writers = new HashMap<>();
    int layer = -1;
    for (Cut cut : cuts) {
      layer += cut.group().layers().size();
      MapStore store = cut.group().last().target().store();
      if (store.inMemory() && read.containsKey(store)) {
        writers.put(store, layer);
      }
    }
    return writers.values().stream().sorted(Comparator.naturalOrder()).toList();
  }

  /** Gives some blocks of a store a place in an area, and addresses behind the buffer. */
  private Place area(MapUse use, Base base, List<MemoryImage.Part> parts) {
    MapStore store = use.store();
    long words = (long) store.height() * store.rowWords();
    long offset =
        parts.isEmpty()
            ? 0
            : Script.aligned(
                parts.get(parts.size() - 1).byteOffset() + parts.get(parts.size() - 1).bytes());
    boolean apart = store.pitch() != words;
    for (int block = 0; block < (apart ? use.blocks() : 1); block++) {
      long wordsOfPart = apart ? words : use.blocks() * words;
      parts.add(
          new MemoryImage.Part(
              Math.toIntExact(virtualEnd + block * store.pitch()),
              Math.toIntExact(wordsOfPart),
              Math.toIntExact(offset + store.memoryBytes(block * store.pitch())),
              Math.toIntExact(store.memoryBytes(wordsOfPart))));
    }
    // Maps that do not follow each other are no single region.
    virtualEnd += use.blocks() * store.pitch() + 1;
    return new Place(base, offset - store.memoryBytes(use.firstBlock() * store.pitch()));
  }

  /** The descriptors of a whole layer, its result where the area of outputs has it. */
  private static List<LoweredLayer> virtual(StripLayer layer, long base) {
    MapStore store = layer.target().store();
    List<LoweredLayer> moved = new ArrayList<>();
    for (LoweredLayer whole : layer.layer().whole()) {
      int stride = whole.descriptor().getInt(DescriptorField.OUT_STRIDE);
      long within = whole.descriptor().get(DescriptorField.OUT_BASE);
      long address = base + within / stride * store.pitch() + within % stride;
      moved.add(
          whole.with(
              whole.descriptor().toBuilder(layer.name())
                  .set(DescriptorField.OUT_BASE, address)
                  .set(DescriptorField.OUT_STRIDE, store.pitch())
                  .build()));
    }
    return moved;
  }

  private Work work(Cut cut, int strip) {
    StripGroup group = cut.group();
    StripOfRows rows = group.strip(strip * cut.rows(), cut.rows());
    Map<MapUse, Region> regions = cut.regions(strip);
    List<LoweredLayer> descriptors = new ArrayList<>();
    Set<WordRange> touched = new HashSet<>();
    for (int index = 0; index < group.layers().size(); index++) {
      StripLayer layer = group.layers().get(index);
      Rows made = rows.made().get(index);
      Strip lowered =
          new Strip(
              made.from(),
              made.count(),
              stored(group, layer.source(), rows),
              stored(group, layer.target(), rows),
              layer.skip().map(use -> stored(group, use, rows)));
      for (LoweredLayer part : layer.layer().strips().lower(lowered)) {
        Descriptor.Builder builder = part.descriptor().toBuilder(layer.name());
        move(builder, DescriptorField.START_ADDR, address(group, layer.source(), rows, regions));
        move(builder, DescriptorField.OUT_BASE, address(group, layer.target(), rows, regions));
        layer
            .skip()
            .ifPresent(
                use ->
                    move(builder, DescriptorField.SKIP_BASE, address(group, use, rows, regions)));
        descriptors.add(part.with(builder.build()));
      }
      layer.uses().forEach(use -> touched.add(range(group, use, rows, regions)));
    }
    return new Work(
        descriptors,
        loads(group, strip, rows, regions),
        stores(group, rows, regions),
        List.copyOf(touched));
  }

  private static StoredRows stored(StripGroup group, MapUse use, StripOfRows rows) {
    MapStore store = use.store();
    if (store.onChip()) {
      return StoredRows.whole(store.height(), store.width());
    }
    Rows in = rows.stored().get(group.bufferOf(use));
    return new StoredRows(in.from(), in.count(), store.width());
  }

  /** Words from one block of a use to the next in the buffer. */
  private static long pitch(StripGroup group, MapUse use, StripOfRows rows) {
    MapStore store = use.store();
    return store.onChip()
        ? store.pitch()
        : (long) rows.stored().get(group.bufferOf(use)).count() * store.rowWords();
  }

  private static long address(
      StripGroup group, MapUse use, StripOfRows rows, Map<MapUse, Region> regions) {
    if (use.store().onChip()) {
      return address(use);
    }
    MapUse buffer = group.bufferOf(use);
    return regions.get(buffer).base()
        + (use.firstBlock() - buffer.firstBlock()) * pitch(group, use, rows);
  }

  /** The address of what lies in the buffer whole. */
  private static long address(MapUse use) {
    return use.store().region().base() + use.firstBlock() * use.store().pitch();
  }

  private static WordRange range(
      StripGroup group, MapUse use, StripOfRows rows, Map<MapUse, Region> regions) {
    return new WordRange(
        address(group, use, rows, regions), use.blocks() * pitch(group, use, rows));
  }

  /** What must be loaded for a strip: rows that lie in memory, and inputs that nobody read. */
  private List<Move> loads(
      StripGroup group, int strip, StripOfRows rows, Map<MapUse, Region> regions) {
    List<Move> loads = new ArrayList<>();
    for (MapUse use : group.reads()) {
      MapStore store = use.store();
      if (store.inMemory()) {
        loads.addAll(
            Move.ofRows(use, regions.get(use).base(), rows.stored().get(use), read.get(store)));
      } else if (store.isInput() && strip == 0 && loaded.add(store)) {
        loads.addAll(Move.ofMap(MapUse.whole(store), store.region().base(), read.get(store)));
      }
    }
    return loads;
  }

  /** What must be stored behind a strip. */
  private List<Move> stores(StripGroup group, StripOfRows rows, Map<MapUse, Region> regions) {
    MapUse use = group.last().target();
    if (use.store().onChip()) {
      return List.of();
    }
    return Stream.of(read.get(use.store()), returned.get(group))
        .filter(Objects::nonNull)
        .flatMap(
            place ->
                Move.ofRows(use, regions.get(use).base(), rows.stored().get(use), place).stream())
        .toList();
  }

  /** Results that are in the buffer to the end. */
  private List<Move> lastMoves() {
    List<Move> moves = new ArrayList<>();
    for (Cut cut : cuts) {
      MapUse target = cut.group().last().target();
      if (isResult(cut.group().last()) && target.store().onChip()) {
        moves.addAll(Move.ofMap(target, address(target), returned.get(cut.group())));
      }
    }
    return moves;
  }

  private static void move(Descriptor.Builder builder, DescriptorField base, long address) {
    builder.set(base, builder.build().get(base) + address);
  }
}
