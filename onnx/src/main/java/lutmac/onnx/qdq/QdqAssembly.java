package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.reader.GraphImport;
import lutmac.onnx.reader.ImportedGraph;
import lutmac.onnx.reader.ImportedNode;

/**
 * Makes a quantized network of a float network with quantizations in it. Every feature map that a
 * layer reads is quantized; between a convolution and the quantization of its sums may stand one
 * addition, ReLUs, and max-pools, which commute with the rounding.
 */
final class QdqAssembly {
  /** Maps that are joined in one. */
  private static final int MOST_PARTS = 4096;

  private final OnnxModel model;
  private final Preprocessing preprocessing;
  private final QdqLayers assembly;

  /** By feature map; those that depend on a refused node are absent. */
  private final Map<String, Operand> operands = new HashMap<>();

  private final List<String> refused = new ArrayList<>();

  /** A node whose input was refused: it is not reported. */
  private static final class RefusedInput extends RuntimeException {
    RefusedInput() {
      super(null, null, false, false);
    }
  }

  private final Rounding hardware;
  private boolean onlyItsQuantization = true;

  private QdqAssembly(
      OnnxModel model, ImportedGraph graph, Preprocessing preprocessing, Rounding hardware) {
    this.model = model;
    this.preprocessing = preprocessing;
    this.hardware = hardware;
    Set<String> names = new HashSet<>(Set.of(model.inputName()));
    graph.nodes().forEach(node -> names.add(node.output()));
    this.assembly = new QdqLayers(model, graph.inputShape(), names, hardware);
  }

  /**
   * The network of a graph: with hardware that rounds ties to even, or, where that is not exact,
   * upwards; with remarks where neither is.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  static QdqReader.Imported assemble(
      OnnxModel model, ImportedGraph graph, Preprocessing preprocessing) {
    QdqAssembly even = new QdqAssembly(model, graph, preprocessing, Rounding.HALF_EVEN);
    QdqAssembly up = new QdqAssembly(model, graph, preprocessing, Rounding.HALF_UP);
    Optional<QdqReader.Imported> ofEven = even.network(graph);
    if (ofEven.filter(made -> even.exact()).isPresent()) {
      return ofEven.get();
    }
    Optional<QdqReader.Imported> ofUp = up.network(graph);
    return ofUp.filter(made -> up.exact())
        .or(() -> ofEven)
        .or(() -> ofUp)
        .orElseThrow(even.refused.size() <= up.refused.size() ? even::refusal : up::refusal);
  }

  private boolean exact() {
    return assembly.remarks().isEmpty();
  }

  /** Empty if it is refused. */
  private Optional<QdqReader.Imported> network(ImportedGraph graph) {
    operands.put(model.inputName(), new Operand.Raw());
    graph.nodes().forEach(this::add);
    Map<String, Tensor> results = refused.isEmpty() ? results(graph) : Map.of();
    if (!refused.isEmpty()) {
      return Optional.empty();
    }
    boolean pixels = assembly.inputQuantize().orElseThrow().given();
    Tensor input = assembly.input();
    requireFitting(input, pixels);
    CopyFusion.Fused fused = CopyFusion.fuse(assembly.layers(), results);
    List<String> notes = new ArrayList<>(graph.notes());
    notes.addAll(assembly.remarks());
    return Optional.of(
        new QdqReader.Imported(
            new QuantizedNetwork(
                model.name(),
                new InputEncoding(input, preprocessing, pixels),
                fused.layers(),
                fused.outputs(),
                hardware,
                Map.of("source", String.valueOf(model.file().getFileName()))),
            notes));
  }

  private BadInputException refusal() {
    return new BadInputException(
        "%s: not supported: node %s%s"
            .formatted(
                model.file(),
                String.join("; ", refused),
                onlyItsQuantization ? GraphImport.WAY_OUT : ""));
  }

  private void add(ImportedNode node) {
    try {
      operands.put(node.output(), operand(node));
    } catch (RefusedInput e) {
      // The node that made this input is reported.
    } catch (MacAssembly.RefusedLayer e) {
      refuse(e.getMessage(), e.ofQuantization());
    } catch (Refusal e) {
      refuse("'%s': %s".formatted(node.name(), e.getMessage()), e.ofQuantization());
    } catch (IllegalArgumentException | ArithmeticException e) {
      refuse("'%s': %s".formatted(node.name(), e.getMessage()), false);
    }
  }

  private void refuse(String reason, boolean ofQuantization) {
    refused.add(reason);
    onlyItsQuantization &= ofQuantization;
  }

  /** Preprocessing that the file cannot have is refused here, not at the first image. */
  private void requireFitting(Tensor input, boolean pixels) {
    int channels = input.shape().channels();
    for (List<Double> values : List.of(preprocessing.mean(), preprocessing.std())) {
      if (values.size() != 1 && values.size() != channels) {
        throw new BadInputException(
            "%s: its input has %d channels, but mean or std %d values; give one value or one per channel"
                .formatted(model.file(), channels, values.size()));
      }
    }
    Preprocessing none = Preprocessing.none();
    if (pixels
        && (!preprocessing.mean().equals(none.mean()) || !preprocessing.std().equals(none.std()))) {
      throw new BadInputException(
          "%s: its input '%s' takes pixels as they are (integers); leave out mean and std"
              .formatted(model.file(), input.name()));
    }
  }

  /** Each output of the graph, by its name, as a feature map; one that is returned twice, once. */
  private Map<String, Tensor> results(ImportedGraph graph) {
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (ImportedGraph.Output output : graph.outputs()) {
      try {
        Tensor result = result(output.map());
        if (!results.containsValue(result)) {
          results.put(output.name(), result);
        }
      } catch (MacAssembly.RefusedLayer e) {
        refuse(e.getMessage(), e.ofQuantization());
      } catch (Refusal e) {
        refuse("'%s': %s".formatted(output.map(), e.getMessage()), e.ofQuantization());
      }
    }
    return results;
  }

  private Tensor result(String output) {
    Operand operand = operands.get(output);
    Optional<Operand.Sum> sums =
        operand.mean().map(mean -> Operand.Sum.copy(output + "/copy", mean)).or(operand::sum);
    if (sums.isPresent()) {
      if (!sums.get().unclamped() || !sums.get().pools().isEmpty()) {
        throw Refusal.ofQuantization(
            "the network's result is neither quantized nor the sums of a linear layer; put QuantizeLinear and DequantizeLinear behind it");
      }
      return assembly.raw(sums.get(), output);
    }
    Tensor stored = assembly.stored(operand, output);
    if (stored.name().equals(model.inputName())) {
      // A network has a layer before each result: here one that copies the input's codes.
      return assembly.copied(stored, output);
    }
    return stored;
  }

  // ---- operators

  private Operand operand(ImportedNode node) {
    return node.operation()
        .fold(
            op -> operand(node, op),
            quantize ->
                new Operand.Stored(
                    assembly.quantized(input(node, 0), quantize, node.name(), node.output())));
  }

  private Operand operand(ImportedNode node, FloatOp op) {
    return op.<Operand>fold(
        conv -> convolution(node, conv),
        relu -> clamped(node.name(), input(node, 0), relu.ceiling()),
        activation -> activated(node, activation.function()),
        pool -> pooled(node, pool),
        globalAveragePool -> new Operand.Mean(stored(node, 0)),
        add -> added(node),
        concat -> joined(node));
  }

  private Operand input(ImportedNode node, int i) {
    Operand operand = operands.get(node.inputs().get(i));
    if (operand == null) {
      throw new RefusedInput();
    }
    return operand;
  }

  /** Input {@code i} as a feature map that a layer can read. */
  private Tensor stored(ImportedNode node, int i) {
    String name = node.inputs().get(i);
    Tensor tensor = assembly.stored(input(node, i), name);
    operands.put(name, new Operand.Stored(tensor));
    return tensor;
  }

  private Operand convolution(ImportedNode node, FloatOp.Conv conv) {
    Operand input = input(node, 0);
    Optional<Operand.Mean> mean =
        input.mean().filter(m -> conv.window().equals(Window.pointwise()));
    if (mean.isPresent()) {
      return Operand.Sum.of(node.name(), mean.get(), conv);
    }
    Optional<Operand.Sum> sum = input.sum();
    if (sum.isPresent() && addsConstants(conv)) {
      return raised(sum.get(), conv.bias());
    }
    Optional<List<Integer>> pads = sum.flatMap(this::takenOffInput);
    if (pads.isPresent()) {
      return ofInputLess(node, conv, sum.get(), pads.get());
    }
    Tensor from = stored(node, 0);
    QdqInput.requireZeroPadding(conv, from);
    return Operand.Sum.of(node.name(), from, conv, node.shape());
  }

  /** Whether it only adds a constant to every channel. */
  private static boolean addsConstants(FloatOp.Conv conv) {
    if (conv.groups() != conv.inChannels()
        || conv.groups() != conv.outChannels()
        || !conv.window().equals(Window.pointwise())) {
      return false;
    }
    for (float weight : conv.weights()) {
      if (weight != 1) {
        return false;
      }
    }
    return true;
  }

  /** Sums with constants added, as half a step is in front of a rounding downwards. */
  private static Operand raised(Operand.Sum sum, float[] by) {
    if (sum.unclamped() && sum.pools().isEmpty()) {
      return sum.biased(by);
    }
    for (float each : by) {
      if (each != by[0]) {
        throw Refusal.ofQuantization(
            "it adds other constants to other channels behind a ReLU that is not quantized; put QuantizeLinear and DequantizeLinear before it");
      }
    }
    if (!sum.pools().isEmpty()) {
      throw QdqLayers.unquantized();
    }
    return sum.raised(by[0]);
  }

  /** The codes that sums are less than the network's input; empty if they are something else. */
  private Optional<List<Integer>> takenOffInput(Operand.Sum sum) {
    Operand.Linear linear = sum.linear();
    if (!sum.bare()
        || !linear.input().name().equals(model.inputName())
        || !addsConstants(linear.conv())) {
      return Optional.empty();
    }
    List<Integer> pads = new ArrayList<>();
    for (double shift : linear.bias()) {
      double code = -Math.scalb(shift, linear.inputFrac());
      if (code != Math.rint(code) || !linear.input().format().holds((int) code)) {
        return Optional.empty();
      }
      pads.add((int) code);
    }
    return Optional.of(pads);
  }

  /** A convolution of the network's input less constants, with zeros around. */
  private Operand ofInputLess(
      ImportedNode node, FloatOp.Conv conv, Operand.Sum less, List<Integer> pads) {
    Tensor input = assembly.inputWithPads(pads);
    operands.replaceAll((name, operand) -> QdqInput.replaced(operand, input));
    double[] bias = new double[conv.outChannels()];
    int taps = conv.weights().length / bias.length;
    int groupInputs = conv.inChannels() / conv.groups();
    int groupOutputs = conv.outChannels() / conv.groups();
    for (int o = 0; o < bias.length; o++) {
      bias[o] = conv.bias()[o];
      for (int k = 0; k < taps; k++) {
        int channel = o / groupOutputs * groupInputs + k / conv.window().kernelArea();
        bias[o] += conv.weights()[o * taps + k] * less.linear().bias()[channel];
      }
    }
    Operand.Sum sum = Operand.Sum.of(node.name(), input, conv, node.shape());
    return sum.withBias(bias);
  }

  private static Operand clamped(String name, Operand operand, double ceiling) {
    return operand.<Operand>fold(
        raw -> {
          throw QdqLayers.unquantized();
        },
        stored -> Operand.Sum.copy(name, stored.tensor()).clamped(ceiling),
        mean -> Operand.Sum.copy(name, mean).clamped(ceiling),
        sum -> sum.clamped(ceiling),
        joined ->
            new Operand.Joined(
                joined.parts().stream().map(part -> clamped(name, part, ceiling)).toList()));
  }

  private Operand activated(ImportedNode node, ActivationFunction function) {
    Operand operand = input(node, 0);
    return operand.<Operand>fold(
        raw -> {
          throw QdqLayers.unquantized();
        },
        stored -> Operand.Sum.activated(node.name(), stored.tensor(), function),
        mean -> ofSums(function),
        sum -> ofSums(function),
        joined -> ofSums(function));
  }

  /** A table needs codes to look up. */
  private static Operand ofSums(ActivationFunction function) {
    throw Refusal.ofQuantization(
        "it computes %s of values that are not quantized; put QuantizeLinear and DequantizeLinear before it"
            .formatted(function));
  }

  private Operand pooled(ImportedNode node, FloatOp.MaxPool pool) {
    Optional<Operand.Sum> sum = input(node, 0).sum();
    if (sum.isPresent()) {
      return sum.get().pooled(new Operand.Pool(node.name(), pool.window(), node.shape()));
    }
    return new Operand.Stored(
        assembly.maxPool(node.name(), stored(node, 0), pool.window(), node.output(), node.shape()));
  }

  private Operand added(ImportedNode node) {
    Optional<Operand.Sum> one = input(node, 0).sum();
    Optional<Operand.Sum> other = input(node, 1).sum();
    if (one.isPresent() && other.isPresent()) {
      return JoinedSums.of(assembly, node.name(), one.get(), other.get());
    }
    for (int i = 0; i < 2; i++) {
      Optional<Operand.Sum> sum = input(node, i).sum();
      if (sum.isPresent() && sum.get().bare()) {
        return sum.get().plus(stored(node, 1 - i));
      }
    }
    Tensor first = stored(node, 0);
    Tensor second = stored(node, 1);
    boolean swap = first.format().frac(0) < second.format().frac(0);
    Operand.Sum fine = Operand.Sum.copy(node.name(), swap ? second : first);
    return fine.plus(swap ? first : second);
  }

  /** Joined maps that are joined once more are parts of the whole. */
  private Operand joined(ImportedNode node) {
    List<Operand> parts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.addAll(
          input(node, i)
              .<List<Operand>>fold(List::of, List::of, List::of, List::of, Operand.Joined::parts));
      if (parts.size() > MOST_PARTS) {
        throw Refusal.ofQuantization(
            "it joins more than %d maps without a quantization between; put QuantizeLinear and DequantizeLinear behind some"
                .formatted(MOST_PARTS));
      }
    }
    return new Operand.Joined(parts);
  }
}
