package lutmac.onnx.lut;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
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
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * The JSON in the quantized file's metadata: everything of a network but the big arrays, which it
 * names as initializers of the graph.
 *
 * @param version of this description and of the way the graph is spelled
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NetworkDescription(
    int version,
    String name,
    Rounding rounding,
    InputPart input,
    List<LayerPart> layers,
    Map<String, String> provenance) {

  static final int VERSION = 2;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record InputPart(
      TensorPart tensor,
      boolean folded,
      List<Double> mean,
      List<Double> std,
      boolean bgr,
      List<Integer> crop,
      int labelOffset) {}

  /**
   * A feature map.
   *
   * @param shape {@code [C, H, W]}
   * @param fixed its format, if it is fixed point, else null
   * @param log its format, if it is logarithmic, else null
   * @param accumulatorFracs fraction bits per channel, if it holds accumulators, else null
   * @param padCodes per channel, or null where they are all 0
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TensorPart(
      String name,
      List<Integer> shape,
      FixedPart fixed,
      LogPart log,
      List<Integer> accumulatorFracs,
      List<Integer> padCodes) {}

  record FixedPart(int bits, int frac, boolean signed) {}

  record LogPart(int bits, int step, int frac) {}

  record WindowPart(
      List<Integer> kernel, List<Integer> strides, List<Integer> pads, List<Integer> dilations) {}

  /**
   * A layer; without {@code mac} it is a max-pool, without {@code window} a concatenation.
   *
   * @param inputs names of the maps it reads, without a skip connection
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record LayerPart(
      String name, List<String> inputs, TensorPart output, WindowPart window, MacPart mac) {}

  /**
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
      RequantizePart requantize) {}

  /**
   * @param table name of the int8 initializer with the codebook's levels
   * @param codes name of the uint8 initializer {@code [O, I / groups, Kh, Kw]}
   */
  record PlanePart(String table, String codes) {}

  record SkipPart(String source, List<Integer> alignment) {}

  record RequantizePart(List<Integer> shift, int lo, int hi) {}

  // ---- to JSON

  static NetworkDescription of(
      QuantizedNetwork network, List<Optional<QdqGraph.LayerArrays>> arrays) {
    Preprocessing preprocessing = network.input().preprocessing();
    List<LayerPart> layers = new ArrayList<>();
    for (int i = 0; i < network.layers().size(); i++) {
      QuantizedLayer layer = network.layers().get(i);
      if (layer instanceof MacLayer mac) {
        layers.add(
            new LayerPart(
                mac.name(),
                List.of(mac.input().name()),
                part(mac.output()),
                part(mac.window()),
                part(mac, arrays.get(i).orElseThrow())));
      } else if (layer instanceof MaxPoolLayer pool) {
        layers.add(
            new LayerPart(
                pool.name(),
                List.of(pool.input().name()),
                part(pool.output()),
                part(pool.window()),
                null));
      } else if (layer instanceof ConcatLayer concat) {
        List<String> inputs = concat.inputs().stream().map(Tensor::name).toList();
        layers.add(new LayerPart(concat.name(), inputs, part(concat.output()), null, null));
      }
    }
    return new NetworkDescription(
        VERSION,
        network.name(),
        network.rounding(),
        new InputPart(
            part(network.input().tensor()),
            network.input().folded(),
            preprocessing.mean(),
            preprocessing.std(),
            preprocessing.bgr(),
            preprocessing.crop().map(crop -> List.of(crop.height(), crop.width())).orElse(null),
            preprocessing.labelOffset()),
        layers,
        network.provenance());
  }

  private static MacPart part(MacLayer layer, QdqGraph.LayerArrays arrays) {
    RequantizePart requantize =
        layer.stage() instanceof OutputStage.Requantize stage
            ? new RequantizePart(stage.shift(), stage.lo(), stage.hi())
            : null;
    return new MacPart(
        layer.groups(),
        arrays.planes().stream().map(p -> new PlanePart(p.table(), p.codes())).toList(),
        arrays.bias(),
        layer.sumPixels(),
        layer.skip().map(skip -> new SkipPart(skip.source().name(), skip.alignment())).orElse(null),
        requantize);
  }

  private static TensorPart part(Tensor tensor) {
    Shape shape = tensor.shape();
    boolean zeroPadded = tensor.padCodes().stream().allMatch(code -> code == 0);
    return new TensorPart(
        tensor.name(),
        List.of(shape.channels(), shape.height(), shape.width()),
        tensor.format() instanceof FixedFormat fixed
            ? new FixedPart(fixed.bits(), fixed.frac(), fixed.signed())
            : null,
        tensor.format() instanceof LogFormat log
            ? new LogPart(log.bits(), log.resolution(), log.frac())
            : null,
        tensor.format() instanceof AccumulatorFormat accumulator ? accumulator.fracs() : null,
        zeroPadded ? null : tensor.padCodes());
  }

  private static WindowPart part(Window w) {
    return new WindowPart(
        List.of(w.kernelHeight(), w.kernelWidth()),
        List.of(w.strideHeight(), w.strideWidth()),
        List.of(w.padTop(), w.padLeft(), w.padBottom(), w.padRight()),
        List.of(w.dilationHeight(), w.dilationWidth()));
  }

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a network description is always writable", e);
    }
  }

  // ---- from JSON

  /** The arrays that a description names. */
  interface ArraySource {
    List<Integer> table(String name);

    byte[] codes(String name);

    int[] bias(String name);
  }

  /** The version of a description, which can be read before the rest makes sense. */
  static int versionOf(String json) throws JsonProcessingException {
    return JSON.readTree(json).path("version").asInt();
  }

  static NetworkDescription parse(String json) throws JsonProcessingException {
    return JSON.readValue(json, NetworkDescription.class);
  }

  /**
   * @throws RuntimeException of some kind if the description makes no network
   */
  QuantizedNetwork network(ArraySource arrays) {
    Map<String, Tensor> tensors = new HashMap<>();
    Tensor inputTensor = tensor(input.tensor());
    tensors.put(inputTensor.name(), inputTensor);
    List<QuantizedLayer> built = new ArrayList<>();
    for (LayerPart part : layers) {
      List<Tensor> from = part.inputs().stream().map(name -> known(tensors, name)).toList();
      Tensor to = tensor(part.output());
      built.add(layer(part, from, to, tensors, arrays));
      tensors.put(to.name(), to);
    }
    Optional<Preprocessing.Crop> crop =
        Optional.ofNullable(input.crop()).map(c -> new Preprocessing.Crop(c.get(0), c.get(1)));
    Preprocessing preprocessing =
        new Preprocessing(input.mean(), input.std(), input.bgr(), crop, input.labelOffset());
    return new QuantizedNetwork(
        name,
        new InputEncoding(inputTensor, preprocessing, input.folded()),
        built,
        rounding,
        provenance);
  }

  private static QuantizedLayer layer(
      LayerPart part,
      List<Tensor> from,
      Tensor to,
      Map<String, Tensor> tensors,
      ArraySource arrays) {
    if (part.window() == null) {
      return new ConcatLayer(part.name(), from, to);
    }
    return part.mac() == null
        ? new MaxPoolLayer(part.name(), from.get(0), to, window(part.window()))
        : mac(part, from.get(0), to, tensors, arrays);
  }

  private static MacLayer mac(
      LayerPart part, Tensor from, Tensor to, Map<String, Tensor> tensors, ArraySource arrays) {
    MacPart mac = part.mac();
    Optional<Skip> skip =
        Optional.ofNullable(mac.skip())
            .map(s -> new Skip(known(tensors, s.source()), s.alignment()));
    RequantizePart requantize = mac.requantize();
    OutputStage stage =
        requantize == null
            ? new OutputStage.Accumulators()
            : new OutputStage.Requantize(requantize.shift(), requantize.lo(), requantize.hi());
    return new MacLayer(
        part.name(),
        from,
        to,
        skip,
        window(part.window()),
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

  private static Tensor tensor(TensorPart part) {
    Shape shape = new Shape(part.shape().get(0), part.shape().get(1), part.shape().get(2));
    List<Integer> padCodes =
        part.padCodes() == null ? Collections.nCopies(shape.channels(), 0) : part.padCodes();
    return new Tensor(part.name(), shape, format(part), padCodes);
  }

  private static TensorFormat format(TensorPart part) {
    if (part.fixed() != null) {
      return new FixedFormat(part.fixed().bits(), part.fixed().frac(), part.fixed().signed());
    }
    if (part.log() != null) {
      return new LogFormat(part.log().bits(), part.log().step(), part.log().frac());
    }
    return new AccumulatorFormat(part.accumulatorFracs());
  }

  private static Window window(WindowPart part) {
    return new Window(
        part.kernel().get(0),
        part.kernel().get(1),
        part.strides().get(0),
        part.strides().get(1),
        part.pads().get(0),
        part.pads().get(1),
        part.pads().get(2),
        part.pads().get(3),
        part.dilations().get(0),
        part.dilations().get(1));
  }
}
