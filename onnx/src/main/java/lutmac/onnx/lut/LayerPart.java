package lutmac.onnx.lut;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;

/**
 * A layer in the description; without {@code mac} it is a max-pool, without {@code window} a
 * concatenation.
 *
 * @param inputs names of the feature maps it reads, without a skip connection
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LayerPart(
    String name, List<String> inputs, TensorPart output, WindowPart window, MacPart mac) {

  /**
   * Height before width, top and left before bottom and right.
   *
   * @param repeats how often a pool repeats every row and column; null where it does not
   * @param spacing how far a convolution sees rows and columns apart, with zeros between them; null
   *     where it does not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record WindowPart(
      List<Integer> kernel,
      List<Integer> strides,
      List<Integer> pads,
      List<Integer> dilations,
      List<Integer> repeats,
      List<Integer> spacing) {
    static WindowPart of(Window w) {
      List<Integer> factors = List.of(w.upsampling().height(), w.upsampling().width());
      return new WindowPart(
          List.of(w.kernelHeight(), w.kernelWidth()),
          List.of(w.strideHeight(), w.strideWidth()),
          List.of(w.padTop(), w.padLeft(), w.padBottom(), w.padRight()),
          List.of(w.dilationHeight(), w.dilationWidth()),
          w.repeats() ? factors : null,
          w.insertsZeros() ? factors : null);
    }

    Window window() {
      return new Window(
          kernel.get(0),
          kernel.get(1),
          strides.get(0),
          strides.get(1),
          pads.get(0),
          pads.get(1),
          pads.get(2),
          pads.get(3),
          dilations.get(0),
          dilations.get(1),
          upsampling());
    }

    private Upsampling upsampling() {
      return repeats != null
          ? new Upsampling(repeats.get(0), repeats.get(1), Upsampling.Filling.REPEATED)
          : spacing != null
              ? new Upsampling(spacing.get(0), spacing.get(1), Upsampling.Filling.ZEROS)
              : Upsampling.none();
    }
  }

  /**
   * What only a layer with weights has.
   *
   * @param planes one, or two whose levels add up
   * @param bias name of the int32 initializer {@code [O]}
   * @param requantize null for a layer that returns its accumulators
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MacPart(
      int groups,
      List<PlanePart> planes,
      String bias,
      boolean sumPixels,
      SkipPart skip,
      RequantizePart requantize) {
    static MacPart of(MacLayer layer, LutGraph.LayerArrays arrays) {
      return new MacPart(
          layer.groups(),
          arrays.planes(),
          arrays.bias(),
          layer.sumPixels(),
          layer
              .skip()
              .map(skip -> new SkipPart(skip.source().name(), skip.alignment()))
              .orElse(null),
          layer.stage().requantize().map(RequantizePart::of).orElse(null));
    }
  }

  record SkipPart(String source, List<Integer> alignment) {}

  /**
   * @param table of the activation function, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RequantizePart(List<Integer> shift, int lo, int hi, TablePart table) {
    static RequantizePart of(OutputStage.Requantize stage) {
      return new RequantizePart(
          stage.shift(),
          stage.lo(),
          stage.hi(),
          stage
              .table()
              .map(table -> new TablePart(table.function(), table.frac(), table.values()))
              .orElse(null));
    }

    OutputStage.Requantize stage() {
      return new OutputStage.Requantize(
          shift, lo, hi, Optional.ofNullable(table).map(TablePart::table));
    }
  }

  /** {@link ActivationTable}. */
  record TablePart(String function, int frac, List<Integer> values) {
    ActivationTable table() {
      return new ActivationTable(function, frac, values);
    }
  }

  /** The arrays that a description names. */
  interface ArraySource {
    List<Integer> table(String name);

    byte[] codes(String name);

    int[] bias(String name);
  }

  static LayerPart of(QuantizedLayer layer, Map<MacLayer, LutGraph.LayerArrays> arrays) {
    return layer.fold(
        mac ->
            new LayerPart(
                mac.name(),
                List.of(mac.input().name()),
                TensorPart.of(mac.output()),
                WindowPart.of(mac.window()),
                MacPart.of(mac, arrays.get(mac))),
        pool ->
            new LayerPart(
                pool.name(),
                List.of(pool.input().name()),
                TensorPart.of(pool.output()),
                WindowPart.of(pool.window()),
                null),
        concat ->
            new LayerPart(
                concat.name(),
                concat.inputs().stream().map(Tensor::name).toList(),
                TensorPart.of(concat.output()),
                null,
                null));
  }

  /**
   * The layer.
   *
   * @param tensors the feature maps made so far, by name
   * @throws RuntimeException of some kind if there is no such layer
   */
  QuantizedLayer layer(Map<String, Tensor> tensors, ArraySource arrays) {
    List<Tensor> from = inputs.stream().map(input -> known(tensors, input)).toList();
    Tensor to = output.tensor();
    if (window == null) {
      return new ConcatLayer(name, from, to);
    }
    return mac == null
        ? new MaxPoolLayer(name, from.get(0), to, window.window())
        : macLayer(from.get(0), to, tensors, arrays);
  }

  private MacLayer macLayer(
      Tensor from, Tensor to, Map<String, Tensor> tensors, ArraySource arrays) {
    Optional<Skip> skip =
        Optional.ofNullable(mac.skip())
            .map(s -> new Skip(known(tensors, s.source()), s.alignment()));
    RequantizePart requantize = mac.requantize();
    OutputStage stage = requantize == null ? new OutputStage.Accumulators() : requantize.stage();
    return new MacLayer(
        name,
        from,
        to,
        skip,
        window.window(),
        mac.groups(),
        mac.sumPixels(),
        mac.planes().stream()
            .map(
                p ->
                    new WeightPlane(new Codebook(arrays.table(p.table())), arrays.codes(p.codes())))
            .toList(),
        arrays.bias(mac.bias()),
        stage);
  }

  private static Tensor known(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("nothing makes the feature map '%s'".formatted(name));
    }
    return tensor;
  }
}
