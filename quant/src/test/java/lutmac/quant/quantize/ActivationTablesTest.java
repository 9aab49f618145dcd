package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.exec.Sqnr;
import lutmac.runtime.image.Images;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Activation functions become tables that lose no more than a ReLU's rounding does. */
class ActivationTablesTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Window HALF = new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0), List.of(60.0), false, Optional.empty(), 0);

  /** 8-bit weights, so that what is lost is lost by maps and tables. */
  private static final QuantizeOptions FINE =
      QuantizeOptions.defaults()
          .withRecipe(
              new Recipe.Uniform(
                  new WeightFormat.FixedPoint(8), true, ActivationFormat.Fixed.of(8)));

  static Stream<ActivationFunction> functions() {
    return Stream.of(
        Activations.leakyRelu(0.1f),
        Activations.hardSwish(),
        Activations.swish(1),
        Activations.sigmoid(),
        Activations.hardSigmoid(0.2f, 0.5f),
        Activations.tanh(),
        Activations.gelu(),
        Activations.elu(1),
        Activations.softplus(),
        Activations.mish(),
        Activations.clip(-1, 1));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void aFunctionCostsLittle(ActivationFunction function) {
    FloatNetwork network = chain(function);
    QuantizedNetwork quantized = quantize(network, FINE).network();
    assertEquals(3, tables(quantized).size());
    double sqnr = Sqnr.of(network, quantized, Images.bytes(INPUT, 16, 2));
    assertTrue(sqnr > 27, function + ": " + sqnr + " dB");
  }

  @Test
  void whatIsNeverNegativeHasUnsignedCodes() {
    QuantizedNetwork quantized = quantize(chain(Activations.sigmoid()), FINE).network();
    MacLayer first = quantized.macLayers().get(0);
    assertEquals(Optional.of(new FixedFormat(8, 8, false)), first.output().format().fixedPoint());
  }

  @Test
  void codesAreNotSpentWhereTheFunctionIsFlat() {
    QuantizedNetwork quantized = quantize(wide(Activations.hardSwish()), FINE).network();
    OutputStage.Requantize stage = quantized.macLayers().get(0).stage().requantize().orElseThrow();
    ActivationTable table = stage.table().orElseThrow();
    double least = Math.scalb((double) stage.lo(), -table.frac());
    double most = Math.scalb((double) stage.hi(), -table.frac());
    assertTrue(least < -2.5 && least > -6, "from " + least);
    assertTrue(most > 10, "to " + most);
  }

  @Test
  void residualsAreAddedBeforeTheFunction() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 3)
            .conv("x", "a", 8, FloatNetworks.SAME)
            .activation("a", "af", Activations.swish(1))
            .conv("af", "b", 8, FloatNetworks.SAME)
            .add("b", "af", "s")
            .activation("s", "sf", Activations.swish(1))
            .mean("sf", "m")
            .conv("m", "y", 5, Window.pointwise())
            .result("y");
    QuantizedNetwork quantized = quantize(network, FINE).network();
    assertEquals(3, quantized.layers().size());
    assertTrue(quantized.macLayers().get(1).skip().isPresent());
    assertTrue(Sqnr.of(network, quantized, Images.bytes(INPUT, 16, 2)) > 30);
  }

  @Test
  void aFunctionOfItsOwnIsALayerThatCopies() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 5)
            .conv("x", "a", 6, FloatNetworks.SAME)
            .pool("a", "p")
            .activation("p", "pf", Activations.tanh())
            .conv("pf", "y", 4, FloatNetworks.SAME)
            .result("y");
    QuantizedNetwork quantized = quantize(network, FINE).network();
    assertEquals(1, tables(quantized).size());
    assertTrue(Sqnr.of(network, quantized, Images.bytes(INPUT, 16, 2)) > 30);
  }

  @Test
  void aReturnedMapIsRounded() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 6)
            .conv("x", "a", 4, FloatNetworks.SAME)
            .activation("a", "y", Activations.sigmoid())
            .result("y");
    QuantizedNetwork quantized = quantize(network, FINE).network();
    assertTrue(quantized.output().format().fixedPoint().isPresent());
  }

  @Test
  void memoryCountsTheTables() {
    long plain = MemoryCount.of(quantize(relus(), FINE).network()).tables();
    long tables = MemoryCount.of(quantize(chain(Activations.hardSwish()), FINE).network()).tables();
    assertEquals(3 * 256 * 8, tables - plain);
  }

  private static List<ActivationTable> tables(QuantizedNetwork network) {
    List<ActivationTable> tables = new ArrayList<>();
    network.macLayers().forEach(layer -> layer.activation().ifPresent(tables::add));
    return tables;
  }

  private static FloatNetwork chain(ActivationFunction function) {
    return FloatNetworks.on(INPUT, 1)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .activation("a", "af", function)
        .conv("af", "b", 8, HALF)
        .activation("b", "bf", function)
        .conv("bf", "c", 8, FloatNetworks.SAME)
        .activation("c", "cf", function)
        .conv("cf", "y", 5, FloatNetworks.SAME)
        .result("y");
  }

  private static FloatNetwork relus() {
    return FloatNetworks.on(INPUT, 1)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "af")
        .conv("af", "b", 8, HALF)
        .relu("b", "bf")
        .conv("bf", "c", 8, FloatNetworks.SAME)
        .relu("c", "cf")
        .conv("cf", "y", 5, FloatNetworks.SAME)
        .result("y");
  }

  /** Sums from about -20 to 20. */
  private static FloatNetwork wide(ActivationFunction function) {
    return FloatNetworks.scaled(INPUT, 1, 8)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .activation("a", "af", function)
        .conv("af", "y", 5, FloatNetworks.SAME)
        .result("y");
  }

  private static QuantizationResult quantize(FloatNetwork network, QuantizeOptions options) {
    return Quantizer.quantize(
        network, Images.bytes(INPUT, 64, 1), CENTRED, options, PhaseProgress.none());
  }
}
