package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.PeStyle;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import org.junit.jupiter.api.Test;

class CycleModelTest {

  @Test
  void resNet20KeepsTheArrayBusy() {
    assertTrue(busyShareOfConvolutions(14, 16, PeStyle.CSD) >= 0.88);
    assertTrue(busyShareOfConvolutions(8, 16, PeStyle.BINS) >= 0.88);
  }

  /** Useful multiply-accumulates over what the array could do, convolutions only. */
  private static double busyShareOfConvolutions(int rows, int cols, PeStyle pe) {
    QuantizedNetwork network = Networks.resNet20();
    AcceleratorConfig config = ConfigChooser.choose(network, rows, cols, pe);
    List<LayerCycles> layers =
        CycleModel.predict(NetworkCompiler.compile(network, config)).stream()
            .filter(layer -> !layer.name().equals("classifier"))
            .toList();
    double cycles = layers.stream().mapToLong(LayerCycles::cycles).sum();
    double steps = layers.stream().mapToLong(LayerCycles::steps).sum();
    double macs = layers.stream().mapToLong(LayerCycles::macs).sum();
    System.out.printf(
        "%s %dx%d %s: %.0f cycles, steps in %.1f %% of them, %.1f %% of all multiply-accumulates%n",
        pe.id(),
        rows,
        cols,
        config,
        cycles,
        100 * steps / cycles,
        100 * macs / cycles / rows / cols);
    return macs / cycles / rows / cols;
  }

  @Test
  void countsOneStepPerTapOfEveryTile() {
    QuantizedNetwork network =
        new Networks(new Shape(16, 8, 8), 0).conv("c1", 20, Networks.square(3, 1, 1)).build();
    AcceleratorConfig config = ConfigChooser.choose(network, 8, 16, PeStyle.CSD);
    LayerCycles layer = CycleModel.predict(NetworkCompiler.compile(network, config)).get(0);
    assertEquals(2 * 8 * 144, layer.steps());
    assertTrue(layer.cycles() >= layer.steps());
    assertTrue(layer.stepShare() > 0.95, "16 channels keep an array of 8 rows fed");
  }

  @Test
  void moreRowsThanChannelsAreBoundByTheFeeder() {
    QuantizedNetwork network =
        new Networks(new Shape(4, 8, 8), 0)
            .conv("c0", 4, Networks.square(1, 1, 0))
            .conv("c1", 4, Networks.square(3, 1, 1))
            .build();
    AcceleratorConfig config = ConfigChooser.choose(network, 16, 4, PeStyle.CSD);
    LayerCycles layer = CycleModel.predict(NetworkCompiler.compile(network, config)).get(1);
    assertEquals(0.25, layer.stepShare(), 0.05);
  }

  @Test
  void longSchedulesBoundShortReductions() {
    QuantizedNetwork network =
        new Networks(new Shape(4, 32, 32), 0).conv("c1", 4, Networks.square(1, 1, 0)).build();
    AcceleratorConfig shared = ConfigChooser.choose(network, 8, 4, PeStyle.BINS, 18, 8);
    AcceleratorConfig own = ConfigChooser.choose(network, 8, 4, PeStyle.BINS, 18, 1);
    long slow = CycleModel.predict(NetworkCompiler.compile(network, shared)).get(0).cycles();
    long fast = CycleModel.predict(NetworkCompiler.compile(network, own)).get(0).cycles();
    assertTrue(slow > 4 * fast);
  }
}
