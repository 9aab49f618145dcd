package lutmac.onnx.qdq;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.reader.CodeRounding;
import lutmac.onnx.reader.ImportedNode.Quantize;

/** Makes feature maps of operands: the layers of the quantized network, in execution order. */
final class QdqLayers {
  private final OnnxModel model;
  private final Shape inputShape;
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Rounding hardware;
  private final List<String> remarks = new ArrayList<>();
  private Optional<Quantize> inputQuantize = Optional.empty();

  /** What the layers take off the input before they multiply it; empty if none does. */
  private Optional<List<Integer>> inputPads = Optional.empty();

  /**
   * An assembly without layers.
   *
   * @param names that only the graph's own feature maps may carry
   * @param hardware how all layers round
   */
  QdqLayers(OnnxModel model, Shape inputShape, Set<String> names, Rounding hardware) {
    this.model = model;
    this.hardware = hardware;
    this.inputShape = inputShape;
    this.names.addAll(names);
  }

  List<QuantizedLayer> layers() {
    return layers;
  }

  /** What is not exact, a sentence a layer. */
  List<String> remarks() {
    return remarks;
  }

  /** How the graph quantizes the network's input; empty if it never does. */
  Optional<Quantize> inputQuantize() {
    return inputQuantize;
  }

  /** The network's input as integers. */
  Tensor input() {
    Quantize quantize = inputQuantize.orElseThrow();
    FixedFormat format =
        quantize.given()
            ? new FixedFormat(Byte.SIZE, quantize.frac(), model.input().type() == DataType.INT8)
            : quantize.format();
    return inputPads
        .map(pads -> new Tensor(model.inputName(), inputShape, format, pads))
        .orElseGet(() -> Tensor.zeroPadded(model.inputName(), inputShape, format));
  }

  /** The refusal of something that is not quantized and cannot be as it is. */
  static Refusal unquantized() {
    return Refusal.ofQuantization(
        "its input is not quantized; put QuantizeLinear and DequantizeLinear before it");
  }

  /**
   * An operand as a feature map that a layer can read.
   *
   * @param name of the operand in the graph
   */
  Tensor stored(Operand operand, String name) {
    return operand.fold(
        raw -> {
          throw unquantized();
        },
        Operand.Stored::tensor,
        mean -> {
          throw unquantized();
        },
        sum -> unrounded(sum, name),
        joined -> joined(joined, name));
  }

  /** Sums that are the codes of a feature map, clamped to others: no rounding is lost on them. */
  private Tensor unrounded(Operand.Sum sum, String name) {
    Operand.Linear linear = sum.linear();
    boolean codes = sum.skip().isEmpty() && sum.function().isEmpty() && linear.copies();
    TensorFormat format = linear.input().format();
    int frac = linear.inputFrac();
    if (!codes || sum.offset() != 0 || !onGrid(sum.lo(), frac) || !onGrid(sum.hi(), frac)) {
      throw unquantized();
    }
    int lo = sum.lo() >= 0 ? 0 : (int) format.minCode();
    return emit(
        sum, new Quantize(frac, lo, (int) format.maxCode(), false), freshName(name + ".codes"));
  }

  private static boolean onGrid(double bound, int frac) {
    double code = Math.scalb(bound, frac);
    return code == Math.rint(code);
  }

  /**
   * The network's input as layers read it that take so many codes off it first and pad with zeros:
   * the border of the input holds these codes. Layers made before see the same input.
   *
   * @throws Refusal if others take something else off it
   */
  Tensor inputWithPads(List<Integer> pads) {
    if (inputPads.isPresent() && !inputPads.get().equals(pads)) {
      throw Refusal.ofQuantization(
          "it takes other constants off the network's input than another layer; take the same ones"
              + " off");
    }
    Tensor before = input();
    boolean padded =
        layers.stream()
            .anyMatch(
                layer ->
                    layer.mac().filter(mac -> mac.window().padded()).isPresent()
                        && layer.inputs().contains(before));
    if (inputPads.isEmpty() && padded) {
      throw Refusal.ofQuantization(
          "it takes a constant off the network's input, and another layer pads that with zeros;"
              + " take the constant off for both");
    }
    inputPads = Optional.of(pads);
    Tensor input = input();
    layers.replaceAll(layer -> QdqInput.replaced(layer, before, input));
    return input;
  }

  /** A max-pool of a feature map. */
  Tensor maxPool(String name, Tensor from, Window window, String output, Shape shape) {
    Tensor to = Tensor.zeroPadded(output, shape, from.format());
    layers.add(new MaxPoolLayer(name, from, to, window));
    return to;
  }

  /** A layer that returns some sums, an output of the network. */
  Tensor raw(Operand.Sum sum, String output) {
    return added(MacAssembly.raw(sum, output), false);
  }

  private Tensor added(MacAssembly.Assembled made, boolean rounds) {
    MacLayer layer = made.layer();
    layers.add(layer);
    if (made.roundedBias() > 0) {
      remarks.add(
          "'%s': biases lie between the steps of its sums (input scale times weight scale) and are rounded to them, by at most %.2g steps: %s"
              .formatted(
                  layer.name(),
                  made.roundedBias(),
                  rounds
                      ? "where a sum then lies exactly between two codes, the file may have the"
                            + " other one"
                      : "the results are as much off those of the file"));
    }
    return layer.output();
  }

  /**
   * An operand quantized.
   *
   * @param node that does it
   * @param name of what it makes
   */
  Tensor quantized(Operand operand, Quantize quantize, String node, String name) {
    return operand.fold(
        raw -> quantizedInput(quantize, node, name),
        stored -> requantized(stored.tensor(), quantize, node, name),
        mean -> emit(Operand.Sum.copy(node, mean), quantize, name),
        sum -> emit(sum, quantize, name),
        joined -> joined(joined, quantize, name));
  }

  /** A layer that copies a feature map. */
  Tensor copied(Tensor from, String output) {
    int lo = (int) from.format().minCode();
    int hi = (int) from.format().maxCode();
    Quantize same = new Quantize(from.format().frac(0), lo, hi, false);
    return emit(Operand.Sum.copy(output + "/copy", from), same, freshName(output + ".codes"));
  }

  private Tensor requantized(Tensor from, Quantize quantize, String node, String name) {
    boolean same =
        from.format().frac(0) == quantize.frac()
            && from.format().minCode() >= quantize.lo()
            && from.format().maxCode() <= quantize.hi();
    return same ? from : emit(Operand.Sum.copy(node, from), quantize, name);
  }

  private Tensor quantizedInput(Quantize quantize, String node, String name) {
    if (quantize.rounding() != CodeRounding.HALF_EVEN) {
      throw Refusal.ofQuantization(
          "it rounds the network's input by %s, but the host rounds to nearest, ties to even"
              .formatted(quantize.rounding()));
    }
    if (inputQuantize.isPresent() && !inputQuantize.get().equals(quantize)) {
      throw new Refusal("it quantizes the network's input in a second way; keep one");
    }
    inputQuantize = Optional.of(quantize);
    Tensor input = input();
    boolean whole =
        input.format().minCode() == quantize.lo() && input.format().maxCode() == quantize.hi();
    return whole ? input : emit(Operand.Sum.copy(node, input), quantize, name);
  }

  /** Joins feature maps of one scale in the smallest format that holds them all. */
  private Tensor joined(Operand.Joined joined, String name) {
    List<Tensor> parts = new ArrayList<>();
    for (Operand part : joined.parts()) {
      parts.add(stored(part, freshName(name + ".part")));
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
    if (hi - lo > 0xff) {
      throw Refusal.ofQuantization(
          "it joins '%s' of signed and unsigned codes, %d..%d, more than 8 bits; quantize all of its inputs signed or all unsigned, or each sum before it adds them"
              .formatted(name, lo, hi));
    }
    return joined(joined, new Quantize(frac, lo, hi, false), name);
  }

  private Tensor joined(Operand.Joined joined, Quantize quantize, String name) {
    List<Tensor> parts = new ArrayList<>();
    int channels = 0;
    for (Operand part : joined.parts()) {
      String partName = freshName(name + ".part");
      Tensor tensor = quantized(part, quantize, partName, partName);
      if (!tensor.format().equals(quantize.format())) {
        Operand.Sum copy = Operand.Sum.copy(partName, tensor);
        tensor = emit(copy, quantize, freshName(partName + ".wide"));
      }
      parts.add(tensor);
      channels += tensor.shape().channels();
    }
    Shape shape = parts.get(0).shape();
    Shape whole = new Shape(channels, shape.height(), shape.width());
    Tensor made = Tensor.zeroPadded(freshName(name + ".joined"), whole, quantize.format());
    layers.add(new ConcatLayer(made.name(), parts, made));
    return made;
  }

  /** A name like the wanted one that nothing has. */
  String freshName(String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** The least code that a feature map can hold: behind a ReLU none is negative. */
  private long least(Tensor map) {
    return layers.stream()
        .filter(layer -> layer.output().equals(map))
        .findFirst()
        .map(
            layer ->
                layer.<Long>fold(
                    mac -> mac.stage().requantize().map(QdqLayers::least).orElseThrow(),
                    pool -> least(pool.input()),
                    concat -> concat.inputs().stream().mapToLong(this::least).min().orElseThrow()))
        .orElseGet(() -> map.format().minCode());
  }

  private static long least(OutputStage.Requantize stage) {
    return stage
        .table()
        .map(table -> (long) Collections.min(table.values()))
        .orElse((long) stage.lo());
  }

  private Tensor mean(Operand.Sum sum, Quantize quantize, String name) {
    if (ExactMean.hasTies(sum, quantize) && hardware != Rounding.HALF_EVEN) {
      throw Refusal.ofQuantization(
          "it rounds by %s, other maps otherwise; round all maps alike"
              .formatted(quantize.rounding()));
    }
    long least = least(sum.linear().input());
    List<MacLayer> made = ExactMean.layers(sum, least, quantize, name, this::freshName);
    layers.addAll(made);
    return made.get(made.size() - 1).output();
  }

  private Tensor emit(Operand.Sum sum, Quantize quantize, String name) {
    String first = sum.pools().isEmpty() ? name : freshName(name + ".unpooled");
    Tensor made =
        ExactMean.is(sum)
            ? mean(sum, quantize, first)
            : added(MacAssembly.quantized(sum, quantize, first, hardware), true);
    for (int i = 0; i < sum.pools().size(); i++) {
      Operand.Pool pool = sum.pools().get(i);
      boolean last = i == sum.pools().size() - 1;
      String output = last ? name : freshName(name + ".unpooled");
      made = maxPool(pool.name(), made, pool.window(), output, pool.shape());
    }
    return made;
  }
}
