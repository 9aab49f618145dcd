package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.fuse.FusedLayer;
import org.junit.jupiter.api.Test;

/**
 * Formats that the hardware can make. The layer's weights have the greatest magnitude 1, so that
 * their levels are at most {@code 64 * 2^-6}; on inputs of 4 fraction bits its sums have 10.
 */
class LegalityTest {
  private static final Shape SHAPE = new Shape(1, 2, 2);
  private static final FixedFormat INPUT = new FixedFormat(8, 4, false);

  @Test
  void formatsThatAreLegalStay() {
    Legality.Result result = repaired(Optional.empty(), Map.of("y", new FixedFormat(8, 10, true)));
    assertEquals(new FixedFormat(8, 10, true), result.formats().get("y"));
    assertEquals(Map.of(), result.repairs());
  }

  @Test
  void outputIsNoFinerThanTheSums() {
    Legality.Result result = repaired(Optional.empty(), Map.of("y", new FixedFormat(8, 13, true)));
    assertEquals(new FixedFormat(8, 10, true), result.formats().get("y"));
    assertEquals(
        List.of("output format moved from s8.13 to s8.10: the sums are no finer"),
        result.repairs().get("conv"));
  }

  @Test
  void logarithmicOutputMovesWithItsBitsAndResolution() {
    Legality.Result result = repaired(Optional.empty(), Map.of("y", new LogFormat(5, 2, 13)));
    assertEquals(new LogFormat(5, 2, 10), result.formats().get("y"));
  }

  /** Weights may be clipped: their exponent rises to what the skip connection demands. */
  @Test
  void outputMayBeAsFineAsTheSkipConnection() {
    Legality.Result result =
        repaired(
            Optional.of("s"),
            Map.of("y", new FixedFormat(8, 13, true), "s", new FixedFormat(8, 12, true)));
    assertEquals(new FixedFormat(8, 12, true), result.formats().get("y"));
  }

  @Test
  void outputIsAtMost31BitsCoarserThanTheSkipConnection() {
    Legality.Result result =
        repaired(
            Optional.of("s"),
            Map.of("y", new FixedFormat(8, -21, true), "s", new FixedFormat(8, 12, true)));
    assertEquals(new FixedFormat(8, -19, true), result.formats().get("y"));
    assertEquals(
        List.of("output format moved from s8.-21 to s8.-19: the output shift is at most 31"),
        result.repairs().get("conv"));
  }

  @Test
  void formatsThatAreSharedMoveTogether() {
    FixedFormat fine = new FixedFormat(8, 13, true);
    Legality.Result result = repaired(Optional.empty(), Map.of("y", fine, "pooled", fine));
    assertEquals(new FixedFormat(8, 10, true), result.formats().get("pooled"));
  }

  private static Legality.Result repaired(Optional<String> skip, Map<String, TensorFormat> made) {
    FusedLayer.Linear conv =
        new FusedLayer.Linear(
            "conv",
            "x",
            SHAPE,
            skip,
            "y",
            SHAPE,
            Window.pointwise(),
            1,
            false,
            false,
            new float[] {1},
            new float[1],
            Optional.empty());
    FusedLayer.Pool pool =
        new FusedLayer.Pool("pool", "y", SHAPE, "pooled", SHAPE, Window.pointwise());
    Map<String, TensorFormat> formats = new HashMap<>(made);
    formats.put("x", INPUT);
    List<String> shared = List.of("y", "pooled");
    return Legality.repair(
        List.of(conv, pool),
        Map.of("conv", new double[][] {{1}}),
        formats,
        Map.of("y", shared, "pooled", shared));
  }
}
