package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.runtime.image.Images;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** What the quantizer makes, whatever it is told, the compiler builds, in every style. */
@Tag("slow")
class EverythingBuildsTest {
  private static final int IMAGES = 12;

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void whateverTheRecipeAndTheBudget(@ForAll long seed) {
    Random random = new Random(seed);
    Shape input = new Shape(1 + random.nextInt(5), 4 + random.nextInt(8), 4 + random.nextInt(8));
    FloatNetwork network = FloatNetworks.random(input, seed);
    Recipe recipe = recipe(random);
    Optional<QuantizedNetwork> made = quantized(network, input, recipe, seed);
    if (made.isEmpty()) {
      return;
    }
    QuantizedNetwork quantized = made.get();
    int rows = 1 + random.nextInt(9);
    int cols = 2 + random.nextInt(8);
    for (PeStyle style : PeStyles.all()) {
      AcceleratorConfig config = ConfigChooser.choose(quantized, rows, cols, style);
      CompiledNetwork compiled = NetworkCompiler.compile(quantized, config);
      assertEquals(
          compiled.layers().size(), CycleModel.predict(compiled).size(), recipe.toString());
    }
  }

  /** Empty if not even the smallest formats are within the budget. */
  private static Optional<QuantizedNetwork> quantized(
      FloatNetwork network, Shape input, Recipe recipe, long seed) {
    try {
      return Optional.of(
          Quantizer.quantize(
                  network,
                  Images.bytes(input, IMAGES, seed),
                  new Preprocessing(List.of(120.0), List.of(60.0), false, Optional.empty(), 0),
                  QuantizeOptions.defaults().withRecipe(recipe),
                  PhaseProgress.none())
              .network());
    } catch (BadInputException refused) {
      assertTrue(refused.getMessage().contains("exceed the budget"), refused.getMessage());
      return Optional.empty();
    }
  }

  private static Recipe recipe(Random random) {
    int weightBits = 1 + random.nextInt(8);
    ActivationFormat.Fixed maps = ActivationFormat.Fixed.of(2 + random.nextInt(7));
    WeightFormat weights =
        weightBits <= 4
            ? new WeightFormat.Table(weightBits, 1 + random.nextInt(4))
            : new WeightFormat.FixedPoint(weightBits);
    return switch (random.nextInt(6)) {
      case 0 -> new Recipe.Uniform(weights, random.nextBoolean(), maps);
      case 1 -> new Recipe.Mxqn(2 + random.nextInt(7), 2 + random.nextInt(7));
      case 2 -> new Recipe.Fxp(new Budget.CompressionRatio(2.5 + 1.5 * random.nextDouble()));
      case 3 ->
          new Recipe.Auto(
              Recipe.Auto.allWeights(),
              List.of(maps),
              new Budget.MeanWeightBits(2 + 6 * random.nextDouble()));
      case 4 ->
          new Recipe.Auto(
              Recipe.Auto.allWeights(1, 4),
              Recipe.Auto.allActivations(),
              new Budget.CompressionRatio(3 + random.nextDouble()));
      default -> Recipe.Auto.of(weights, maps);
    };
  }
}
