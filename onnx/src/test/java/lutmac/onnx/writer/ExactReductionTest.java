package lutmac.onnx.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ExactReductionTest {
  private static final int LIMIT = 1 << 24;

  @Test
  void sumsUpToTwoToThe24AreExactInFloat() {
    // One weight of 1 and an unsigned 8-bit input: products reach 255.
    assertFalse(wide(LIMIT - 255, 4, Rounding.HALF_EVEN));
    assertTrue(wide(LIMIT - 254, 4, Rounding.HALF_EVEN));
    assertFalse(wide(-LIMIT, 4, Rounding.HALF_EVEN));
    assertTrue(wide(-LIMIT - 1, 4, Rounding.HALF_EVEN));
  }

  @Test
  void halfAStepIsPartOfTheSumWhenRoundingUp() {
    assertFalse(wide(LIMIT - 255 - 8, 4, Rounding.HALF_UP));
    assertTrue(wide(LIMIT - 254 - 8, 4, Rounding.HALF_UP));
    assertFalse(wide(LIMIT / 2 - 256, 0, Rounding.HALF_UP));
    assertTrue(wide(LIMIT / 2 - 255, 0, Rounding.HALF_UP));
  }

  @Property(tries = 50)
  void partsCoverEveryTapOfEveryChannelOnce(@ForAll long seed) {
    MacLayer layer = (MacLayer) RandomNetworks.wideNetwork(seed).layers().get(0);
    ExactReduction reduction =
        ExactReduction.of(
            layer, Collections.nCopies(layer.inChannels(), 0), layer.bias(), Rounding.HALF_EVEN);
    assertTrue(reduction.wide());
    int[] covered = new int[layer.inChannels() * layer.window().kernelArea()];
    for (ExactReduction.Part part : reduction.parts()) {
      int from = part.kernel().map(ExactReduction.KernelRange::from).orElse(0);
      int to =
          part.kernel().map(ExactReduction.KernelRange::to).orElse(layer.window().kernelArea());
      for (int i = part.fromChannel(); i < part.toChannel(); i++) {
        for (int tap = from; tap < to; tap++) {
          covered[i * layer.window().kernelArea() + tap]++;
        }
      }
    }
    for (int count : covered) {
      assertEquals(1, count);
    }
  }

  private static boolean wide(int bias, int shift, Rounding rounding) {
    Shape shape = new Shape(1, 1, 1);
    MacLayer layer =
        new MacLayer(
            "layer",
            Tensor.zeroPadded("x", shape, new FixedFormat(8, 0, false)),
            Tensor.zeroPadded("y", shape, new FixedFormat(8, 0, false)),
            Optional.empty(),
            Window.pointwise(),
            false,
            new Codebook(List.of(0, 1)),
            new byte[] {1},
            new int[] {bias},
            new OutputStage.Requantize(List.of(shift), 0, 255));
    return ExactReduction.of(layer, List.of(0), layer.bias(), rounding).wide();
  }
}
