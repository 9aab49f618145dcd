package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * Weights and parameters that are loaded together.
   *
   * @param layers whose they are, in the order in which they lie in the buffers
   * @param weights words of the weight buffer
   * @param parameters words of the parameter buffer
   */
  record WeightGroup(List<LoweredLayer> layers, WordRange weights, WordRange parameters) {
    /** Whether another group holds the same, wherever. */
    boolean hasWeightsOf(WeightGroup other) {
      return sameWeights(layers, other.layers);
    }
  }

  /**
   * A run of the core.
   *
   * @param layers with all addresses, the last one marked
   * @param program words of the program buffer
   * @param weights what it needs of weights; empty where all lie in the buffer, or it has none
   * @param loads of feature maps before it
   * @param stores of feature maps behind it
   * @param touched words of feature maps
   */
  record Run(
      List<LoweredLayer> layers,
      WordRange program,
      Optional<WeightGroup> weights,
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
    /** Layers whose weights and parameters are loaded, each once, in the order of their use. */
    List<LoweredLayer> constants() {
      if (resident.isPresent()) {
        return resident.get().layers();
      }
      List<WeightGroup> groups = new ArrayList<>();
      for (Run run : runs) {
        run.weights()
            .filter(group -> groups.stream().noneMatch(group::hasWeightsOf))
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
      List<LoweredLayer> layers,
      List<Move> loads,
      List<Move> stores,
      List<WordRange> touched,
      long weightWords,
      long parameterWords,
      long programWords) {}

  Plan plan(List<StripPlanner.Work> works) {
    Map<WeightStream, LoweredLayer> distinct = new IdentityHashMap<>();
    List<LoweredLayer> all = new ArrayList<>();
    for (StripPlanner.Work work : works) {
      for (LoweredLayer layer : work.descriptors()) {
        if (layer.weights().isPresent()
            && distinct.putIfAbsent(layer.weights().get(), layer) == null) {
          all.add(layer);
        }
      }
    }
    boolean resident =
        weightWords(all) <= config.weightWords() && parameterWords(all) <= config.parameterWords();
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
        resident
            ? Optional.of(group(all, new WordRange(0, 0), new WordRange(0, 0)))
            : Optional.empty();
    return new Plan(addressed(joined(pieces, limits), limits, once), once, programResident);
  }

  private record Limits(long weights, long parameters, long program) {
    boolean hold(Piece piece) {
      return piece.weightWords() <= weights
          && piece.parameterWords() <= parameters
          && piece.programWords() <= program;
    }
  }

  private static long weightWords(List<LoweredLayer> layers) {
    return layers.stream().mapToLong(LoweredLayer::weightWords).sum();
  }

  private static long parameterWords(List<LoweredLayer> layers) {
    return layers.stream().mapToLong(LoweredLayer::parameterWords).sum();
  }

  private List<Piece> pieces(List<StripPlanner.Work> works, Limits limits) {
    List<Piece> pieces = new ArrayList<>();
    works.forEach(work -> pieces.addAll(pieces(work, limits)));
    return pieces;
  }

  /** A strip in as many pieces as its weights ask for. */
  private List<Piece> pieces(StripPlanner.Work work, Limits limits) {
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
      List<LoweredLayer> layers, StripPlanner.Work work, boolean first, boolean last) {
    return new Piece(
        List.copyOf(layers),
        first ? work.loads() : List.of(),
        last ? work.stores() : List.of(),
        work.touched(),
        weightWords(layers),
        parameterWords(layers),
        layers.stream().mapToLong(layer -> layer.descriptor().words()).sum());
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

  /** Pieces that follow each other without a move of feature maps between them. */
  private static List<List<Piece>> joined(List<Piece> pieces, Limits limits) {
    List<List<Piece>> runs = new ArrayList<>();
    long weights = 0;
    long parameters = 0;
    long program = 0;
    for (Piece piece : pieces) {
      Piece last =
          runs.isEmpty()
              ? null
              : runs.get(runs.size() - 1).get(runs.get(runs.size() - 1).size() - 1);
      weights += piece.weightWords();
      parameters += piece.parameterWords();
      program += piece.programWords();
      boolean joins =
          last != null
              && last.stores().isEmpty()
              && piece.loads().isEmpty()
              && weights <= limits.weights()
              && parameters <= limits.parameters()
              && program <= limits.program();
      if (!joins) {
        runs.add(new ArrayList<>());
        weights = piece.weightWords();
        parameters = piece.parameterWords();
        program = piece.programWords();
      }
      runs.get(runs.size() - 1).add(piece);
    }
    return runs;
  }

  private List<Run> addressed(
      List<List<Piece>> runs, Limits limits, Optional<WeightGroup> resident) {
    List<Run> addressed = new ArrayList<>();
    Halves programs = new Halves(config.programWords());
    Halves weights = new Halves(config.weightWords());
    Halves parameters = new Halves(config.parameterWords());
    WordRange program = new WordRange(0, 0);
    Optional<WeightGroup> group = resident;
    for (List<Piece> run : runs) {
      List<LoweredLayer> layers = run.stream().flatMap(piece -> piece.layers().stream()).toList();
      List<LoweredLayer> weighted =
          layers.stream().filter(layer -> layer.weights().isPresent()).toList();
      if (resident.isEmpty() && !weighted.isEmpty()) {
        group = Optional.of(next(weighted, group, weights, parameters));
      }
      List<LoweredLayer> placed = withAddresses(layers, group);
      long words = placed.stream().mapToLong(layer -> layer.descriptor().words()).sum();
      requireProgram(placed, words);
      program =
          limits.program() == Long.MAX_VALUE
              ? new WordRange(program.end(), words)
              : programs.next(words);
      addressed.add(
          new Run(
              placed,
              program,
              resident.isPresent() || weighted.isEmpty() ? Optional.empty() : group,
              run.get(0).loads(),
              run.get(run.size() - 1).stores(),
              run.stream().flatMap(piece -> piece.touched().stream()).distinct().toList()));
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

  /** The weights that are there already, or new ones in the other half. */
  private static WeightGroup next(
      List<LoweredLayer> layers, Optional<WeightGroup> now, Halves weights, Halves parameters) {
    if (now.isPresent() && sameWeights(now.get().layers(), layers)) {
      return now.get();
    }
    return group(
        layers, weights.next(weightWords(layers)), parameters.next(parameterWords(layers)));
  }

  private static boolean sameWeights(List<LoweredLayer> some, List<LoweredLayer> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int index = 0; index < some.size(); index++) {
      if (some.get(index).weights().get() != others.get(index).weights().get()) {
        return false;
      }
    }
    return true;
  }

  private static WeightGroup group(
      List<LoweredLayer> layers, WordRange weights, WordRange parameters) {
    return new WeightGroup(
        layers,
        new WordRange(weights.first(), weightWords(layers)),
        new WordRange(parameters.first(), parameterWords(layers)));
  }

  private static List<LoweredLayer> withAddresses(
      List<LoweredLayer> layers, Optional<WeightGroup> group) {
    Map<WeightStream, long[]> addresses = new IdentityHashMap<>();
    if (group.isPresent()) {
      long weight = group.get().weights().first();
      long parameter = group.get().parameters().first();
      for (LoweredLayer layer : group.get().layers()) {
        addresses.put(layer.weights().orElseThrow(), new long[] {weight, parameter});
        weight += layer.weightWords();
        parameter += layer.parameterWords();
      }
    }
    List<LoweredLayer> placed = new ArrayList<>();
    for (int index = 0; index < layers.size(); index++) {
      LoweredLayer layer = layers.get(index);
      Descriptor.Builder builder =
          layer.descriptor().toBuilder(layer.layer().name())
              .set(DescriptorField.LAST_LAYER, index == layers.size() - 1);
      layer
          .weights()
          .map(addresses::get)
          .ifPresent(
              at ->
                  builder.set(DescriptorField.W_BASE, at[0]).set(DescriptorField.PAR_BASE, at[1]));
      placed.add(layer.with(builder.build()));
    }
    return placed;
  }

  /** Takes the halves of a buffer in turn; what is larger than a half has the whole of it. */
  private static final class Halves {
    private final long depth;
    private boolean upper;

    Halves(long depth) {
      this.depth = depth;
    }

    WordRange next(long words) {
      boolean whole = words > depth / 2;
      upper = !whole && !upper;
      return new WordRange(upper ? depth / 2 : 0, words);
    }
  }
}
