package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.PhaseWalk.Phase;
import lutmac.generator.program.PhaseWalk.Tile;
import lutmac.generator.program.TileRuns.Run;
import lutmac.generator.program.WordClock.Read;

/**
 * Executes the control of one layer: when each word is asked for, arrives and fills a bank ({@link
 * WordClock}), when each step is taken, and when each row leaves ({@link DrainClock}) and is
 * written ({@link OutputClock}). Every stage of the hardware is elastic, so an event happens as
 * soon as what comes before it has happened and what lies behind it has room: a handful of maxima a
 * word, a step and a row (docs/hardware.md §4). Cycles are counted from the layer's launch.
 */
final class LayerClock {
  private final Descriptor layer;
  private final AcceleratorConfig config;
  private final PeStyle style;
  private final long enabled;
  private final List<Phase> phases;
  private final WordClock words;
  private final OutputClock output;

  // Steps.
  private final long[] bankFree = new long[2];
  private long drained = 0;
  private long picked = 0;
  private long stepped = 0;
  private long stepSpacing = 1;
  private int segTap = 1;
  private boolean segFirst = true;
  private Optional<Step> entering = Optional.empty();
  private int next = 0;
  private final Queue<Fetched> fetched = new ArrayDeque<>();

  // Segments.
  private Optional<Segment> complete = Optional.empty();
  private Optional<Segment> draining = Optional.empty();
  private final DrainClock drain = new DrainClock();

  /**
   * @param enabled cycle from which the array's table is complete, from the launch on
   */
  LayerClock(Descriptor layer, AcceleratorConfig config, long enabled) {
    this.layer = layer;
    this.config = config;
    this.style = config.pe();
    this.enabled = enabled;
    this.phases = layer.is(POOL) ? List.of() : PhaseWalk.of(layer, config.rows());
    this.words =
        new WordClock(
            layer.is(POOL)
                ? poolReads(layer).iterator()
                : phases.stream()
                    .flatMap(phase -> PhaseWalk.reads(layer, phase).stream())
                    .iterator(),
            config.features().reads(),
            layer.is(POOL));
    this.output = new OutputClock(layer, config, words);
  }

  /**
   * When a layer ends, in cycles from its launch.
   *
   * @param written when its last word is written
   * @param end when the array has handed over its last row, too: the next layer can be launched
   */
  record Ends(long written, long end) {}

  /** Executes the layer. */
  Ends run() {
    return layer.is(POOL) ? pool() : array();
  }

  private static Stream<Read> poolReads(Descriptor layer) {
    List<Run> runs = TileRuns.ofPool(layer);
    int stride = layer.getInt(STRIDE);
    return IntStream.range(0, layer.getInt(OB_N))
        .boxed()
        .flatMap(
            ob ->
                IntStream.range(0, runs.size())
                    .mapToObj(
                        at -> {
                          Run before = runs.get(at == 0 ? runs.size() - 1 : at - 1);
                          Run run = runs.get(at);
                          return new Read(
                              run.address(),
                              stride,
                              run.pixels(),
                              !before.rowEnds(),
                              true,
                              Read.ALL_ROWS);
                        }));
  }

  private Ends pool() {
    long filled = 0;
    while (words.hasNext()) {
      filled = words.fill(enabled);
    }
    long end = filled + 1;
    return new Ends(end, end);
  }

  private Ends array() {
    fetch();
    fetch();
    while (!fetched.isEmpty()) {
      steps(fetched.remove());
    }
    enter();
    if (style.planeSegments()) {
      swap();
      draining.ifPresent(this::drain);
      drain.finish();
    } else {
      complete.ifPresent(this::leave);
    }
    return new Ends(output.written(), Math.max(output.written(), output.left() + 1));
  }

  /**
   * A segment whose steps the array has taken.
   *
   * @param writes whether its rows complete sums
   */
  private record Segment(long lastStep, int plane, Tile tile, boolean writes) {}

  /**
   * A step at the array's door.
   *
   * @param earliest cycle in which the array can take it
   * @param cycles until it can take the next one
   * @param first whether it is its segment's first
   * @param last whether it is its segment's last
   */
  private record Step(
      long earliest,
      int cycles,
      boolean first,
      boolean last,
      int plane,
      Tile tile,
      boolean writes) {}

  /** A phase whose words fill a bank: which one, and from when on it is full. */
  private record Fetched(Phase phase, int bank, long full) {}

  /** Fills a bank with the words of the next phase, if there is one. */
  private void fetch() {
    if (next < phases.size()) {
      int bank = next % 2;
      fetched.add(new Fetched(phases.get(next++), bank, words.fill(bankFree[bank]) + 1));
    }
  }

  private void steps(Fetched filled) {
    Phase phase = filled.phase();
    int planes = layer.getInt(PHASE_PLANES) + 1;
    int segTaps = layer.getInt(SEG_TAPS);
    boolean decode = decodes() && !layer.is(DEPTHWISE);
    long ready = Math.max(filled.full(), enabled);
    for (int plane = 0; plane < planes; plane++) {
      int cycles = style.stepCycles(layer.table(), phase.walkPlane() + plane);
      for (int tap = 0; tap < phase.taps(); tap++) {
        boolean phaseEnds = plane == planes - 1 && tap == phase.taps() - 1;
        boolean ends = phase.tileEnds() || phase.planeEnds() && layer.is(SEG_PLANE);
        boolean segEnds = segTap == segTaps || phaseEnds && ends;
        for (int lane = 0; lane < phase.lanes(); lane++) {
          boolean last = segEnds && lane == phase.lanes() - 1;
          drained = Math.max(Math.max(drained + 1, ready), decode ? picked : stepped);
          if (phaseEnds && lane == phase.lanes() - 1) {
            // The bank is free before the array takes the step, with a decoder between before it
            // takes
            // the step before that: the words that are asked for now come before skips that are.
            bankFree[filled.bank()] = drained + 1;
            fetch();
          }
          enter();
          if (decode) {
            picked = Math.max(drained + 1, stepped);
          }
          boolean writes =
              phaseEnds && phase.tileEnds() && (!layer.is(SUM_PIXELS) || phase.tile().last());
          entering =
              Optional.of(
                  new Step(
                      (decode ? picked : drained) + 1,
                      cycles,
                      segFirst,
                      last,
                      phase.walkPlane() + plane,
                      phase.tile(),
                      writes));
          if (!decode) {
            enter();
          }
          segFirst = last;
        }
        segTap = segEnds ? 1 : segTap + 1;
      }
    }
  }

  private boolean decodes() {
    return config.features().packedMaps() || config.features().logBits() > 0;
  }

  /** The array takes the step at its door. */
  private void enter() {
    entering.ifPresent(this::take);
    entering = Optional.empty();
  }

  private void take(Step step) {
    long at = Math.max(step.earliest(), stepped + stepSpacing);
    stepSpacing = step.cycles();
    if (style.planeSegments()) {
      // The first step waits until the bank of the segment before the last one is drained.
      if (step.first() && complete.isPresent()) {
        at = Math.max(at, swap());
      }
    } else if (step.last() && complete.isPresent()) {
      leave(complete.get());
      at = Math.max(at, output.left() + 1);
    }
    stepped = at;
    if (step.last()) {
      complete = Optional.of(new Segment(at, step.plane(), step.tile(), step.writes()));
    }
  }

  /** The segment that is complete begins to drain. */
  private long swap() {
    draining.ifPresent(this::drain);
    draining = complete;
    complete = Optional.empty();
    return drain.swap(draining.orElseThrow().lastStep());
  }

  private void drain(Segment segment) {
    drain.drain(
        style.drain(config.rows(), layer.table(), segment.plane()).orElseThrow(),
        config.rows(),
        (row, earliest) -> output.take(segment.tile(), segment.writes(), row, earliest));
  }

  /** The rows of a segment leave the array, one a cycle. */
  private void leave(Segment segment) {
    int rows = config.rows();
    int handOver = style.handOver(rows, layer.table(), segment.plane());
    long first = segment.lastStep() + handOver - (rows - 1);
    for (int row = 0; row < rows; row++) {
      output.take(segment.tile(), segment.writes(), row, first + row);
    }
  }
}
