package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.StepCodes;
import lutmac.generator.program.HardwareLayer.ArrayLayer;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;

/**
 * Turns a layer for the array into descriptors for one configuration (docs/hardware.md §2 to §6).
 * Those of strips that walk alike share their weights.
 */
final class ArrayLowering implements StripLowering {
  /** Words of one pixel of a block's int32 accumulators. */
  static final int RAW_WORDS = 4;

  private final AcceleratorConfig config;
  private final PeStyle style;
  private final Rounding rounding;
  private final ArrayLayer layer;
  private final MacLayer mac;
  private final List<WeightPlane> planes;
  private final Arrangement input;
  private final Optional<MapLayout> skip;
  private final MapLayout output;
  private final Reads reads;
  private final Map<WalkOrder, Reduction> reductions = new HashMap<>();

  /**
   * @param input its input as it lies in the buffer
   * @param skip layout of the map that is added
   * @param output layout of the map that is written
   * @param reads what of the input the blocks of a descriptor read
   */
  ArrayLowering(
      AcceleratorConfig config,
      Rounding rounding,
      ArrayLayer layer,
      Arrangement input,
      Optional<MapLayout> skip,
      MapLayout output,
      Reads reads) {
    this.config = config;
    this.style = config.pe();
    this.rounding = rounding;
    this.layer = layer;
    this.mac = layer.mac();
    this.planes = WeightSplit.of(mac, style).orElseThrow();
    this.input = input;
    this.skip = skip;
    this.output = output;
    this.reads = reads;
  }

  @Override
  public List<LoweredLayer> lower(Strip strip) {
    List<LoweredLayer> lowered = new ArrayList<>();
    for (Phase phase : phases(mac)) {
      for (OutputRun run : runs(phase)) {
        lowered.add(new Part(run, phase, strip).lowered());
      }
    }
    return lowered;
  }

  /** What the order of a descriptor's weights depends on. */
  private record WalkOrder(
      OutputRun run, Optional<Phase> phase, TapOrder taps, boolean transposed) {}

  /**
   * What the array adds up for a descriptor.
   *
   * @param table of the elements
   * @param segmentTaps most taps of a segment
   * @param accBits width that every sum of a segment fits
   */
  private record Reduction(WeightStream weights, int[] table, int segmentTaps, int accBits) {}

  /** What the blocks of a layer read of a pixel of its input. */
  enum Reads {
    /** Everything. */
    WHOLE,
    /** The words that hold a channel of their groups. */
    GROUPS,
    /** The words that hold a channel with a weight that is not zero. */
    NEEDED,
    /** Every column the lane of its own. */
    OWN_LANES
  }

  private boolean depthwise() {
    return reads == Reads.OWN_LANES;
  }

  private List<OutputRun> runs(Phase phase) {
    return switch (reads) {
      case WHOLE -> List.of(OutputRun.dense(input.layout(), output));
      case GROUPS -> OutputRun.connected(Connections.ofGroups(mac), input, output);
      case NEEDED -> OutputRun.connected(connections(mac, phase), input, output);
      case OWN_LANES -> OutputRun.depthwise(input.layout(), mac.outChannels() / mac.groups());
    };
  }

  private static Connections connections(MacLayer mac, Phase phase) {
    return phase == null
        ? Connections.of(mac)
        : Connections.of(mac, (ky, kx) -> phase.rows().meets(ky) && phase.columns().meets(kx));
  }

  /** The output pixels of a descriptor, and the taps that these see something at. */
  private record Phase(KernelPhase rows, KernelPhase columns) {
    Window window() {
      return new Window(
          rows.taps(),
          columns.taps(),
          1,
          1,
          rows.pad(),
          columns.pad(),
          0,
          0,
          rows.dilation(),
          columns.dilation());
    }

    Shape pixels() {
      return new Shape(1, rows.outputs(), columns.outputs());
    }
  }

  /** One for every position between the pixels that a kernel can start at; null: just one. */
  private static List<Phase> phases(MacLayer mac) {
    Window window = mac.window();
    if (!window.insertsZeros()) {
      return Collections.singletonList(null);
    }
    Shape output = mac.output().shape();
    List<Phase> phases = new ArrayList<>();
    for (KernelPhase rows :
        KernelPhase.of(
            window.kernelHeight(),
            window.dilationHeight(),
            window.padTop(),
            window.upsampling().height(),
            output.height())) {
      for (KernelPhase columns :
          KernelPhase.of(
              window.kernelWidth(),
              window.dilationWidth(),
              window.padLeft(),
              window.upsampling().width(),
              output.width())) {
        phases.add(new Phase(rows, columns));
      }
    }
    return phases;
  }

  /** One descriptor of a layer. */
  private final class Part {
    private final OutputRun run;
    private final Optional<Phase> phase;
    private final Strip strip;
    private final PixelGrid written;
    private final Geometry geometry;
    private final boolean contiguous;
    private final TapOrder order;
    private final Descriptor.Builder builder;

    Part(OutputRun run, Phase phase, Strip strip) {
      this.run = run;
      this.phase = Optional.ofNullable(phase);
      this.strip = strip;
      this.written = grid();
      this.geometry = geometry();
      int chunk = WalkFields.chunk(geometry, config.features().taps());
      this.contiguous = chunk > 0;
      Window window = geometry.window();
      this.order =
          new TapOrder(
              window.kernelHeight(), window.kernelWidth(), contiguous ? chunk : 1, run.words());
      this.builder = new Descriptor.Builder(layer.name());
    }

    LoweredLayer lowered() {
      WalkFields.setArray(builder, geometry, order, contiguous);
      setInput();
      setOutput();
      skip.ifPresent(this::setSkip);
      Reduction reduction =
          reductions.computeIfAbsent(
              new WalkOrder(run, phase, order, geometry.transposed()), walk -> reduction());
      setReduction(reduction);
      Descriptor descriptor = EdgeTiles.leftOut(layer.name(), builder.build(), config.rows());
      return new LoweredLayer(
          layer,
          input,
          output,
          run.firstBlock(),
          written,
          descriptor,
          Optional.of(reduction.weights()),
          reduction.accBits());
    }

    private PixelGrid grid() {
      Shape shape = layer.output().shape();
      Upsampling upsampling = mac.window().upsampling();
      return phase
          .map(
              at ->
                  PixelGrid.apart(
                      shape,
                      at.rows().at(),
                      upsampling.height(),
                      at.columns().at(),
                      upsampling.width()))
          .orElseGet(() -> PixelGrid.ofRows(shape, strip.first(), strip.count()));
    }

    private Geometry geometry() {
      // Rows of a phase stay rows: the writer counts their pixels.
      return phase
          .map(
              at ->
                  new Geometry(
                      strip.input().shape(),
                      at.window(),
                      at.pixels(),
                      Optional.empty(),
                      at.pixels(),
                      0,
                      0,
                      false))
          .orElseGet(() -> geometryOf(strip).withLongRows());
    }

    private void setInput() {
      long wordStep = (long) run.wordStep() * strip.input().pitch();
      long first = (long) run.firstWord() * strip.input().pitch();
      FormatFields.INPUT.set(builder, mac.input().format(), input.layout().laneBits());
      builder
          .set(START_ADDR, builder.build().get(START_ADDR) + first)
          .set(DEPTHWISE, depthwise())
          .set(OB_ADDR, wordStep)
          .set(LANES_FULL, depthwise() ? 1 : input.layout().wordLanes())
          .set(LANES_LAST, run.lastLanes());
    }

    private void setOutput() {
      long rows = rows();
      long tiles = (rows + config.rows() - 1) / config.rows();
      boolean raw = layer.raw();
      int words = raw ? RAW_WORDS : 1;
      int stride = words * strip.output().pitch();
      builder
          .set(OB_N, run.blocks())
          .set(TILE_N, tiles)
          .set(ROWS_LAST, rows - (tiles - 1) * config.rows())
          .set(WINDOW_N, geometry.pool().map(Window::kernelArea).orElse(1))
          .set(OUT_STRIDE, stride)
          .set(OUT_PART, run.firstBlock() % output.parts())
          .set(
              OUT_BASE,
              (long) run.firstBlock() / output.parts() * stride
                  + (long) words
                      * (strip.output().wordsBefore(written.firstRow()) + written.firstColumn()))
          .set(RAW_OUT, raw)
          .set(SUM_PIXELS, mac.sumPixels())
          .set(HALF_UP, rounding == Rounding.HALF_UP);
      FormatFields.OUTPUT.set(builder, layer.output().format(), output.laneBits());
      layer
          .output()
          .format()
          .fold(
              fixed -> builder,
              logarithmic -> builder.set(OUT_LOG_BITS, logarithmic.bits()),
              accumulators -> builder);
      mac.stage()
          .fold(
              requantize -> builder.set(LO, requantize.lo()).set(HI, requantize.hi()),
              accumulators -> builder);
      mac.stage().requantize().ifPresent(this::setActivation);
      if (phase.isPresent()) {
        setSpacing();
      }
    }

    /** Rows and pixels of a phase lie apart. */
    private void setSpacing() {
      int words = layer.raw() ? RAW_WORDS : 1;
      long next = (long) written.rowStep() * written.map().width();
      long along = (long) (written.columns() - 1) * written.columnStep();
      builder
          .set(OUT_STEP, (long) words * written.columnStep() - (words - 1))
          .set(SKIP_STRIDE, words * (next - along) - (words - 1));
    }

    /** The table holds codes: nothing is encoded behind it. */
    private void setActivation(OutputStage.Requantize stage) {
      TensorFormat format = mac.output().format();
      stage
          .table()
          .ifPresent(
              table ->
                  builder
                      .set(OUT_LOG, false)
                      .set(OUT_LOG_STEP, 0)
                      .set(OUT_LOG_BITS, 0)
                      .activationTable(
                          stage.lo(),
                          table.values().stream().map(value -> code(format, value)).toList()));
    }

    private static int code(TensorFormat format, int value) {
      return format.fold(
          fixed -> value, logarithmic -> logarithmic.encode(value), accumulators -> value);
    }

    private long rows() {
      Descriptor walk = builder.build();
      return walk.get(PX_N) * walk.get(PY_N) * walk.get(WX_N) * walk.get(WY_N);
    }

    private void setSkip(MapLayout layout) {
      StoredRows rows = strip.skip().orElseThrow();
      int stride = rows.pitch();
      builder
          .set(SKIP_EN, true)
          .set(SKIP_STRIDE, stride)
          .set(SKIP_PART, run.firstBlock() % layout.parts())
          .set(
              SKIP_BASE,
              (long) run.firstBlock() / layout.parts() * stride + rows.wordsBefore(strip.first()));
      FormatFields.SKIP.set(builder, mac.skip().orElseThrow().source().format(), layout.laneBits());
    }

    private List<Codebook> codebooks() {
      return planes.stream().map(WeightPlane::codebook).toList();
    }

    private Reduction reduction() {
      WeightStream weights = weights();
      TensorFormat format = mac.input().format();
      int segmentTaps =
          Math.min(
              (int) SEG_TAPS.max(),
              style.segmentTaps(
                  layer.name(),
                  codebooks(),
                  weights.codes(),
                  Math.min(0, format.minCode()),
                  format.maxCode()));
      return new Reduction(
          weights,
          style.table(layer.name(), codebooks(), weights.codes()),
          segmentTaps,
          SegmentSums.bits(
              weights.codes(), codebooks(), format, style.planeSegments(), segmentTaps));
    }

    /** Sets steps, segments and the table. */
    private void setReduction(Reduction reduction) {
      StepCodes codes = reduction.weights().codes();
      int segmentTaps = reduction.segmentTaps();
      boolean inPlanes = style.planeSegments() && codes.planes() > 1;
      int segments =
          inPlanes
              ? codes.planes() * ceilDiv(codes.taps(), segmentTaps)
              : ceilDiv(codes.planes() * codes.taps(), segmentTaps);
      if (segments > 1 && !config.features().output().segments()) {
        throw new BadInputException(
            "layer '%s': its sums are cut into %d segments, the output unit adds none up; generate a design for this network"
                .formatted(layer.name(), segments));
      }
      builder
          .set(SEG_PLANE, inPlanes)
          .set(inPlanes ? WALK_PLANES : PHASE_PLANES, codes.planes() - 1)
          .set(SEG_TAPS, segmentTaps)
          .set(SEG_N, segments)
          .set(W_WORDS, reduction.weights().blockWords())
          .set(CODE_PACK, reduction.weights().codePack())
          .table(reduction.table());
    }

    private WeightStream weights() {
      long[][] kernelRows = new long[run.blocks()][order.kernelHeight()];
      StepCodes codes = stepCodes(kernelRows);
      List<Integer> phases = style.planeSegments() ? List.of(codes.taps()) : order.phases();
      int[] phaseStarts = new int[phases.size() + 1];
      int tap = 0;
      for (int phase = 0; phase < phases.size(); phase++) {
        tap += phases.get(phase);
        phaseStarts[phase + 1] = codes.firstStep(tap);
      }
      return new WeightStream(codes, phaseStarts, kernelRows, codePack());
    }

    /** How often the bits of a code can be halved. */
    private int codePack() {
      int bits = codebooks().stream().mapToInt(Codebook::bits).max().orElseThrow();
      return !config.features().packedCodes() || bits > 2 ? 0 : bits == 2 ? 1 : 2;
    }

    /**
     * The codes of every step.
     *
     * @param kernelRows to which the weights of every block's kernel rows are added
     */
    private StepCodes stepCodes(long[][] kernelRows) {
      List<TapOrder.Tap> taps = order.taps();
      int cols = config.cols();
      int[] tapStarts = new int[taps.size() + 1];
      for (int tap = 0; tap < taps.size(); tap++) {
        tapStarts[tap + 1] = tapStarts[tap] + lanes(taps.get(tap));
      }
      int steps = tapStarts[taps.size()];
      byte[][] sources = planes.stream().map(WeightPlane::codes).toArray(byte[][]::new);
      int planeSize = run.blocks() * steps * cols;
      byte[] codes = new byte[planes.size() * planeSize];
      StoredLanes stored = new StoredLanes(input);
      for (int block = 0; block < run.blocks(); block++) {
        int firstWord = run.firstWord() + block * run.wordStep();
        List<Integer> channels = output.block(run.firstBlock() + block);
        for (int column = 0; column < cols; column++) {
          int channel = channels.get(column);
          if (channel == LayerPlacement.HOLE) {
            continue;
          }
          int firstChannel = mac.firstChannel(channel);
          int at = block * steps * cols + column;
          for (TapOrder.Tap tap : taps) {
            int firstLane = (firstWord + tap.word()) * input.layout().wordLanes();
            int lanes = lanes(tap);
            for (int lane = 0; lane < lanes; lane++, at += cols) {
              int weight =
                  depthwise()
                      ? weight(channel, tap)
                      : weight(channel, firstChannel, stored, firstLane + lane, tap);
              if (weight < 0) {
                continue;
              }
              kernelRows[block][tap.ky()]++;
              for (int plane = 0; plane < sources.length; plane++) {
                codes[plane * planeSize + at] = sources[plane][weight];
              }
            }
          }
        }
      }
      return new StepCodes(planes.size(), run.blocks(), cols, tapStarts, codes);
    }

    /** Steps of a tap. */
    private int lanes(TapOrder.Tap tap) {
      return depthwise()
          ? 1
          : tap.word() == run.words() - 1 ? run.lastLanes() : input.layout().wordLanes();
    }

    /** Position of the weight of a column's own channel, or -1 where there is none. */
    private int weight(int channel, TapOrder.Tap tap) {
      int row = row(tap);
      int column = column(tap);
      return row < 0 || column < 0 ? -1 : mac.index(channel, 0, row, column);
    }

    /**
     * Position of the weight of a stored channel, or -1 where there is none.
     *
     * @param firstChannel of the output channel's group
     * @param lane of all lanes of a pixel
     */
    private int weight(
        int outChannel, int firstChannel, StoredLanes stored, int lane, TapOrder.Tap tap) {
      int channel = stored.channel(lane);
      int groupChannel = channel - firstChannel;
      if (channel == LayerPlacement.HOLE
          || row(tap) < 0
          || column(tap) < 0
          || groupChannel < 0
          || groupChannel >= mac.groupChannels()) {
        return -1;
      }
      return mac.index(
          outChannel,
          groupChannel,
          row(tap) + stored.kernelRow(lane),
          column(tap) + stored.kernelColumn(lane));
    }

    private int row(TapOrder.Tap tap) {
      int row = geometry.transposed() ? tap.kx() : tap.ky();
      return phase.map(at -> at.rows().tap(row)).orElse(row);
    }

    private int column(TapOrder.Tap tap) {
      int column = geometry.transposed() ? tap.ky() : tap.kx();
      return phase.map(at -> at.columns().tap(column)).orElse(column);
    }
  }

  /** What the descriptor of a strip walks over. */
  private Geometry geometryOf(Strip strip) {
    Window window = input.windowFor(mac.window());
    Optional<Window> pool = layer.pool().map(MaxPoolLayer::window);
    Shape output = layer.output().shape();
    int firstPixelRow = strip.first() * pool.map(Window::strideHeight).orElse(1);
    return new Geometry(
        strip.input().shape(),
        window,
        mac.sumPixels() ? strip.input().shape() : pixels(strip, mac.output().shape()),
        pool,
        pixels(strip, output),
        firstPixelRow * window.strideHeight() - strip.input().first(),
        0,
        false);
  }

  private static Shape pixels(Strip strip, Shape map) {
    return new Shape(1, strip.count(), map.width());
  }

  private static int ceilDiv(int value, int divisor) {
    return (value + divisor - 1) / divisor;
  }
}
