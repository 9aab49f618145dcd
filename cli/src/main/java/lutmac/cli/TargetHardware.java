package lutmac.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.MemoryUse;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.quant.hardware.Hardware;
import lutmac.quant.hardware.HardwareUse;
import lutmac.quant.hardware.LayerTime;
import lutmac.quant.hardware.StoredMemory;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;

/** Accelerators of the generator as the quantizer sees them: it asks the compiler. */
public final class TargetHardware implements Hardware {
  private static final String FUSED = " + ";

  private final String name;
  private final Function<QuantizedNetwork, AcceleratorConfig> roomy;
  private final Function<QuantizedNetwork, AcceleratorConfig> actual;

  private TargetHardware(
      String name,
      Function<QuantizedNetwork, AcceleratorConfig> roomy,
      Function<QuantizedNetwork, AcceleratorConfig> actual) {
    this.name = name;
    this.roomy = roomy;
    this.actual = actual;
  }

  /**
   * The accelerator that is generated for a network.
   *
   * @param parameters of the style that are decided, by name; the others suit the network
   * @throws BadInputException if there is no such array
   */
  public static TargetHardware of(ArraySize array, PeStyle style, Map<String, Integer> parameters) {
    Arguments.checked(
        "--array",
        () -> AcceleratorConfig.withMostRoom(array.rows(), array.cols(), style, Features.ALL));
    Function<QuantizedNetwork, AcceleratorConfig> chosen =
        network ->
            ConfigChooser.choose(
                network,
                array.rows(),
                array.cols(),
                ConfigChooser.suited(network, array.rows(), array.cols(), style, parameters));
    return new TargetHardware(
        "%s %dx%d".formatted(style.name(), array.rows(), array.cols()), chosen, chosen);
  }

  /** The accelerator of a design. */
  static TargetHardware of(String name, AcceleratorConfig config) {
    AcceleratorConfig roomy = config.withMostRoom();
    return new TargetHardware(name, network -> roomy, network -> config);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public HardwareUse use(QuantizedNetwork network) {
    return use(network, roomy);
  }

  @Override
  public HardwareUse fit(QuantizedNetwork network) {
    return use(network, actual);
  }

  private static HardwareUse use(
      QuantizedNetwork network, Function<QuantizedNetwork, AcceleratorConfig> config) {
    CompiledNetwork compiled = NetworkCompiler.compile(network, config.apply(network));
    List<LayerTime> times = new ArrayList<>();
    for (LayerCycles layer : CycleModel.predict(compiled)) {
      times.add(new LayerTime(layerOf(network, layer.name()), layer.cycles(), layer.steps()));
    }
    return new HardwareUse(times, stored(compiled));
  }

  /** What the memories hold of a compiled network. */
  static StoredMemory stored(CompiledNetwork compiled) {
    MemoryUse memory = MemoryUse.of(compiled);
    return new StoredMemory(
        memory.weights(), memory.parameters(), memory.program(), memory.featureMaps());
  }

  /** The network's layer that a piece of the program belongs to; else the piece's own name. */
  private static String layerOf(QuantizedNetwork network, String piece) {
    return network.layers().stream()
        .map(QuantizedLayer::name)
        .filter(layer -> piece.equals(layer) || piece.startsWith(layer + FUSED))
        .max((a, b) -> Integer.compare(a.length(), b.length()))
        .orElse(piece);
  }

  @Override
  public boolean computes(WeightFormat format) {
    return compiles(
        format.fold(
            table -> List.of(hardest(table)),
            fixed ->
                WeightPlanes.ofIntegers(
                    fixed.bits(),
                    IntStream.rangeClosed(fixed.leastLevel(), fixed.greatestLevel()).toArray())),
        new FixedFormat(HardwareLimits.MAX_ACTIVATION_BITS, 0, true));
  }

  /** A table whose levels have the most digits, with a weight of every level. */
  private static WeightPlane hardest(WeightFormat.Table format) {
    List<Integer> levels = new ArrayList<>(List.of(0));
    IntStream.of(LevelCandidates.withDigits(format.digits()))
        .filter(level -> level != 0)
        .boxed()
        .sorted((a, b) -> SignedDigits.count(b) - SignedDigits.count(a))
        .limit((1L << format.bits()) - 1)
        .forEach(levels::add);
    return WeightPlanes.ofTable(
        new Codebook(levels), levels.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public boolean computes(ActivationFormat format) {
    WeightPlane one = new WeightPlane(new Codebook(List.of(0, 1)), new byte[] {1});
    return compiles(List.of(one), format.at(0).format(format.holdsNegatives()));
  }

  /** Whether a layer with such weights that makes such a map, and one that reads it, compile. */
  private boolean compiles(List<WeightPlane> planes, TensorFormat map) {
    int outputs = planes.get(0).codes().length;
    Tensor input =
        Tensor.zeroPadded(
            "x", new Shape(1, 1, 1), new FixedFormat(HardwareLimits.MAX_ACTIVATION_BITS, 0, false));
    Tensor middle = Tensor.zeroPadded("m", new Shape(outputs, 1, 1), map);
    Tensor output = Tensor.zeroPadded("y", new Shape(1, 1, 1), new AccumulatorFormat(List.of(0)));
    OutputStage stage =
        new OutputStage.Requantize(
            Collections.nCopies(outputs, 0), (int) map.minCode(), (int) map.maxCode());
    byte[] codes = new byte[outputs];
    Arrays.fill(codes, (byte) 1);
    WeightPlane ones = new WeightPlane(new Codebook(List.of(0, 1)), codes);
    QuantizedNetwork network =
        new QuantizedNetwork(
            "trial",
            new InputEncoding(input, Preprocessing.none(), true),
            List.of(
                layer("first", input, middle, planes, stage),
                layer("second", middle, output, List.of(ones), new OutputStage.Accumulators())),
            Rounding.HALF_EVEN,
            Map.of());
    try {
      use(network);
      return true;
    } catch (BadInputException e) {
      return false;
    }
  }

  private static MacLayer layer(
      String name, Tensor input, Tensor output, List<WeightPlane> planes, OutputStage stage) {
    return new MacLayer(
        name,
        input,
        output,
        Optional.empty(),
        Window.pointwise(),
        1,
        false,
        planes,
        new int[output.shape().channels()],
        stage);
  }
}
