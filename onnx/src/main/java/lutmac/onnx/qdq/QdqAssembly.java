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
import lutmac.onnx.reader.ImportedGraph;
import lutmac.onnx.reader.ImportedNode;

/**
 * Makes a quantized network of a float network with quantizations in it. Every feature map that a
 * layer reads is quantized; between a convolution and the quantization of its sums may stand one
 * addition, ReLUs, and max-pools, which commute with the rounding.
 */
final class QdqAssembly {
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

  private QdqAssembly(OnnxModel model, ImportedGraph graph, Preprocessing preprocessing) {
    this.model = model;
    this.preprocessing = preprocessing;
    Set<String> names = new HashSet<>(Set.of(model.inputName()));
    graph.nodes().forEach(node -> names.add(node.output()));
    this.assembly = new QdqLayers(model, graph.inputShape(), names);
  }

  /**
   * The network of a graph.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  static QuantizedNetwork assemble(
      OnnxModel model, ImportedGraph graph, Preprocessing preprocessing) {
    return new QdqAssembly(model, graph, preprocessing).network(graph);
  }

  private QuantizedNetwork network(ImportedGraph graph) {
    operands.put(model.inputName(), new Operand.Raw());
    graph.nodes().forEach(this::add);
    Map<String, Tensor> results = refused.isEmpty() ? results(graph) : Map.of();
    if (!refused.isEmpty()) {
      throw new BadInputException(
          "%s: not supported: node %s".formatted(model.file(), String.join("; ", refused)));
    }
    boolean pixels = assembly.inputQuantize().orElseThrow().given();
    Tensor input = assembly.input();
    requireFitting(input, pixels);
    CopyFusion.Fused fused = CopyFusion.fuse(assembly.layers(), results);
    return new QuantizedNetwork(
        model.name(),
        new InputEncoding(input, preprocessing, pixels),
        fused.layers(),
        fused.outputs(),
        Rounding.HALF_EVEN,
        Map.of("source", String.valueOf(model.file().getFileName())));
  }

  private void add(ImportedNode node) {
    try {
      operands.put(node.output(), operand(node));
    } catch (RefusedInput e) {
      // The node that made this input is reported.
    } catch (MacAssembly.RefusedLayer e) {
      refused.add(e.getMessage());
    } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
      refused.add("'%s': %s".formatted(node.name(), e.getMessage()));
    }
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
        refused.add(e.getMessage());
      } catch (Refusal e) {
        refused.add("'%s': %s".formatted(output.map(), e.getMessage()));
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
        throw new Refusal(
            "the network's result is neither quantized nor the sums of a linear layer; put QuantizeLinear and DequantizeLinear behind it");
      }
      return assembly.raw(sums.get(), output);
    }
    Tensor stored = assembly.stored(operand, output);
    if (stored.name().equals(model.inputName())) {
      throw new Refusal("the network has no layer before it; its result is its input");
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
        globalAveragePool -> mean(stored(node, 0)),
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
    Optional<Operand.Mean> mean =
        input(node, 0).mean().filter(m -> conv.window().equals(Window.pointwise()));
    return mean.isPresent()
        ? Operand.Sum.of(node.name(), mean.get(), conv)
        : Operand.Sum.of(node.name(), stored(node, 0), conv, node.shape());
  }

  private static Operand mean(Tensor tensor) {
    int pixels = tensor.shape().pixels();
    if (Integer.bitCount(pixels) != 1) {
      throw new Refusal(
          "the mean of %d pixels is no integer times a power of two; pool a map whose pixel count is a power of two, or use a sum"
              .formatted(pixels));
    }
    return new Operand.Mean(tensor);
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
    throw new Refusal(
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
    for (int i = 0; i < 2; i++) {
      Optional<Operand.Sum> sum = input(node, i).sum();
      if (sum.isPresent()) {
        if (!sum.get().bare() || input(node, 1 - i).sum().isPresent()) {
          throw new Refusal(
              "it adds sums that are not quantized to another map; put QuantizeLinear and DequantizeLinear before all but one of its inputs");
        }
        return sum.get().plus(stored(node, 1 - i));
      }
    }
    Tensor first = stored(node, 0);
    Tensor second = stored(node, 1);
    boolean swap = first.format().frac(0) < second.format().frac(0);
    Operand.Sum fine = Operand.Sum.copy(node.name(), swap ? second : first);
    return fine.plus(swap ? first : second);
  }

  private Operand joined(ImportedNode node) {
    List<Operand> parts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(input(node, i));
    }
    return new Operand.Joined(parts);
  }
}
