package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.List;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.StepCodes;
import lutmac.generator.program.HardwareLayer.ArrayLayer;
import lutmac.generator.program.HardwareLayer.PoolLayer;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.rtl.layout.DescriptorField;

/** Turns one layer into a descriptor for one configuration (docs/hardware.md §3 to §6). */
final class LayerLowering {
  /** Words of one pixel of a block's int32 accumulators. */
  private static final int RAW_WORDS = 4;

  /** Widest step between pixels that share words. */
  private static final int MAX_CONTIGUOUS_STRIDE = 7;

  private final AcceleratorConfig config;
  private final PeStyle style;
  private final Rounding rounding;

  LayerLowering(AcceleratorConfig config, Rounding rounding) {
    this.config = config;
    this.style = config.pe();
    this.rounding = rounding;
  }

  /** The layer's descriptor when its input is arranged like this. */
  LoweredLayer lower(HardwareLayer layer, Arrangement arrangement, boolean last) {
    return layer.fold(
        array -> lowerArray(array, arrangement, last), pool -> lowerPool(pool, arrangement, last));
  }

  private LoweredLayer lowerArray(ArrayLayer layer, Arrangement arrangement, boolean last) {
    MacLayer mac = layer.mac();
    String name = layer.name();
    FixedFormat input = activationFormat(name, mac.input());
    checkLegal(layer, last);

    Window window = arrangement.windowFor(mac.window());
    int blocks = arrangement.blocks(config.cols());
    int chunk = chunk(layer, window);
    boolean contiguous = chunk > 0;
    TapOrder order =
        new TapOrder(
            window.kernelHeight(), window.kernelWidth(), contiguous ? chunk : 1, blocks);
    List<Codebook> codebooks = mac.planes().stream().map(WeightPlane::codebook).toList();
    StepCodes codes = stepCodes(mac, arrangement, order);
    requireOutputFits(mac);

    Descriptor.Builder builder = new Descriptor.Builder(name);
    setWalk(builder, layer, arrangement, window);
    setStart(builder, arrangement, window);
    setTaps(builder, arrangement, order, contiguous ? chunk : window.dilationWidth(), window);

    int lanesLast = arrangement.channels() - (blocks - 1) * config.cols();
    int segmentTaps =
        Math.min(
            (int) SEG_TAPS.max(),
            style.segmentTaps(name, codebooks, codes, input.minCode(), input.maxCode()));
    builder
        .set(LANES_FULL, config.cols())
        .set(LANES_LAST, lanesLast)
        .set(SEG_TAPS, segmentTaps)
        .set(SEG_N, ceilDiv(codes.taps(), segmentTaps))
        .set(STEPS, codes.steps())
        .set(W_WORDS, codes.steps())
        .table(style.table(name, codebooks, codes));

    Shape written = layer.output().shape();
    long rows = rows(builder);
    long tiles = (rows + config.rows() - 1) / config.rows();
    long stride = layer.raw() ? (long) RAW_WORDS * written.pixels() : written.pixels();
    builder
        .set(OB_N, ceilDiv(mac.outChannels(), config.cols()))
        .set(TILE_N, tiles)
        .set(ROWS_LAST, rows - (tiles - 1) * config.rows())
        .set(WINDOW_N, layer.pool().map(pool -> pool.window().kernelArea()).orElse(1))
        .set(OUT_STRIDE, stride)
        .set(IN_SIGNED, input.signed())
        .set(CONTIGUOUS, contiguous)
        .set(OUT_SIGNED, !layer.raw() && layer.output().format().minCode() < 0)
        .set(RAW_OUT, layer.raw())
        .set(SUM_PIXELS, mac.sumPixels())
        .set(HALF_UP, rounding == Rounding.HALF_UP)
        .set(LAST_LAYER, last);
    mac.stage()
        .fold(
            requantize -> builder.set(LO, requantize.lo()).set(HI, requantize.hi()),
            accumulators -> builder);
    mac.skip()
        .ifPresent(
            skip ->
                builder
                    .set(SKIP_EN, true)
                    .set(SKIP_SIGNED, activationFormat(name, skip.source()).signed())
                    .set(SKIP_STRIDE, skip.source().shape().pixels()));
    int accBits =
        SegmentSums.bits(codes, codebooks, input, style.planeSegments(), segmentTaps);
    return new LoweredLayer(layer, arrangement, builder.build(), Optional.of(codes), accBits);
  }

  private LoweredLayer lowerPool(PoolLayer layer, Arrangement arrangement, boolean last) {
    MaxPoolLayer pool = layer.pool();
    FixedFormat format = activationFormat(layer.name(), pool.input());
    Window window = pool.window();
    requireShape(layer.name(), window.outputShape(pool.input().shape(), 1), pool.output().shape());
    if (pool.input().shape().channels() != pool.output().shape().channels()) {
      throw new BadInputException(
          "pool '%s' makes %d channels of %d"
              .formatted(
                  layer.name(), pool.output().shape().channels(), pool.input().shape().channels()));
    }
    Shape map = pool.input().shape();
    Shape output = pool.output().shape();
    Descriptor.Builder builder = new Descriptor.Builder(layer.name());
    builder
        .set(PX_N, window.kernelWidth())
        .set(PY_N, window.kernelHeight())
        .set(WX_N, output.width())
        .set(WY_N, output.height())
        .set(STRIDE, window.kernelWidth() == 1 ? 1 : window.dilationWidth());
    setRowStarts(
        builder,
        new Nest(map.width(), map.pixels())
            .level(window.kernelHeight(), 0, 0, window.dilationHeight())
            .level(output.width(), 0, window.strideWidth(), 0)
            .level(output.height(), 0, 0, window.strideHeight()));
    setStart(builder, arrangement, window);
    Descriptor descriptor =
        builder
            .set(POOL, true)
            .set(OB_ADDR, map.pixels())
            .set(OB_N, arrangement.blocks(config.cols()))
            .set(WINDOW_N, window.kernelArea())
            .set(OUT_STRIDE, output.pixels())
            .set(IN_SIGNED, format.signed())
            .set(OUT_SIGNED, format.signed())
            .set(LAST_LAYER, last)
            .build();
    return new LoweredLayer(layer, arrangement, descriptor, Optional.empty(), 0);
  }

  /**
   * Kernel columns of a phase where the words of a run lie side by side; 0 where a word a row is
   * read instead: for columns that lie apart, and where a run is one pixel and would gain nothing.
   */
  private int chunk(ArrayLayer layer, Window window) {
    int columns = window.kernelWidth();
    int stride = walkStride(layer, window);
    if (window.dilationWidth() > 1 && columns > 1 || runLength(layer) == 1) {
      return 0;
    }
    int chunks = ceilDiv(columns, config.features().taps());
    int chunk = ceilDiv(columns, chunks);
    int least = columns - (chunks - 1) * chunk;
    return stride <= Math.min(least, MAX_CONTIGUOUS_STRIDE) ? chunk : 0;
  }

  /** Columns of the map between neighbouring pixels of a row of the walk. */
  private static int walkStride(ArrayLayer layer, Window window) {
    int between = layer.pool().map(pool -> pool.window().dilationWidth()).orElse(1);
    return runLength(layer) == 1 ? 1 : between * window.strideWidth();
  }

  /** Pixels of a row of the walk. */
  private static int runLength(ArrayLayer layer) {
    return layer.pool().map(pool -> pool.window().kernelWidth()).orElse(walked(layer).width());
  }

  /** Shape of the pixels that a layer without a pool walks. */
  private static Shape walked(ArrayLayer layer) {
    return layer.mac().sumPixels() ? layer.input().shape() : layer.mac().output().shape();
  }

  /** Sets the counters of the walk and how far apart its positions are. */
  private static void setWalk(
      Descriptor.Builder builder, ArrayLayer layer, Arrangement arrangement, Window window) {
    int width = arrangement.width();
    Nest rows = new Nest(width, arrangement.height() * width);
    int strideX = window.strideWidth();
    int strideY = window.strideHeight();
    builder.set(STRIDE, walkStride(layer, window));
    if (layer.pool().isPresent()) {
      Window pool = layer.pool().get().window();
      Shape pooled = layer.output().shape();
      builder
          .set(PX_N, pool.kernelWidth())
          .set(PY_N, pool.kernelHeight())
          .set(WX_N, pooled.width())
          .set(WY_N, pooled.height());
      rows.level(pool.kernelHeight(), 0, 0, pool.dilationHeight() * strideY)
          .level(pooled.width(), 0, pool.strideWidth() * strideX, 0)
          .level(pooled.height(), 0, 0, pool.strideHeight() * strideY);
    } else {
      Shape pixels = walked(layer);
      builder.set(PX_N, pixels.width()).set(PY_N, 1).set(WX_N, 1).set(WY_N, pixels.height());
      rows.level(1, 0, 0, 0).level(1, 0, 0, 0).level(pixels.height(), 0, 0, strideY);
    }
    setRowStarts(builder, rows);
  }

  private static void setRowStarts(Descriptor.Builder builder, Nest rows) {
    DescriptorField[] address = {PY_ADDR, WX_ADDR, WY_ADDR};
    DescriptorField[] dx = {PY_DX, WX_DX, WY_DX};
    DescriptorField[] dy = {PY_DY, WX_DY, WY_DY};
    for (int level = 0; level < address.length; level++) {
      Nest.Delta delta = rows.delta(level);
      builder
          .set(address[level], delta.address())
          .set(dx[level], delta.dx())
          .set(dy[level], delta.dy());
    }
  }

  private static void setStart(Descriptor.Builder builder, Arrangement arrangement, Window window) {
    long start = -(long) window.padTop() * arrangement.width() - window.padLeft();
    builder
        .set(START_ADDR, start)
        .set(START_X, -window.padLeft())
        .set(START_Y, -window.padTop())
        .set(IN_W, arrangement.width())
        .set(IN_H, arrangement.height());
  }

  /** Sets the taps; {@code advance} is the number of map columns from one chunk to the next. */
  private static void setTaps(
      Descriptor.Builder builder,
      Arrangement arrangement,
      TapOrder order,
      int advance,
      Window window) {
    int width = arrangement.width();
    Nest taps =
        new Nest(width, arrangement.height() * width)
            .level(order.blocks(), 1, 0, 0)
            .level(order.chunks(), 0, advance, 0)
            .level(order.kernelHeight(), 0, 0, window.dilationHeight());
    builder
        .set(CB_N, order.blocks())
        .set(KX_N, order.chunks())
        .set(KY_N, order.kernelHeight())
        .set(TAPS_FULL, order.chunk())
        .set(TAPS_LAST, order.lastChunk())
        .set(CB_ADDR, taps.delta(0).address())
        .set(KX_ADDR, taps.delta(1).address())
        .set(KX_DX, taps.delta(1).dx())
        .set(KX_DY, taps.delta(1).dy())
        .set(KY_ADDR, taps.delta(2).address())
        .set(KY_DX, taps.delta(2).dx())
        .set(KY_DY, taps.delta(2).dy());
  }

  private static long rows(Descriptor.Builder builder) {
    Descriptor walk = builder.build();
    return walk.get(PX_N) * walk.get(PY_N) * walk.get(WX_N) * walk.get(WY_N);
  }

  private static void requireOutputFits(MacLayer mac) {
    AccumulatorRange range = AccumulatorRange.of(mac);
    if (!range.fitsInt32()) {
      throw new BadInputException(
          ("layer '%s': its accumulators with bias and skip need %d bits, the output unit has 32;"
                  + " quantize the layer with a smaller weight exponent")
              .formatted(mac.name(), range.valueBits()));
    }
  }

  /** The weight codes in step order, as if the layer had one group: code 0 is weight 0. */
  private StepCodes stepCodes(MacLayer mac, Arrangement arrangement, TapOrder order) {
    List<TapOrder.Tap> taps = order.taps();
    int cols = config.cols();
    int[] tapStarts = new int[taps.size() + 1];
    for (int tap = 0; tap < taps.size(); tap++) {
      tapStarts[tap + 1] = tapStarts[tap] + lanes(arrangement, taps.get(tap).block());
    }
    int steps = tapStarts[taps.size()];
    int blocks = ceilDiv(mac.outChannels(), cols);
    byte[] codes = new byte[mac.planes().size() * blocks * steps * cols];
    for (int plane = 0; plane < mac.planes().size(); plane++) {
      byte[] source = mac.planes().get(plane).codes();
      for (int channel = 0; channel < mac.outChannels(); channel++) {
        int at = ((plane * blocks + channel / cols) * steps) * cols + channel % cols;
        for (TapOrder.Tap tap : taps) {
          int first = tap.block() * cols;
          for (int lane = 0; lane < lanes(arrangement, tap.block()); lane++, at += cols) {
            int input = arrangement.mapChannel(first + lane) - mac.firstChannel(channel);
            if (input >= 0 && input < mac.groupChannels()) {
              int ky = tap.ky() + arrangement.kernelRow(first + lane);
              int kx = tap.kx() + arrangement.kernelColumn(first + lane);
              codes[at] = source[mac.index(channel, input, ky, kx)];
            }
          }
        }
      }
    }
    return new StepCodes(mac.planes().size(), blocks, cols, tapStarts, codes);
  }

  /** Steps of a tap of an input block. */
  private int lanes(Arrangement arrangement, int block) {
    return Math.min(config.cols(), arrangement.channels() - block * config.cols());
  }

  private static void checkLegal(ArrayLayer layer, boolean last) {
    MacLayer mac = layer.mac();
    Shape map = mac.input().shape();
    if (mac.sumPixels()) {
      if (!mac.window().equals(Window.pointwise()) || mac.skip().isPresent()) {
        throw new BadInputException(
            "layer '%s' sums its pixels: it must be 1x1 with stride 1 and without a skip connection"
                .formatted(mac.name()));
      }
      requireShape(mac.name(), new Shape(1, 1, 1), mac.output().shape());
    } else {
      requireShape(mac.name(), mac.window().outputShape(map, 1), mac.output().shape());
    }
    if (layer.raw() && !last) {
      throw new BadInputException(
          "layer '%s' returns accumulators: only the last layer can".formatted(mac.name()));
    }
    mac.skip().ifPresent(skip -> checkSkip(mac, skip));
    if (!layer.raw()) {
      activationFormat(mac.name(), mac.output());
    }
    List<Integer> shifts = mac.stage().fold(OutputStage.Requantize::shift, raw -> List.of());
    for (int shift : shifts) {
      requireShift(mac.name(), "output shift", shift);
    }
  }

  private static void checkSkip(MacLayer mac, Skip skip) {
    activationFormat(mac.name(), skip.source());
    requireShape(mac.name(), mac.output().shape(), skip.source().shape());
    for (int alignment : skip.alignment()) {
      requireShift(mac.name(), "skip alignment", alignment);
    }
  }

  private static void requireShift(String layer, String what, int shift) {
    if (shift < 0 || shift > HardwareLimits.MAX_SHIFT) {
      throw new BadInputException(
          "layer '%s': %s is %d, the output unit shifts by 0..%d; quantize with other fraction bits"
              .formatted(layer, what, shift, HardwareLimits.MAX_SHIFT));
    }
  }

  private static void requireShape(String layer, Shape expected, Shape actual) {
    if (expected.height() != actual.height() || expected.width() != actual.width()) {
      throw new BadInputException(
          "layer '%s' makes a map of %dx%d pixels, but %dx%d are declared"
              .formatted(
                  layer, expected.height(), expected.width(), actual.height(), actual.width()));
    }
  }

  private static FixedFormat activationFormat(String layer, Tensor tensor) {
    return tensor
        .format()
        .fold(
            fixed -> fixed,
            logarithmic -> {
              throw noActivations(layer, tensor, "a logarithmic map");
            },
            accumulators -> {
              throw noActivations(layer, tensor, "32-bit accumulators");
            });
  }

  private static BadInputException noActivations(String layer, Tensor tensor, String contents) {
    return new BadInputException(
        "layer '%s' uses '%s' as activations, but that holds %s"
            .formatted(layer, tensor.name(), contents));
  }

  private static int ceilDiv(int value, int divisor) {
    return (value + divisor - 1) / divisor;
  }
}
