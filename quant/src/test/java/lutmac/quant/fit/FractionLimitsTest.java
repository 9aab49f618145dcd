package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationCodes;
import org.junit.jupiter.api.Test;

/** How many fraction bits the sums of a layer may have. */
class FractionLimitsTest {
  /** Greatest magnitude 1: with the exponent 6 it is 64, with 7 it would be 128. Input 2^-4. */
  private static final PointwiseLayer LAYER =
      PointwiseLayer.random(new double[][] {{1, -0.25}}, new double[1], 2, 1);

  @Test
  void outputAndSkipConnectionAreShiftedByNoneTo31Bits() {
    FractionLimits output = FractionLimits.of(task(Optional.of(5), Optional.empty()));
    assertEquals(List.of(5, 36), List.of(output.least(), output.most()));
    FractionLimits both = FractionLimits.of(task(Optional.of(5), Optional.of(9)));
    assertEquals(List.of(9, 36), List.of(both.least(), both.most()));
    FractionLimits skip = FractionLimits.of(task(Optional.of(12), Optional.of(9)));
    assertEquals(List.of(12, 40), List.of(skip.least(), skip.most()));
  }

  @Test
  void lastLayerIsFree() {
    FractionLimits limits = FractionLimits.of(task(Optional.empty(), Optional.empty()));
    assertTrue(limits.least() < -1000 && limits.most() > 1000, limits.toString());
    assertTrue(limits.notes(task(Optional.empty(), Optional.empty())).isEmpty());
  }

  @Test
  void overflowLowersTheMostAndRemembersTheFirst() {
    LayerTask task = task(Optional.of(5), Optional.empty());
    FractionLimits once = FractionLimits.of(task).below(20);
    assertEquals(19, once.most());
    FractionLimits twice = once.below(17);
    assertEquals(16, twice.most());
    assertEquals(
        List.of("sums with 20 fraction bits exceed 32 bits: lowered to 16"), twice.notes(task));
  }

  @Test
  void nothingAllowedIsRefusedByTheNameOfTheLayer() {
    FractionLimits limits = FractionLimits.of(task(Optional.of(5), Optional.empty()));
    assertDoesNotThrow(() -> limits.below(6).requireRoom("conv"));
    String message =
        assertThrows(BadInputException.class, () -> limits.below(5).requireRoom("conv"))
            .getMessage();
    assertTrue(message.contains("'conv'") && message.contains("5 fraction bits"), message);
  }

  /** Naturally the sums have 4 + 6 fraction bits. */
  @Test
  void anExponentThatHasToMoveIsNoted() {
    assertEquals(List.of(), notes(Optional.of(10)));
    assertEquals(
        List.of(
            "weight exponent raised from 6 to 7 to align with output and skip connection: weights are clipped"),
        notes(Optional.of(11)));
    assertEquals(
        List.of("weight exponent lowered from 6 to 5: the output shift is at most 31"),
        notes(Optional.of(-22)));
  }

  private static List<String> notes(Optional<Integer> output) {
    LayerTask task = task(output, Optional.empty());
    return FractionLimits.of(task).notes(task);
  }

  private static LayerTask task(Optional<Integer> output, Optional<Integer> skip) {
    Optional<TensorFormat> format = output.map(frac -> new FixedFormat(8, frac, true));
    Optional<ActivationCodes> codes =
        skip.map(
            frac ->
                new ActivationCodes(
                    Tensor.zeroPadded("s", new Shape(1, 1, 4), new FixedFormat(8, frac, true)),
                    new byte[2][4]));
    return LAYER.task(PointwiseLayer.FIXED8, format, codes, LAYER.sums(LAYER.weights()));
  }
}
