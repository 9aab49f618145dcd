package lutmac.onnx.qdq;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.reader.Depthwise;
import lutmac.onnx.reader.Draft;
import lutmac.onnx.reader.GraphLowering;

/**
 * Makes integer layers of a float network with quantizations in it. Every map that a layer reads is
 * quantized; between a convolution and the quantization of its sums may stand one addition, ReLUs,
 * and max-pools, which commute with the rounding.
 */
final class QdqAssembly {
  private final OnnxModel model;
  private final Preprocessing preprocessing;
  private final Map<String, State> states = new HashMap<>();
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private Tensor input;
  private Draft.Quantize inputQuantize;

  /** What is known of a map while the graph is walked. */
  private sealed interface State {
    /** The network's input before its quantization. */
    record Raw() implements State {}

    /** A feature map of the quantized network. */
    record Stored(Tensor tensor) implements State {}

    /** The mean of a feature map's pixels, whose number is a power of two. */
    record Mean(Tensor tensor) implements State {}

    /** Sums that wait for their quantization. */
    record Sum(Linear linear, Optional<Tensor> skip, double lo, double hi, List<Pool> pools)
        implements State {
      boolean bare() {
        return skip.isEmpty() && unclamped() && pools.isEmpty();
      }

      boolean unclamped() {
        return lo == Double.NEGATIVE_INFINITY && hi == Double.POSITIVE_INFINITY;
      }
    }

    /** Maps side by side that wait for a common format. */
    record Joined(List<State> parts) implements State {}

    /** A node that was refused made it. */
    record Refused() implements State {}
  }

  /** A max-pool and the shape that it makes. */
  private record Pool(String name, Window window, Shape shape) {}

  /**
   * A convolution with real weights.
   *
   * @param inputFrac fraction bits of what it sums: the input's, and with {@code sumPixels} those
   *     of the pixel count too
   * @param copies whether it is only there to copy channels
   */
  private record Linear(
      String name,
      Tensor input,
      int inputFrac,
      FloatOp.Conv conv,
      boolean sumPixels,
      boolean copies,
      Shape shape) {}

  /** Layers are made where their sums are quantized; it is their own node that is to blame. */
  private static final class RefusedLayer extends RuntimeException {
    RefusedLayer(String node, Refusal reason) {
      super("'%s': %s".formatted(node, reason.getMessage()), reason);
    }
  }

  private static final class RefusedState extends RuntimeException {
    RefusedState() {
      super(null, null, false, false);
    }
  }

  private QdqAssembly(OnnxModel model, Preprocessing preprocessing) {
    this.model = model;
    this.preprocessing = preprocessing;
    names.add(model.inputName());
  }

  static QuantizedNetwork assemble(
      OnnxModel model, GraphLowering.Result graph, Preprocessing preprocessing) {
    return new QdqAssembly(model, preprocessing).network(graph);
  }

  private QuantizedNetwork network(GraphLowering.Result graph) {
    graph.drafts().forEach(draft -> names.add(draft.output()));
    states.put(model.inputName(), new State.Raw());
    List<String> refused = new ArrayList<>();
    for (Draft draft : graph.drafts()) {
      State made;
      try {
        made = state(draft);
      } catch (RefusedState e) {
        made = new State.Refused();
      } catch (RefusedLayer e) {
        refused.add(e.getMessage());
        made = new State.Refused();
      } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
        refused.add("'%s': %s".formatted(draft.name(), e.getMessage()));
        made = new State.Refused();
      }
      states.put(draft.output(), made);
    }
    if (refused.isEmpty()) {
      try {
        finish(graph.output());
      } catch (RefusedLayer e) {
        refused.add(e.getMessage());
      } catch (Refusal e) {
        refused.add("'%s': %s".formatted(graph.output(), e.getMessage()));
      }
    }
    if (!refused.isEmpty()) {
      throw new BadInputException(
          "%s: not supported: node %s".formatted(model.file(), String.join("; ", refused)));
    }
    requireFitting();
    return new QuantizedNetwork(
        model.name(),
        new InputEncoding(input, preprocessing, inputQuantize.given()),
        CopyFusion.fuse(layers, model.outputName()),
        Rounding.HALF_EVEN,
        Map.of("source", String.valueOf(model.file().getFileName())));
  }

  /** Preprocessing that the file cannot have is refused here, not at the first image. */
  private void requireFitting() {
    int channels = input.shape().channels();
    for (List<Double> values : List.of(preprocessing.mean(), preprocessing.std())) {
      if (values.size() != 1 && values.size() != channels) {
        throw new BadInputException(
            "%s: its input has %d channels, but mean or std %d values; give one value or one per channel"
                .formatted(model.file(), channels, values.size()));
      }
    }
    Preprocessing pixels = Preprocessing.none();
    if (inputQuantize.given()
        && (!preprocessing.mean().equals(pixels.mean())
            || !preprocessing.std().equals(pixels.std()))) {
      throw new BadInputException(
          "%s: its input '%s' takes pixels as they are (integers); leave out mean and std"
              .formatted(model.file(), input.name()));
    }
  }

  private void finish(String output) {
    State state = states.get(output);
    if (state instanceof State.Mean mean) {
      state = copy(output + "/copy", mean);
    }
    if (state instanceof State.Sum sum) {
      if (!sum.unclamped() || !sum.pools().isEmpty()) {
        throw new Refusal(
            "the network's result is neither quantized nor the sums of a linear layer; put QuantizeLinear and DequantizeLinear behind it");
      }
      layers.add(mac(sum, Optional.empty(), output));
    } else {
      stored(state, output);
    }
    if (layers.isEmpty()) {
      throw new Refusal("the network has no layer; its result is its input");
    }
  }

  private State state(Draft draft) {
    if (draft.action() instanceof Draft.Quantize quantize) {
      return new State.Stored(quantized(state(draft, 0), quantize, draft.name(), draft.output()));
    }
    FloatOp op = draft.op();
    if (op instanceof FloatOp.Conv conv) {
      return convolution(draft, conv);
    }
    if (op instanceof FloatOp.Relu relu) {
      return clamped(draft.name(), state(draft, 0), relu.ceiling());
    }
    if (op instanceof FloatOp.MaxPool pool) {
      return pooled(draft, pool);
    }
    if (op instanceof FloatOp.GlobalAveragePool) {
      return mean(stored(draft, 0));
    }
    if (op instanceof FloatOp.Add) {
      return added(draft);
    }
    if (op instanceof FloatOp.Concat) {
      List<State> parts = new ArrayList<>();
      for (int i = 0; i < draft.inputs().size(); i++) {
        parts.add(state(draft, i));
      }
      return new State.Joined(parts);
    }
    throw new IllegalStateException("unknown operator " + op);
  }

  private State state(Draft draft, int i) {
    State state = states.get(draft.inputs().get(i));
    if (state instanceof State.Refused) {
      throw new RefusedState();
    }
    return state;
  }

  // ---- operators

  private State convolution(Draft draft, FloatOp.Conv conv) {
    if (state(draft, 0) instanceof State.Mean mean && conv.window().equals(Window.pointwise())) {
      int pixels = mean.tensor().shape().pixels();
      return sum(
          new Linear(
              draft.name(),
              mean.tensor(),
              mean.tensor().format().frac(0) + Integer.numberOfTrailingZeros(pixels),
              conv,
              true,
              false,
              draft.shape()));
    }
    Tensor from = stored(draft, 0);
    return sum(
        new Linear(draft.name(), from, from.format().frac(0), conv, false, false, draft.shape()));
  }

  private static State.Sum sum(Linear linear) {
    return new State.Sum(
        linear, Optional.empty(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, List.of());
  }

  /** Sums that are the channels of a map. */
  private static State.Sum copy(String name, Tensor from) {
    return sum(
        new Linear(
            name, from, from.format().frac(0), ones(from.shape()), false, true, from.shape()));
  }

  /** Sums that are the pixels' means. */
  private static State.Sum copy(String name, State.Mean mean) {
    Shape shape = mean.tensor().shape();
    int frac = mean.tensor().format().frac(0) + Integer.numberOfTrailingZeros(shape.pixels());
    return sum(
        new Linear(
            name, mean.tensor(), frac, ones(shape), true, true, new Shape(shape.channels(), 1, 1)));
  }

  private static FloatOp.Conv ones(Shape shape) {
    return Depthwise.convolution(shape.channels(), Window.pointwise(), 1f);
  }

  private static State mean(Tensor tensor) {
    int pixels = tensor.shape().pixels();
    if (Integer.bitCount(pixels) != 1) {
      throw new Refusal(
          "the mean of %d pixels is no integer times a power of two; pool a map whose pixel count is a power of two, or use a sum"
              .formatted(pixels));
    }
    return new State.Mean(tensor);
  }

  private static State clamped(String name, State state, double ceiling) {
    if (state instanceof State.Joined joined) {
      return new State.Joined(
          joined.parts().stream().map(part -> clamped(name, part, ceiling)).toList());
    }
    State.Sum sum =
        state instanceof State.Sum s
            ? s
            : state instanceof State.Mean mean ? copy(name, mean) : copy(name, tensor(state));
    return new State.Sum(
        sum.linear(),
        sum.skip(),
        Math.min(ceiling, Math.max(0, sum.lo())),
        Math.min(ceiling, Math.max(0, sum.hi())),
        sum.pools());
  }

  private State pooled(Draft draft, FloatOp.MaxPool pool) {
    if (state(draft, 0) instanceof State.Sum sum) {
      List<Pool> pools = new ArrayList<>(sum.pools());
      pools.add(new Pool(draft.name(), pool.window(), draft.shape()));
      return new State.Sum(sum.linear(), sum.skip(), sum.lo(), sum.hi(), pools);
    }
    Tensor from = stored(draft, 0);
    Tensor to = Tensor.zeroPadded(draft.output(), draft.shape(), from.format());
    layers.add(new MaxPoolLayer(draft.name(), from, to, pool.window()));
    return new State.Stored(to);
  }

  private State added(Draft draft) {
    for (int i = 0; i < 2; i++) {
      if (state(draft, i) instanceof State.Sum sum) {
        if (!sum.bare() || state(draft, 1 - i) instanceof State.Sum) {
          throw new Refusal(
              "it adds sums that are not quantized to another map; put QuantizeLinear and DequantizeLinear before all but one of its inputs");
        }
        Tensor other = stored(draft, 1 - i);
        return new State.Sum(sum.linear(), Optional.of(other), sum.lo(), sum.hi(), List.of());
      }
    }
    Tensor first = stored(draft, 0);
    Tensor second = stored(draft, 1);
    boolean swap = first.format().frac(0) < second.format().frac(0);
    State.Sum fine = copy(draft.name(), swap ? second : first);
    return new State.Sum(
        fine.linear(), Optional.of(swap ? first : second), fine.lo(), fine.hi(), List.of());
  }

  // ---- maps

  /** Input {@code i} as a feature map that a layer can read. */
  private Tensor stored(Draft draft, int i) {
    String name = draft.inputs().get(i);
    Tensor tensor = stored(state(draft, i), name);
    states.put(name, new State.Stored(tensor));
    return tensor;
  }

  private Tensor stored(State state, String name) {
    if (state instanceof State.Joined joined) {
      return joined(joined, name);
    }
    return tensor(state);
  }

  private static Tensor tensor(State state) {
    if (state instanceof State.Stored stored) {
      return stored.tensor();
    }
    throw new Refusal(
        "its input is not quantized; put QuantizeLinear and DequantizeLinear before it");
  }

  /** Joins maps of one scale in the smallest format that holds them all. */
  private Tensor joined(State.Joined joined, String name) {
    List<Tensor> parts = new ArrayList<>();
    for (State part : joined.parts()) {
      parts.add(stored(part, fresh(name + ".part")));
    }
    int frac = parts.get(0).format().frac(0);
    int lo = 0;
    int hi = 0;
    for (Tensor part : parts) {
      if (part.format().frac(0) != frac) {
        throw new Refusal(
            "it reads '%s', joined from maps of the scales 2^%d and 2^%d; quantize them with one scale, or the joined map"
                .formatted(name, -frac, -part.format().frac(0)));
      }
      lo = (int) Math.min(lo, part.format().minCode());
      hi = (int) Math.max(hi, part.format().maxCode());
    }
    return joined(joined, new Draft.Quantize(frac, lo, hi, false), name);
  }

  private Tensor joined(State.Joined joined, Draft.Quantize quantize, String name) {
    List<Tensor> parts = new ArrayList<>();
    int channels = 0;
    for (State part : joined.parts()) {
      String partName = fresh(name + ".part");
      Tensor tensor = quantized(part, quantize, partName, partName);
      if (!tensor.format().equals(quantize.format())) {
        tensor = emit(copy(partName, tensor), quantize, fresh(partName + ".wide"));
      }
      parts.add(tensor);
      channels += tensor.shape().channels();
    }
    Shape shape = parts.get(0).shape();
    Shape whole = new Shape(channels, shape.height(), shape.width());
    Tensor made = Tensor.zeroPadded(fresh(name + ".joined"), whole, quantize.format());
    layers.add(new ConcatLayer(made.name(), parts, made));
    return made;
  }

  private Tensor quantized(State state, Draft.Quantize quantize, String node, String name) {
    if (state instanceof State.Raw) {
      return quantizedInput(quantize, node, name);
    }
    if (state instanceof State.Joined joined) {
      return joined(joined, quantize, name);
    }
    if (state instanceof State.Sum sum) {
      return emit(sum, quantize, name);
    }
    if (state instanceof State.Mean mean) {
      return emit(copy(node, mean), quantize, name);
    }
    Tensor from = tensor(state);
    boolean same =
        from.format().frac(0) == quantize.frac()
            && from.format().minCode() >= quantize.lo()
            && from.format().maxCode() <= quantize.hi();
    return same ? from : emit(copy(node, from), quantize, name);
  }

  private Tensor quantizedInput(Draft.Quantize quantize, String node, String name) {
    if (inputQuantize != null && !quantize.equals(inputQuantize)) {
      throw new Refusal("it quantizes the network's input in a second way; keep one");
    }
    inputQuantize = quantize;
    FixedFormat format =
        quantize.given()
            ? new FixedFormat(8, quantize.frac(), model.inputType() == DataType.INT8)
            : quantize.format();
    input = Tensor.zeroPadded(model.inputName(), model.inputShape(), format);
    boolean whole = format.minCode() == quantize.lo() && format.maxCode() == quantize.hi();
    return whole ? input : emit(copy(node, input), quantize, name);
  }

  private String fresh(String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  // ---- layers

  private Tensor emit(State.Sum sum, Draft.Quantize quantize, String name) {
    String first = sum.pools().isEmpty() ? name : fresh(name + ".unpooled");
    MacLayer layer = mac(sum, Optional.of(quantize), first);
    layers.add(layer);
    Tensor made = layer.output();
    for (int i = 0; i < sum.pools().size(); i++) {
      Pool pool = sum.pools().get(i);
      boolean last = i == sum.pools().size() - 1;
      Tensor to =
          Tensor.zeroPadded(last ? name : fresh(name + ".unpooled"), pool.shape(), made.format());
      layers.add(new MaxPoolLayer(pool.name(), made, to, pool.window()));
      made = to;
    }
    return made;
  }

  /** The layer of some sums; without a quantization it returns them. */
  private static MacLayer mac(State.Sum sum, Optional<Draft.Quantize> quantize, String name) {
    try {
      return layer(sum, quantize, name);
    } catch (Refusal e) {
      throw new RefusedLayer(sum.linear().name(), e);
    }
  }

  private static MacLayer layer(State.Sum sum, Optional<Draft.Quantize> quantize, String name) {
    Linear linear = sum.linear();
    FloatOp.Conv conv = linear.conv();
    List<IntegerGrid.Other> others = new ArrayList<>();
    quantize.ifPresent(q -> others.add(new IntegerGrid.Other("its output", q.frac())));
    sum.skip()
        .ifPresent(
            skip ->
                others.add(
                    new IntegerGrid.Other(
                        "the map '%s' added to it".formatted(skip.name()), skip.format().frac(0))));
    IntegerGrid grid =
        IntegerGrid.of(new IntegerGrid.Sums(rows(conv), conv.bias(), linear.inputFrac(), others));
    List<Integer> fracs = Arrays.stream(grid.fracs()).boxed().toList();
    Optional<Skip> skip =
        sum.skip()
            .map(
                source ->
                    new Skip(
                        source, fracs.stream().map(f -> f - source.format().frac(0)).toList()));
    TensorFormat format =
        quantize.isPresent() ? quantize.get().format() : new AccumulatorFormat(fracs);
    OutputStage stage = new OutputStage.Accumulators();
    if (quantize.isPresent()) {
      Draft.Quantize q = quantize.get();
      stage =
          new OutputStage.Requantize(
              fracs.stream().map(f -> f - q.frac()).toList(),
              q.encode(sum.lo()),
              q.encode(sum.hi()));
    }
    MacLayer layer =
        new MacLayer(
            linear.name(),
            linear.input(),
            Tensor.zeroPadded(name, linear.shape(), format),
            skip,
            conv.window(),
            conv.groups(),
            linear.sumPixels(),
            grid.planes(),
            grid.bias(),
            stage);
    if (!AccumulatorRange.of(layer).fitsInt32()) {
      throw new Refusal("its sums can exceed 32 bits; quantize it with fewer bits");
    }
    return layer;
  }

  private static float[][] rows(FloatOp.Conv conv) {
    int taps = conv.weights().length / conv.outChannels();
    float[][] rows = new float[conv.outChannels()][];
    Arrays.setAll(rows, o -> Arrays.copyOfRange(conv.weights(), o * taps, (o + 1) * taps));
    return rows;
  }
}
