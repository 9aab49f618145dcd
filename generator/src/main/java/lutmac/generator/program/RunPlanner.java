package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.BadInputException;
import lutmac.rtl.layout.DescriptorField;

/**
 * Joins the strips of layers to runs of the core whose program, weights and parameters fit the
 * buffers. Where all weights, or all programs, have room, they are loaded once; else a run has one
 * half of the buffer and the next one the other, so that it is loaded while the run goes on
 * (docs/hardware.md §11).
 */
final class RunPlanner {
  private final AcceleratorConfig config;
  private final Map<WeightStream, Map<List<Integer>, WeightStream>> pieces =
      new IdentityHashMap<>();

  RunPlanner(AcceleratorConfig config) {
    this.config = config;
  }

  /**
   * A run of the core.
   *
   * @param layers with all addresses, the last one marked
   * @param program words of the program buffer
   * @param weights what it needs of weights; empty where all lie in the buffer, or it has none
   * @param loadsWeights whether these are not there yet
   * @param loads of feature maps before it
   * @param stores of feature maps behind it
   * @param touched words of feature maps
   */
  record Run(
      List<LoweredLayer> layers,
      WordRange program,
      Optional<WeightGroup> weights,
      boolean loadsWeights,
      List<Move> loads,
      List<Move> stores,
      List<WordRange> touched) {}

  /**
   * All runs.
   *
   * @param resident weights that are loaded once; empty where runs have their own
   * @param programResident whether all programs are loaded once
   */
  record Plan(List<Run> runs, Optional<WeightGroup> resident, boolean programResident) {
    /**
     * Layers whose weights and parameters are loaded, each group once, in the order of their use.
     */
    List<LoweredLayer> constants() {
      if (resident.isPresent()) {
        return resident.get().layers();
      }
      List<WeightGroup> groups = new ArrayList<>();
      for (Run run : runs) {
        run.weights()
            .filter(group -> groups.stream().noneMatch(known -> known.hasWeightsOf(group.layers())))
            .ifPresent(groups::add);
      }
      return groups.stream().flatMap(group -> group.layers().stream()).toList();
    }

    /** Words of the buffers that are used. */
    Schedule.Use use(long featureMapWords) {
      long weights = resident.map(group -> group.weights().end()).orElse(0L);
      long parameters = resident.map(group -> group.parameters().end()).orElse(0L);
      long program = 0;
      for (Run run : runs) {
        weights = Math.max(weights, run.weights().map(g -> g.weights().end()).orElse(0L));
        parameters = Math.max(parameters, run.weights().map(g -> g.parameters().end()).orElse(0L));
        program = Math.max(program, run.program().end());
      }
      return new Schedule.Use(
          (int) featureMapWords, (int) weights, (int) parameters, (int) program);
    }
  }

  /** A part of a strip that one run can have. */
  private record Piece(
      List<LoweredLayer> layers, List<Move> loads, List<Move> stores, List<WordRange> touched) {
    /** Its weights, each stream once. */
    List<LoweredLayer> weighted() {
      return WeightGroup.distinct(layers);
    }

    long programWords() {
      return layers.stream().mapToLong(layer -> layer.descriptor().words()).sum();
    }

    /** Both, one after the other. */
    Piece then(Piece next) {
      return new Piece(
          Stream.concat(layers.stream(), next.layers.stream()).toList(),
          loads,
          next.stores,
          Stream.concat(touched.stream(), next.touched.stream()).distinct().toList());
    }
  }

  Plan plan(List<StripPlan.Work> works) {
    List<LoweredLayer> all =
        WeightGroup.distinct(works.stream().flatMap(work -> work.descriptors().stream()).toList());
    boolean resident =
        WeightGroup.weightWords(all) <= config.weightWords()
            && WeightGroup.parameterWords(all) <= config.parameterWords();
    Limits byWeights =
        new Limits(
            resident ? Long.MAX_VALUE : config.weightWords() / 2,
            resident ? Long.MAX_VALUE : config.parameterWords() / 2,
            Long.MAX_VALUE);
    long program = pieces(works, byWeights).stream().mapToLong(Piece::programWords).sum();
    boolean programResident = program <= config.programWords();
    Limits limits =
        programResident
            ? byWeights
            : new Limits(byWeights.weights(), byWeights.parameters(), config.programWords() / 2);
    List<Piece> pieces = pieces(works, limits);
    Optional<WeightGroup> once =
        resident ? Optional.of(WeightGroup.at(all, 0, 0)) : Optional.empty();
    return new Plan(addressed(joined(pieces, limits), limits, once), once, programResident);
  }

  private record Limits(long weights, long parameters, long program) {
    boolean hold(Piece piece) {
      List<LoweredLayer> weighted = piece.weighted();
      return WeightGroup.weightWords(weighted) <= weights
          && WeightGroup.parameterWords(weighted) <= parameters
          && piece.programWords() <= program;
    }
  }

  private List<Piece> pieces(List<StripPlan.Work> works, Limits limits) {
    List<Piece> pieces = new ArrayList<>();
    works.forEach(work -> pieces.addAll(pieces(work, limits)));
    return pieces;
  }

  /** A strip in as many pieces as its weights ask for. */
  private List<Piece> pieces(StripPlan.Work work, Limits limits) {
    List<Piece> pieces = new ArrayList<>();
    List<LoweredLayer> some = new ArrayList<>();
    for (LoweredLayer layer : work.descriptors()) {
      for (LoweredLayer part : parts(layer, limits)) {
        some.add(part);
        if (!limits.hold(piece(some, work, false, false)) && some.size() > 1) {
          some.remove(some.size() - 1);
          pieces.add(piece(some, work, pieces.isEmpty(), false));
          some = new ArrayList<>(List.of(part));
        }
      }
    }
    pieces.add(piece(some, work, pieces.isEmpty(), true));
    return pieces;
  }

  private static Piece piece(
      List<LoweredLayer> layers, StripPlan.Work work, boolean first, boolean last) {
    return new Piece(
        List.copyOf(layers),
        first ? work.loads() : List.of(),
        last ? work.stores() : List.of(),
        work.touched());
  }

  /** A descriptor in as many as its weights ask for. */
  private List<LoweredLayer> parts(LoweredLayer layer, Limits limits) {
    if (layer.weights().isEmpty()
        || (layer.weightWords() <= limits.weights()
            && layer.parameterWords() <= limits.parameters())) {
      return List.of(layer);
    }
    int blockWords = layer.weights().get().blockWords();
    if (blockWords > config.weightWords()) {
      throw new BadInputException(
          "layer '%s': a block of %d output channels has %d weight words, the buffer has %d (--weight-words %d)"
              .formatted(
                  layer.layer().name(),
                  config.cols(),
                  blockWords,
                  config.weightWords(),
                  Integer.highestOneBit(blockWords - 1) << 1));
    }
    int count = (int) Math.max(1, Math.min(limits.weights() / blockWords, limits.parameters()));
    List<LoweredLayer> parts = new ArrayList<>();
    for (int first = 0; first < layer.blocks(); first += count) {
      int blocks = Math.min(count, layer.blocks() - first);
      List<Integer> key = List.of(first, blocks);
      LoweredLayer part = layer.ofBlocks(first, blocks);
      WeightStream stream =
          pieces
              .computeIfAbsent(layer.weights().get(), all -> new HashMap<>())
              .computeIfAbsent(key, some -> part.weights().orElseThrow());
      parts.add(part.withWeights(Optional.of(stream)));
    }
    return parts;
  }

  /** Pieces that follow each other without a move of feature maps between them are one. */
  private static List<Piece> joined(List<Piece> pieces, Limits limits) {
    List<Piece> runs = new ArrayList<>();
    for (Piece piece : pieces) {
      Piece last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
      boolean follows = last != null && last.stores().isEmpty() && piece.loads().isEmpty();
      if (follows && limits.hold(last.then(piece))) {
        runs.set(runs.size() - 1, last.then(piece));
      } else {
        runs.add(piece);
      }
    }
    return runs;
  }

  private List<Run> addressed(List<Piece> runs, Limits limits, Optional<WeightGroup> resident) {
    List<Run> addressed = new ArrayList<>();
    Loaded loaded = new Loaded();
    WordRange program = new WordRange(0, 0);
    for (Piece run : runs) {
      List<LoweredLayer> weighted = resident.isPresent() ? List.of() : run.weighted();
      boolean loads = !weighted.isEmpty() && !loaded.holds(weighted);
      Optional<WeightGroup> own =
          weighted.isEmpty() ? Optional.empty() : Optional.of(loaded.use(weighted));
      List<LoweredLayer> placed = withAddresses(run.layers(), resident.or(() -> own));
      long words = placed.stream().mapToLong(layer -> layer.descriptor().words()).sum();
      requireProgram(placed, words);
      program =
          limits.program() == Long.MAX_VALUE
              ? new WordRange(program.end(), words)
              : new WordRange(otherHalf(config.programWords(), words, program), words);
      addressed.add(new Run(placed, program, own, loads, run.loads(), run.stores(), run.touched()));
    }
    return addressed;
  }

  private void requireProgram(List<LoweredLayer> layers, long words) {
    if (words > config.programWords()) {
      throw new BadInputException(
          "layer '%s': its descriptor has %d program words, the buffer has %d (--program-words)"
              .formatted(layers.get(0).layer().name(), words, config.programWords()));
    }
  }

  private static List<LoweredLayer> withAddresses(
      List<LoweredLayer> layers, Optional<WeightGroup> group) {
    List<LoweredLayer> placed = new ArrayList<>();
    for (int index = 0; index < layers.size(); index++) {
      LoweredLayer layer = layers.get(index);
      LoweredLayer weighted =
          layer.weights().isPresent() ? group.orElseThrow().placed(layer) : layer;
      placed.add(
          weighted.with(
              weighted.descriptor().toBuilder(layer.layer().name())
                  .set(DescriptorField.LAST_LAYER, index == layers.size() - 1)
                  .build()));
    }
    return placed;
  }

  /** Where words begin in the half of a buffer that is not in use; 0 if they need more. */
  private static long otherHalf(long depth, long words, WordRange inUse) {
    long half = depth / 2;
    return words > half || inUse.meets(new WordRange(half, depth - half)) ? 0 : half;
  }

  /** What lies in the weight and parameter buffers. */
  private final class Loaded {
    private final List<WeightGroup> groups = new ArrayList<>();
    private WeightGroup inUse = WeightGroup.at(List.of(), 0, 0);

    boolean holds(List<LoweredLayer> layers) {
      return groups.stream().anyMatch(group -> group.hasWeightsOf(layers));
    }

    /** The weights of layers: those that are there already, or new ones in the other halves. */
    WeightGroup use(List<LoweredLayer> layers) {
      inUse =
          groups.stream()
              .filter(group -> group.hasWeightsOf(layers))
              .findFirst()
              .orElseGet(() -> load(layers));
      return inUse;
    }

    private WeightGroup load(List<LoweredLayer> layers) {
      WeightGroup next =
          WeightGroup.at(
              layers,
              otherHalf(config.weightWords(), WeightGroup.weightWords(layers), inUse.weights()),
              otherHalf(
                  config.parameterWords(), WeightGroup.parameterWords(layers), inUse.parameters()));
      groups.removeIf(next::meets);
      groups.add(next);
      return next;
    }
  }
}
