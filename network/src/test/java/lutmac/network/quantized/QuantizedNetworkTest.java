package lutmac.network.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import org.junit.jupiter.api.Test;

class QuantizedNetworkTest {
  private static final Tensor INPUT = map("x");
  private static final Tensor MIDDLE = map("m");
  private static final Tensor END = map("y");
  private static final List<QuantizedLayer> LAYERS =
      List.of(
          new MaxPoolLayer("first", INPUT, MIDDLE, Window.pointwise()),
          new MaxPoolLayer("second", MIDDLE, END, Window.pointwise()));

  @Test
  void returnsWhatItsLastLayerMakesUnlessTold() {
    InputEncoding input = new InputEncoding(INPUT, Preprocessing.none(), false);
    QuantizedNetwork network =
        new QuantizedNetwork("net", input, LAYERS, Rounding.HALF_EVEN, Map.of());

    assertEquals(List.of(END), network.outputs());
  }

  @Test
  void returnsSeveralMapsAlsoSuchAsAreReadInTheOrderGiven() {
    QuantizedNetwork network = returning(END, MIDDLE);

    assertEquals(END, network.output());
    assertTrue(network.returns(MIDDLE));
  }

  @Test
  void rejectsOutputsThatNoLayerMakes() {
    assertThrows(IllegalArgumentException.class, () -> returning(END, map("z")));
    assertThrows(IllegalArgumentException.class, () -> returning(INPUT));
  }

  @Test
  void rejectsAnOutputThatIsReturnedTwice() {
    assertThrows(IllegalArgumentException.class, () -> returning(END, END));
  }

  @Test
  void rejectsNetworksWithoutOutputs() {
    assertThrows(IllegalArgumentException.class, QuantizedNetworkTest::returning);
  }

  private static QuantizedNetwork returning(Tensor... outputs) {
    return new QuantizedNetwork(
        "net",
        new InputEncoding(INPUT, Preprocessing.none(), false),
        LAYERS,
        List.of(outputs),
        Rounding.HALF_EVEN,
        Map.of());
  }

  private static Tensor map(String name) {
    return Tensor.zeroPadded(name, new Shape(1, 2, 2), new FixedFormat(8, 0, false));
  }
}
