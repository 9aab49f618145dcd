package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.AreaBound;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.StepCodes;
import lutmac.generator.pe.StyleParameter;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import org.junit.jupiter.api.Test;

class CycleModelTest {

  @Test
  void resNet20KeepsTheArrayBusy() {
    assertTrue(busyShareOfConvolutions(14, 16, new CsdStyle()) >= 0.88);
    assertTrue(busyShareOfConvolutions(8, 16, new BinsStyle(14, 4)) >= 0.88);
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
        pe.name(),
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
    AcceleratorConfig config = ConfigChooser.choose(network, 8, 16, new CsdStyle());
    LayerCycles layer = CycleModel.predict(NetworkCompiler.compile(network, config)).get(0);
    assertEquals(2 * (7 * 144 + 96), layer.steps(), "the last kernel row lies below the last tile");
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
    AcceleratorConfig config = ConfigChooser.choose(network, 16, 4, new CsdStyle());
    LayerCycles layer = CycleModel.predict(NetworkCompiler.compile(network, config)).get(1);
    assertEquals(12.0 / 18, layer.stepShare(), 0.05);
  }

  /** A style may need several cycles for a step. */
  @Test
  void slowStepsTakeTheirCycles() {
    QuantizedNetwork network =
        new Networks(new Shape(16, 8, 8), 0).conv("c1", 20, Networks.square(3, 1, 1)).build();
    PeStyle csd = new CsdStyle();
    long once = cyclesOf(network, csd);
    assertEquals(3.0, (double) cyclesOf(network, new Slow(csd, 3)) / once, 0.1);
  }

  private static long cyclesOf(QuantizedNetwork network, PeStyle pe) {
    AcceleratorConfig config = ConfigChooser.choose(network, 8, 16, pe);
    return CycleModel.predict(NetworkCompiler.compile(network, config)).get(0).cycles();
  }

  /** Another style's array that takes its time. */
  private record Slow(PeStyle fast, int cycles) implements PeStyle {
    @Override
    public int stepCycles(List<Integer> table, int plane) {
      return cycles;
    }

    @Override
    public String name() {
      return fast.name();
    }

    @Override
    public String summary() {
      return fast.summary();
    }

    @Override
    public List<StyleParameter> parameters() {
      return fast.parameters();
    }

    @Override
    public Map<String, Integer> values() {
      return fast.values();
    }

    @Override
    public PeStyle with(Map<String, Integer> values) {
      return new Slow(fast.with(values), cycles);
    }

    @Override
    public boolean computes(int level) {
      return fast.computes(level);
    }

    @Override
    public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
      return fast.table(layer, planes, codes);
    }

    @Override
    public String describe(int index, int word) {
      return fast.describe(index, word);
    }

    @Override
    public int segmentSpacing(int rows, List<Integer> table, int plane) {
      return fast.segmentSpacing(rows, table, plane);
    }

    @Override
    public int handOver(int rows, List<Integer> table, int plane) {
      return fast.handOver(rows, table, plane);
    }

    @Override
    public List<AreaBound> areaBounds() {
      return fast.areaBounds();
    }
  }

  @Test
  void longSchedulesBoundShortReductions() {
    QuantizedNetwork network =
        new Networks(new Shape(4, 32, 32), 0).conv("c1", 4, Networks.square(1, 1, 0)).build();
    AcceleratorConfig shared = ConfigChooser.choose(network, 8, 4, new BinsStyle(18, 8));
    AcceleratorConfig own = ConfigChooser.choose(network, 8, 4, new BinsStyle(18, 1));
    long slow = CycleModel.predict(NetworkCompiler.compile(network, shared)).get(0).cycles();
    long fast = CycleModel.predict(NetworkCompiler.compile(network, own)).get(0).cycles();
    assertTrue(slow > 4 * fast);
  }
}
