package lutmac.network.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.ActivationTable;
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
import org.junit.jupiter.api.Test;

/** Numbers worked out by hand. */
class GoldenModelTest {
  private static final FixedFormat UNSIGNED = new FixedFormat(8, 0, false);
  private static final FixedFormat SIGNED = new FixedFormat(8, 0, true);
  private static final Codebook TABLE = new Codebook(List.of(0, 1, -1, 10));
  private static final byte ZERO = 0;
  private static final byte PLUS = 1;
  private static final byte MINUS = 2;
  private static final byte TEN = 3;

  @Test
  void convolutionPadsWithThePadCodeOfTheChannel() {
    Tensor in = new Tensor("in", new Shape(1, 1, 3), UNSIGNED, List.of(7));
    Window window = new Window(1, 3, 1, 1, 0, 1, 0, 1, 1, 1);
    MacLayer layer =
        mac(in, new Shape(1, 1, 3), window, new byte[] {TEN, PLUS, MINUS}, 0, requantize(0));
    // 10*7 + 1 - 2, 10*1 + 2 - 3, 10*2 + 3 - 7
    assertArrayEquals(new int[] {69, 9, 16}, run(layer, Rounding.HALF_EVEN, 1, 2, 3));
  }

  @Test
  void activationTableIsReadAtTheClampedPreActivationCode() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 5), SIGNED);
    ActivationTable table = new ActivationTable("any", 2, List.of(40, 5, -7, 90));
    OutputStage stage = new OutputStage.Requantize(List.of(1), -2, 1, Optional.of(table));
    MacLayer layer = mac(in, new Shape(1, 1, 5), Window.pointwise(), new byte[] {PLUS}, 0, stage);
    // -100/2 -> -2, -3/2 = -1.5 -> -2, -2/2 = -1, 1/2 -> 0, 50/2 -> 1
    assertArrayEquals(
        new int[] {40, 40, 5, -7, 90}, run(layer, Rounding.HALF_EVEN, -100, -3, -2, 1, 50));
  }

  @Test
  void activationTableMayMakeLogarithmicValues() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 2), SIGNED);
    ActivationTable table = new ActivationTable("any", 0, List.of(10, 0));
    OutputStage stage = new OutputStage.Requantize(List.of(0), 5, 6, Optional.of(table));
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", new Shape(1, 1, 2), new LogFormat(4, 1, 0)),
            Optional.empty(),
            Window.pointwise(),
            false,
            TABLE,
            new byte[] {PLUS},
            new int[1],
            stage);
    assertArrayEquals(new int[] {10, 0}, run(layer, Rounding.HALF_EVEN, 5, 6));
  }

  @Test
  void skipIsAddedBeforeTheActivationTable() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 2), SIGNED);
    ActivationTable table = new ActivationTable("any", 0, List.of(9, 8, 7, 6));
    MacLayer plain =
        mac(
            in,
            new Shape(1, 1, 2),
            Window.pointwise(),
            new byte[] {PLUS},
            0,
            new OutputStage.Requantize(List.of(0), 0, 3, Optional.of(table)));
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            plain.output(),
            Optional.of(new Skip(in, List.of(0))),
            plain.window(),
            1,
            false,
            plain.planes(),
            plain.bias(),
            plain.stage());
    // table[1 + 1], table[-1 - 1 clamped to 0]
    assertArrayEquals(new int[] {7, 9}, run(layer, Rounding.HALF_EVEN, 1, -1));
  }

  @Test
  void strideAndDilationSelectTheTaps() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 3, 5), UNSIGNED);
    Window window = new Window(2, 2, 1, 2, 0, 0, 0, 0, 2, 2);
    MacLayer layer =
        mac(in, new Shape(1, 1, 2), window, new byte[] {PLUS, TEN, ZERO, MINUS}, 5, requantize(0));
    int[] image = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    // in[0,0] + 10*in[0,2] - in[2,2] + 5, in[0,2] + 10*in[0,4] - in[2,4] + 5
    assertArrayEquals(
        new int[] {1 + 30 - 13 + 5, 3 + 50 - 15 + 5}, run(layer, Rounding.HALF_EVEN, image));
  }

  @Test
  void sumsOverInputChannels() {
    Tensor in = Tensor.zeroPadded("in", new Shape(2, 1, 1), UNSIGNED);
    MacLayer layer =
        mac(in, new Shape(1, 1, 1), Window.pointwise(), new byte[] {TEN, PLUS}, 0, requantize(0));
    assertArrayEquals(new int[] {43}, run(layer, Rounding.HALF_EVEN, 4, 3));
  }

  @Test
  void halfEvenTakesTheEvenNeighbour() {
    assertArrayEquals(new int[] {-2, -2, -1, 0, 0, 0, 1, 2, 2}, rounded(Rounding.HALF_EVEN, 2));
  }

  @Test
  void halfUpTakesTheUpperNeighbour() {
    assertArrayEquals(new int[] {-2, -1, -1, 0, 0, 1, 1, 2, 2}, rounded(Rounding.HALF_UP, 2));
  }

  /** -8, -6, -4, -2, 0, 2, 4, 6, 8 (halves, wholes) divided by 2^shift. */
  private static int[] rounded(Rounding rounding, int shift) {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 9), SIGNED);
    MacLayer layer =
        mac(in, in.shape(), Window.pointwise(), new byte[] {PLUS}, 0, requantize(shift));
    return run(layer, rounding, -8, -6, -4, -2, 0, 2, 4, 6, 8);
  }

  @Test
  void clampsToTheBoundsOfTheStage() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 3), SIGNED);
    OutputStage relu6 = new OutputStage.Requantize(List.of(0), 0, 48);
    MacLayer layer = mac(in, in.shape(), Window.pointwise(), new byte[] {TEN}, 0, relu6);
    assertArrayEquals(new int[] {0, 30, 48}, run(layer, Rounding.HALF_EVEN, -3, 3, 9));
  }

  @Test
  void skipIsAlignedAndAddedBeforeRounding() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 2), SIGNED);
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", in.shape(), SIGNED),
            Optional.of(new Skip(in, List.of(2))),
            Window.pointwise(),
            false,
            TABLE,
            new byte[] {TEN},
            new int[] {1},
            requantize(2));
    // 10*3 + 1 + 3*4 = 43, 43/4 = 10.75; 10*-1 + 1 - 4 = -13, -13/4 = -3.25
    assertArrayEquals(new int[] {11, -3}, run(layer, Rounding.HALF_EVEN, 3, -1));
  }

  @Test
  void sumPixelsAddsTheBiasOnce() {
    Tensor in = Tensor.zeroPadded("in", new Shape(2, 1, 2), UNSIGNED);
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", new Shape(2, 1, 1), new AccumulatorFormat(List.of(0, 0))),
            Optional.empty(),
            Window.pointwise(),
            true,
            TABLE,
            new byte[] {PLUS, TEN, MINUS, ZERO},
            new int[] {100, 1000},
            new OutputStage.Accumulators());
    // (1+2) + 10*(3+4) + 100, -(1+2) + 1000
    assertArrayEquals(new int[] {173, 997}, run(layer, Rounding.HALF_EVEN, 1, 2, 3, 4));
  }

  @Test
  void outsideNeverWinsTheMaximum() {
    Tensor in = new Tensor("in", new Shape(1, 2, 2), SIGNED, List.of(100));
    MaxPoolLayer pool =
        new MaxPoolLayer(
            "pool",
            in,
            Tensor.zeroPadded("out", new Shape(1, 1, 1), SIGNED),
            new Window(3, 3, 2, 2, 1, 1, 0, 0, 1, 1));
    assertArrayEquals(new int[] {-1}, run(pool, Rounding.HALF_EVEN, -4, -3, -2, -1));
  }

  @Test
  void groupsSeeTheirOwnChannelsOnly() {
    Tensor in = Tensor.zeroPadded("in", new Shape(4, 1, 1), UNSIGNED);
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", new Shape(2, 1, 1), SIGNED),
            Optional.empty(),
            Window.pointwise(),
            2,
            false,
            List.of(new WeightPlane(TABLE, new byte[] {TEN, PLUS, MINUS, PLUS})),
            new int[2],
            new OutputStage.Requantize(List.of(0, 0), -128, 127));
    // 10*1 + 2, -3 + 9
    assertArrayEquals(new int[] {12, 6}, run(layer, Rounding.HALF_EVEN, 1, 2, 3, 9));
  }

  @Test
  void levelsOfTwoPlanesAddUp() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 1), UNSIGNED);
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", new Shape(1, 1, 1), SIGNED),
            Optional.empty(),
            Window.pointwise(),
            1,
            false,
            List.of(
                new WeightPlane(TABLE, new byte[] {TEN}),
                new WeightPlane(TABLE, new byte[] {MINUS})),
            new int[1],
            requantize(0));
    assertArrayEquals(new int[] {27}, run(layer, Rounding.HALF_EVEN, 3));
  }

  @Test
  void logarithmicOutputsTakeTheNearestValueOfTwoTheLarger() {
    // Values 0, 5, 7, 10, 14, 20, 28, ...; 12 lies as near to 10 as to 14.
    LogFormat format = new LogFormat(4, 1, 0);
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 8), UNSIGNED);
    MacLayer layer =
        new MacLayer(
            "layer",
            in,
            Tensor.zeroPadded("out", in.shape(), format),
            Optional.empty(),
            Window.pointwise(),
            false,
            TABLE,
            new byte[] {PLUS},
            new int[1],
            new OutputStage.Requantize(List.of(0), 0, 18));
    assertArrayEquals(
        new int[] {0, 5, 5, 7, 7, 10, 14, 20},
        run(layer, Rounding.HALF_EVEN, 2, 3, 5, 6, 8, 11, 12, 255));
  }

  @Test
  void concatenationKeepsTheOrderOfItsInputs() {
    Tensor in = Tensor.zeroPadded("in", new Shape(2, 1, 2), UNSIGNED);
    ConcatLayer layer =
        new ConcatLayer(
            "joined", List.of(in, in), Tensor.zeroPadded("out", new Shape(4, 1, 2), UNSIGNED));
    assertArrayEquals(
        new int[] {1, 2, 3, 4, 1, 2, 3, 4}, run(layer, Rounding.HALF_EVEN, 1, 2, 3, 4));
  }

  @Test
  void refusesASumThatDoesNotFitTheAccumulator() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 1), UNSIGNED);
    MacLayer layer =
        mac(
            in,
            in.shape(),
            Window.pointwise(),
            new byte[] {PLUS},
            Integer.MAX_VALUE,
            requantize(0));
    assertArrayEquals(new int[] {127}, run(layer, Rounding.HALF_EVEN, 0));
    assertThrows(ArithmeticException.class, () -> run(layer, Rounding.HALF_EVEN, 1));
  }

  @Test
  void rejectsCodesOutsideTheInputFormat() {
    Tensor in = Tensor.zeroPadded("in", new Shape(1, 1, 1), UNSIGNED);
    MacLayer layer = mac(in, in.shape(), Window.pointwise(), new byte[] {PLUS}, 0, requantize(0));
    assertThrows(IllegalArgumentException.class, () -> run(layer, Rounding.HALF_EVEN, 256));
    assertThrows(IllegalArgumentException.class, () -> run(layer, Rounding.HALF_EVEN, 1, 2));
  }

  private static OutputStage requantize(int shift) {
    return new OutputStage.Requantize(List.of(shift), -128, 127);
  }

  private static MacLayer mac(
      Tensor in, Shape out, Window window, byte[] codes, int bias, OutputStage stage) {
    return new MacLayer(
        "layer",
        in,
        Tensor.zeroPadded("out", out, SIGNED),
        Optional.empty(),
        window,
        false,
        TABLE,
        codes,
        new int[] {bias},
        stage);
  }

  private static int[] run(QuantizedLayer layer, Rounding rounding, int... codes) {
    QuantizedNetwork network =
        new QuantizedNetwork(
            "one layer",
            new InputEncoding(layer.inputs().get(0), Preprocessing.none(), true),
            List.of(layer),
            rounding,
            Map.of());
    return GoldenModel.run(network, codes).get("out");
  }
}
