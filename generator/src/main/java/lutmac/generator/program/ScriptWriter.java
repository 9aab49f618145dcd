package lutmac.generator.program;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.RunPlanner.Run;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * Writes the script of a network that is computed run by run: while a run goes on, the results of
 * the one before are stored and what the next one needs is loaded, as far as neither touches what
 * the run does (docs/hardware.md §11).
 */
final class ScriptWriter {
  private final AcceleratorConfig config;
  private final List<ScriptEntry> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final List<Stored> stored = new ArrayList<>();

  private ScriptWriter(AcceleratorConfig config) {
    this.config = config;
  }

  /** Where the data of a group lies. */
  private record Stored(WeightGroup group, long weights, long parameters) {}

  /** Something to load: an entry, the words of the memory that it fills, what it is a move of. */
  private record Load(ScriptEntry.Write entry, Optional<Move> move) {
    WordRange target() {
      return new WordRange(entry.address(), entry.words());
    }
  }

  /** What the script and the data of the runs are. */
  record Text(List<ScriptEntry> entries, byte[] data) {}

  static Text write(AcceleratorConfig config, RunPlanner.Plan plan, List<Move> lastMoves) {
    ScriptWriter writer = new ScriptWriter(config);
    Run before = null;
    for (Run run : plan.runs()) {
      writer.add(run, before, plan.programResident());
      before = run;
    }
    writer.entries.add(new ScriptEntry.Await());
    writer.store(before.stores());
    writer.store(lastMoves);
    return new Text(writer.entries, writer.data.toByteArray());
  }

  private void add(Run run, Run before, boolean programResident) {
    List<Load> loads = loads(run, programResident);
    if (before == null) {
      loads.forEach(load -> entries.add(load.entry()));
      start(run);
      return;
    }
    List<Load> late = new ArrayList<>();
    for (Load load : loads) {
      if (waits(load, before)) {
        late.add(load);
      } else {
        entries.add(load.entry());
      }
    }
    entries.add(new ScriptEntry.Await());
    boolean storeFirst =
        late.stream().anyMatch(load -> needs(load, before.stores()))
            || before.stores().stream()
                .anyMatch(
                    store ->
                        run.touched().stream().anyMatch(words -> words.meets(store.inBuffer())));
    if (storeFirst) {
      store(before.stores());
    }
    late.forEach(load -> entries.add(load.entry()));
    start(run);
    if (!storeFirst) {
      store(before.stores());
    }
  }

  private void start(Run run) {
    entries.add(new ScriptEntry.Start((int) run.program().first()));
  }

  private void store(List<Move> moves) {
    moves.forEach(
        move ->
            entries.add(
                new ScriptEntry.Read(
                    move.address(), move.words(), move.base(), move.byteOffset())));
  }

  /** Whether a load must not begin before a run is over. */
  private static boolean waits(Load load, Run run) {
    boolean touches =
        switch (load.entry().memory()) {
          case FEATURE_MAPS -> run.touched().stream().anyMatch(load.target()::meets);
          case WEIGHTS -> run.weights().filter(g -> g.weights().meets(load.target())).isPresent();
          case PARAMETERS ->
              run.weights().filter(g -> g.parameters().meets(load.target())).isPresent();
          case PROGRAM -> run.program().meets(load.target());
        };
    return touches || needs(load, run.stores());
  }

  /** Whether what is stored is what is loaded, or lies where it goes to. */
  private static boolean needs(Load load, List<Move> stores) {
    return stores.stream()
        .anyMatch(
            store ->
                load.move().filter(store::meetsInMemory).isPresent()
                    || (load.entry().memory() == Memory.FEATURE_MAPS
                        && load.target().meets(store.inBuffer())));
  }

  private List<Load> loads(Run run, boolean programResident) {
    List<Load> loads = new ArrayList<>();
    if (!programResident) {
      int[] words = MemoryImages.program(run.layers());
      loads.add(
          load(Memory.PROGRAM, run.program(), append(HostBeats.bytes(words), Memory.PROGRAM)));
    }
    if (run.loadsWeights()) {
      WeightGroup group = run.weights().orElseThrow();
      Stored at = stored(group);
      loads.add(load(Memory.WEIGHTS, group.weights(), at.weights()));
      loads.add(load(Memory.PARAMETERS, group.parameters(), at.parameters()));
    }
    for (Move move : run.loads()) {
      loads.add(
          new Load(
              new ScriptEntry.Write(
                  Memory.FEATURE_MAPS,
                  move.address(),
                  move.words(),
                  move.base(),
                  move.byteOffset()),
              Optional.of(move)));
    }
    return loads;
  }

  private static Load load(Memory memory, WordRange words, long offset) {
    return new Load(
        new ScriptEntry.Write(memory, (int) words.first(), (int) words.words(), Base.IMAGE, offset),
        Optional.empty());
  }

  /** Where the data of a group is, once for all groups that hold the same. */
  private Stored stored(WeightGroup group) {
    for (Stored known : stored) {
      if (known.group().hasWeightsOf(group.layers())) {
        return known;
      }
    }
    int cols = config.cols();
    Stored added =
        new Stored(
            group,
            append(MemoryImages.weights(group.layers(), cols), Memory.WEIGHTS),
            append(MemoryImages.parameters(group.layers(), cols), Memory.PARAMETERS));
    stored.add(added);
    return added;
  }

  /** Appends words to the data and says where. */
  private long append(byte[] words, Memory memory) {
    while (data.size() % ImageField.ALIGNMENT_BYTES != 0) {
      data.write(0);
    }
    long offset = data.size();
    data.writeBytes(HostBeats.padded(words, memory.wordBytes(config.cols())));
    return offset;
  }
}
