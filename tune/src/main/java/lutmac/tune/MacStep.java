package lutmac.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.quant.codebook.LevelCandidates;

/**
 * A linear layer in training. Forward it computes what the hardware computes, in floats that hold
 * integers (exactly up to 2^24): weights are the table levels nearest to the shadow weights, table
 * levels the allowed integers nearest to the shadow levels. Backward every rounding counts as the
 * identity (straight-through); a clamp stops the gradient where it acts.
 *
 * <p>Everything is in integer units: maps in {@code D(code)}, weights in table levels, biases in
 * accumulators. So the real scales, all powers of two, only appear as shifts.
 */
final class MacStep implements Step {
  /** Adding and subtracting it rounds a float of less than 2^22 to an integer, ties to even. */
  private static final float ROUNDER = 0x1.8p23f;

  /** Makes any distance of a float from an integer clamp at least 1. */
  private static final float FAR = 0x1p100f;

  /** Weights that one task rounds. */
  private static final int BLOCK = 1 << 14;

  private static final int MOST_SHIFT = 31;

  private final MacLayer layer;
  private final Rounding rounding;
  private final Arithmetic arithmetic;
  private final Wiring wiring;
  private final boolean finiteCeiling;
  private final Convolution convolution;
  private final int pixels;

  private final Optional<Parameter> weights;
  private final Optional<Parameter> table;
  private final Optional<Parameter> bias;
  private final int[] candidates;

  /** Ranks of the start weights among the start levels. */
  private final int[] startRanks;

  private final int[] ranks;
  private final float[] effective;
  private final double[] biases;
  private List<Codebook> tables;
  private WeightLevels levels;
  private Stage stage;

  /**
   * How a layer is connected.
   *
   * @param input index of the map that it reads
   * @param output index of the map that it makes
   * @param skip index of the map that it adds
   * @param firstSlot its weights' gradient; the bias' is the next
   * @param scaleSlot the gradients of all maps' exponents
   * @param readsNetworkInput there is no need for the gradient of its input
   */
  record Wiring(
      int input,
      int output,
      Optional<Integer> skip,
      int firstSlot,
      int scaleSlot,
      boolean readsNetworkInput) {}

  /** The output stage for one choice of formats. */
  private record Stage(
      TensorFormat format, int[] shifts, int[] alignments, long lo, long hi, boolean legal) {}

  /**
   * @param trained whether the layer has parameters: its bias at least
   * @param learnWeights whether weights are parameters, too: their gradient takes a third of a pass
   * @param learnTable whether, with the weights, the levels of a single table are
   * @param finiteCeiling whether the layer's own ReLU clamps from above, as ReLU6 does
   * @param target real-valued weights {@code [O][taps]} in units of levels
   */
  MacStep(
      MacLayer layer,
      Rounding rounding,
      Arithmetic arithmetic,
      Wiring wiring,
      boolean trained,
      boolean learnWeights,
      boolean learnTable,
      boolean finiteCeiling,
      Optional<double[][]> target) {
    this.layer = layer;
    this.rounding = rounding;
    this.arithmetic = arithmetic;
    this.wiring = wiring;
    this.finiteCeiling = finiteCeiling;
    Shape from = layer.input().shape();
    Shape to = layer.output().shape();
    pixels = to.pixels();
    float[] padding = new float[from.channels()];
    for (int c = 0; c < padding.length; c++) {
      padding[c] = layer.input().padCodes().get(c);
    }
    convolution =
        Convolution.of(
            layer.sumPixels() ? new Shape(from.channels(), 1, 1) : from,
            to,
            layer.window(),
            layer.groups(),
            padding);
    tables = layer.planes().stream().map(WeightPlane::codebook).toList();
    levels = new WeightLevels(tables);
    int digits = tables.get(0).levels().stream().mapToInt(SignedDigits::count).max().orElse(1);
    candidates = LevelCandidates.withDigits(Math.max(1, digits));
    int count = layer.weightCount();
    ranks = new int[count];
    startRanks = new int[count];
    effective = new float[count];
    for (int i = 0; i < count; i++) {
      effective[i] = layer.weight(i);
      ranks[i] = levels.nearestRank(effective[i]);
      startRanks[i] = ranks[i];
    }
    biases = IntStream.of(layer.bias()).asDoubleStream().toArray();
    weights = trained && learnWeights ? Optional.of(shadowWeights(target)) : Optional.empty();
    table =
        weights.isPresent() && learnTable && tables.size() == 1
            ? Optional.of(shadowLevels())
            : Optional.empty();
    bias = trained ? Optional.of(biasMoves()) : Optional.empty();
    stage = stage(0, 0, 0);
  }

  private Parameter shadowWeights(Optional<double[][]> target) {
    float[] values = effective.clone();
    int taps = layer.taps();
    if (target.isPresent()) {
      for (int i = 0; i < values.length; i++) {
        float wanted = (float) target.get()[i / taps][i % taps];
        values[i] = levels.nearestOfLevel(wanted, effective[i]);
      }
    }
    return new Parameter(Parameter.Kind.WEIGHT, values, weightUnit());
  }

  /**
   * A gap between levels; of weights so fine that gaps do not matter, what it is with 4-bit tables:
   * about a quarter of the weights' root mean square.
   */
  private float weightUnit() {
    double squares = 0;
    for (float weight : effective) {
      squares += (double) weight * weight;
    }
    return Math.max(levels.gap(), (float) Math.sqrt(squares / effective.length) / 4);
  }

  private Parameter shadowLevels() {
    float[] values = new float[tables.get(0).levels().size()];
    for (int code = 0; code < values.length; code++) {
      values[code] = tables.get(0).level(code);
    }
    return new Parameter(Parameter.Kind.LEVEL, values, levels.gap());
  }

  /**
   * Distances from the start biases, which as floats would lose bits. Their unit is 1/255 of the
   * output's range (of 8-bit codes one step), of a result in accumulators 1/16.
   */
  private Parameter biasMoves() {
    float[] units = new float[layer.outChannels()];
    for (int o = 0; o < units.length; o++) {
      units[o] =
          layer.stage() instanceof OutputStage.Requantize requantize
              ? Math.scalb((requantize.hi() - requantize.lo()) / 255f, requantize.shift().get(o))
              : Math.scalb(1f, layer.output().format().frac(o) - 4);
    }
    return new Parameter(Parameter.Kind.BIAS, new float[units.length], units);
  }

  MacLayer layer() {
    return layer;
  }

  Wiring wiring() {
    return wiring;
  }

  /** Sizes of the layer's gradient slots: weights, biases. */
  List<Integer> slotSizes() {
    return List.of(
        weights.isPresent() ? layer.weightCount() : 0, bias.isPresent() ? layer.outChannels() : 0);
  }

  /** What the layer has to learn. */
  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    weights.ifPresent(all::add);
    table.ifPresent(all::add);
    bias.ifPresent(all::add);
    return all;
  }

  /** The gradients of {@link #parameters()}. */
  List<float[]> gradients(GradientSums sums) {
    List<float[]> all = new ArrayList<>();
    float[] byWeight = sums.slot(wiring.firstSlot());
    weights.ifPresent(p -> all.add(byWeight));
    table.ifPresent(p -> all.add(byLevel(byWeight, p.size())));
    bias.ifPresent(p -> all.add(sums.slot(wiring.firstSlot() + 1)));
    return all;
  }

  /** A level's gradient is the sum of those of the weights that have its code; level 0 stays. */
  private float[] byLevel(float[] byWeight, int size) {
    double[] sums = new double[size];
    for (int i = 0; i < byWeight.length; i++) {
      sums[levels.code(ranks[i], 0)] += byWeight[i];
    }
    float[] result = new float[size];
    for (int code = 1; code < size; code++) {
      result[code] = (float) sums[code];
    }
    return result;
  }

  /** Whether the layer's shifts stay legal if formats gain so many fraction bits. */
  boolean allows(int inputMove, int outputMove, int skipMove) {
    return stage(inputMove, outputMove, skipMove).legal();
  }

  /** Takes over the parameters' values: tables, codes and biases as the hardware will have them. */
  void refresh(int inputMove, int outputMove, int skipMove) {
    stage = stage(inputMove, outputMove, skipMove);
    table.ifPresent(
        p -> {
          List<Integer> rounded = new ArrayList<>();
          for (float level : p.values()) {
            rounded.add(nearestCandidate(level));
          }
          tables = List.of(new Codebook(rounded));
          if (arithmetic == Arithmetic.EXACT) {
            levels = new WeightLevels(tables);
          }
        });
    weights.ifPresent(p -> roundWeights(p.values()));
    bias.ifPresent(
        p -> {
          for (int o = 0; o < biases.length; o++) {
            biases[o] = layer.bias()[o] + (double) p.values()[o];
          }
        });
    for (int o = 0; o < biases.length; o++) {
      double start = bias.isPresent() ? biases[o] : layer.bias()[o];
      double moved = Math.scalb(start, inputMove);
      biases[o] = arithmetic == Arithmetic.EXACT ? Math.rint(moved) : moved;
    }
  }

  private int nearestCandidate(float level) {
    int best = 0;
    for (int candidate : candidates) {
      if (Math.abs(candidate - level) < Math.abs(best - level)) {
        best = candidate;
      }
    }
    return best;
  }

  private void roundWeights(float[] shadow) {
    float lowest = levels.lowest();
    float highest = levels.highest();
    IntStream.range(0, (shadow.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int end = Math.min(shadow.length, (block + 1) * BLOCK);
              for (int i = block * BLOCK; i < end; i++) {
                if (arithmetic == Arithmetic.EXACT) {
                  // A weight that no level follows any further would take long to come back.
                  shadow[i] = Math.max(lowest, Math.min(highest, shadow[i]));
                  ranks[i] = levels.nearestRank(shadow[i]);
                  effective[i] = levels.level(ranks[i]);
                } else {
                  effective[i] = shadow[i] + levelMove(levels.code(startRanks[i], 0));
                }
              }
            });
  }

  private float levelMove(int code) {
    return table.isPresent()
        ? table.get().values()[code] - layer.planes().get(0).codebook().level(code)
        : 0;
  }

  private Stage stage(int inputMove, int outputMove, int skipMove) {
    int channels = layer.outChannels();
    int[] alignments = new int[channels];
    boolean legal = true;
    if (layer.skip().isPresent()) {
      Skip skip = layer.skip().get();
      for (int o = 0; o < channels; o++) {
        alignments[o] = skip.alignment().get(o) + inputMove - skipMove;
        legal &= alignments[o] >= 0 && alignments[o] <= MOST_SHIFT;
      }
    }
    TensorFormat start = layer.output().format();
    if (!(layer.stage() instanceof OutputStage.Requantize requantize)) {
      TensorFormat format =
          start instanceof AccumulatorFormat raw
              ? new AccumulatorFormat(raw.fracs().stream().map(f -> f + inputMove).toList())
              : start;
      return new Stage(
          format, new int[channels], alignments, Long.MIN_VALUE, Long.MAX_VALUE, legal);
    }
    int[] shifts = new int[channels];
    for (int o = 0; o < channels; o++) {
      shifts[o] = requantize.shift().get(o) + inputMove - outputMove;
      legal &= shifts[o] >= 0 && shifts[o] <= MOST_SHIFT;
    }
    TensorFormat format = moved(start, outputMove);
    long lo = requantize.lo();
    long hi = requantize.hi();
    if (outputMove != 0) {
      lo = lo == start.minCode() ? lo : Math.round(Math.scalb((double) lo, outputMove));
      boolean clampsFormat = hi == start.maxCode();
      // Where the format ends before the ReLU does, the ReLU's end is not known any more.
      legal &= !(clampsFormat && finiteCeiling && outputMove < 0);
      hi =
          clampsFormat
              ? format.maxCode()
              : Math.min(format.maxCode(), Math.round(Math.scalb((double) hi, outputMove)));
      legal &= lo >= format.minCode() && lo < hi;
    }
    return new Stage(format, shifts, alignments, lo, hi, legal);
  }

  /** A format with more fraction bits. */
  static TensorFormat moved(TensorFormat format, int move) {
    if (format instanceof FixedFormat fixed) {
      return new FixedFormat(fixed.bits(), fixed.frac() + move, fixed.signed());
    }
    if (format instanceof LogFormat log) {
      return log.withFrac(log.frac() + move);
    }
    throw new IllegalArgumentException(format + " has no scale of its own");
  }

  // ---- forward and backward

  @Override
  public void forward(Pass pass) {
    float[] in = pass.map(wiring.input());
    float[] read = layer.sumPixels() ? PixelSums.of(in, layer.input().shape().pixels()) : in;
    int images = pass.images();
    int size = images * layer.output().shape().size();
    float[] sums = pass.newUnrounded(wiring.output(), size);
    convolution.forward(effective, read, images, sums);
    float[] out = pass.newMap(wiring.output(), size);
    int perChannel = images * pixels;
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * perChannel;
      int end = start + perChannel;
      if (wiring.skip().isPresent()) {
        float[] skip = pass.map(wiring.skip().get());
        float scale = Math.scalb(1f, stage.alignments()[o]);
        for (int i = start; i < end; i++) {
          sums[i] += skip[i] * scale;
        }
      }
      float added = (float) biases[o];
      float step = Math.scalb(1f, -stage.shifts()[o]);
      for (int i = start; i < end; i++) {
        sums[i] = (sums[i] + added) * step;
      }
      if (layer.stage() instanceof OutputStage.Requantize) {
        round(sums, out, start, end);
      } else {
        System.arraycopy(sums, start, out, start, perChannel);
      }
    }
  }

  /**
   * {@code clamp(round(u), lo, hi)}; rounding last gives the same, as lo and hi are integers.
   * Written so that the virtual machine vectorizes the loops: no branches, one type.
   */
  private void round(float[] unrounded, float[] out, int start, int end) {
    float lo = stage.lo();
    float hi = stage.hi();
    for (int i = start; i < end; i++) {
      out[i] = Math.min(hi, Math.max(lo, unrounded[i]));
    }
    if (arithmetic == Arithmetic.STRAIGHT_THROUGH) {
      return;
    }
    if (rounding == Rounding.HALF_EVEN) {
      for (int i = start; i < end; i++) {
        out[i] = out[i] + ROUNDER - ROUNDER;
      }
    } else {
      for (int i = start; i < end; i++) {
        float even = out[i] + ROUNDER - ROUNDER;
        out[i] = out[i] - even == 0.5f ? even + 1 : even;
      }
    }
    if (stage.format() instanceof LogFormat log) {
      snap(log, out, start, end);
    }
  }

  private static void snap(LogFormat log, float[] out, int start, int end) {
    int[] values = log.values();
    int[] thresholds = log.thresholds();
    for (int i = start; i < end; i++) {
      int code = 0;
      for (int half = values.length / 2; half > 0; half /= 2) {
        code += out[i] >= thresholds[code + half] ? half : 0;
      }
      out[i] = values[code];
    }
  }

  @Override
  public void backward(Pass pass, GradientSums sums) {
    float[] gradient = pass.gradient(wiring.output());
    int perChannel = pass.images() * pixels;
    if (layer.stage() instanceof OutputStage.Requantize) {
      sums.slot(wiring.scaleSlot())[wiring.output()] += scaleGradient(pass);
      throughStage(gradient, pass.unrounded(wiring.output()), perChannel);
    }
    if (wiring.skip().isPresent()) {
      float[] skip = pass.gradient(wiring.skip().get());
      for (int o = 0; o < layer.outChannels(); o++) {
        float scale = Math.scalb(1f, stage.alignments()[o]);
        for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
          skip[i] += gradient[i] * scale;
        }
      }
    }
    if (weights.isPresent()) {
      float[] in = pass.map(wiring.input());
      float[] read = layer.sumPixels() ? PixelSums.of(in, layer.input().shape().pixels()) : in;
      convolution.addWeightGradient(read, gradient, pass.images(), sums.slot(wiring.firstSlot()));
    }
    if (bias.isPresent()) {
      float[] byBias = sums.slot(wiring.firstSlot() + 1);
      for (int o = 0; o < byBias.length; o++) {
        double sum = 0;
        for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
          sum += gradient[i];
        }
        byBias[o] += (float) sum;
      }
    }
    if (!wiring.readsNetworkInput()) {
      float[] in = pass.gradient(wiring.input());
      if (layer.sumPixels()) {
        float[] bySum = new float[pass.images() * layer.inChannels()];
        convolution.addInputGradient(effective, gradient, pass.images(), bySum);
        PixelSums.addGradient(bySum, layer.input().shape().pixels(), in);
      } else {
        convolution.addInputGradient(effective, gradient, pass.images(), in);
      }
    }
  }

  /** From the map's gradient to that of the sums: zero where the clamp acts. */
  private void throughStage(float[] gradient, float[] unrounded, int perChannel) {
    float lo = stage.lo();
    float hi = stage.hi();
    for (int o = 0; o < layer.outChannels(); o++) {
      float step = Math.scalb(1f, -stage.shifts()[o]);
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        float u = unrounded[i];
        float clamped = Math.abs(u - Math.min(hi, Math.max(lo, u)));
        // 1 inside, 0 where clamped: a comparison would not be vectorized.
        gradient[i] *= step * (1 - Math.min(1, clamped * FAR));
      }
    }
  }

  /**
   * Derivative by the base-two exponent of the output's step (TQT, Jain 2019): {@code ln 2 * sum
   * gradient * (y - u)} of values inside, {@code gradient * y} of those that the format clamps.
   * Those that a ReLU clamps do not depend on the step.
   */
  private float scaleGradient(Pass pass) {
    float[] gradient = pass.gradient(wiring.output());
    float[] unrounded = pass.unrounded(wiring.output());
    float[] rounded = pass.map(wiring.output());
    float lo = stage.lo();
    float hi = stage.hi();
    float low = stage.lo() == stage.format().minCode() ? 1 : 0;
    float high = stage.hi() == stage.format().maxCode() ? 1 : 0;
    int size = pass.images() * layer.output().shape().size();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      float u = unrounded[i];
      float moved = u < lo ? low * lo : u > hi ? high * hi : rounded[i] - u;
      sum += gradient[i] * moved;
    }
    return (float) (sum * Math.log(2));
  }

  // ---- result

  /** Real value of one integer step of an output channel, {@code 2^-frac}. */
  double outputStep(int channel) {
    return Math.scalb(1.0, -stage.format().frac(channel));
  }

  /**
   * The layer as it is now.
   *
   * @param input the map that it reads, in its new format
   * @param skip the map that it adds, likewise
   */
  MacLayer export(Tensor input, Optional<Tensor> skip) {
    Tensor output =
        new Tensor(
            layer.output().name(),
            layer.output().shape(),
            stage.format(),
            layer.output().padCodes());
    List<WeightPlane> planes = new ArrayList<>();
    for (int plane = 0; plane < tables.size(); plane++) {
      byte[] codes = layer.planes().get(plane).codes().clone();
      if (weights.isPresent()) {
        for (int i = 0; i < codes.length; i++) {
          codes[i] = levels.code(ranks[i], plane);
        }
      }
      planes.add(new WeightPlane(tables.get(plane), codes));
    }
    int[] bias = new int[layer.outChannels()];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, biases[o]));
    }
    OutputStage exported =
        layer.stage() instanceof OutputStage.Requantize
            ? new OutputStage.Requantize(
                Arrays.stream(stage.shifts()).boxed().toList(), (int) stage.lo(), (int) stage.hi())
            : layer.stage();
    return new MacLayer(
        layer.name(),
        input,
        output,
        skip.map(map -> new Skip(map, Arrays.stream(stage.alignments()).boxed().toList())),
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        planes,
        bias,
        exported);
  }
}
