package lutmac.network.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AccumulatorRangeTest {
  private static final Codebook TABLE = new Codebook(List.of(0, -3, 5, 100));

  /** Both extreme inputs of every tap, tried exhaustively. */
  @Property(tries = 50)
  void extremesAreReachedAndNeverExceeded(@ForAll boolean signed, @ForAll long seed) {
    int inChannels = 5;
    byte[] codes = new byte[2 * inChannels];
    java.util.Random random = new java.util.Random(seed);
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(4);
    }
    FixedFormat format = new FixedFormat(8, 3, signed);
    MacLayer layer = layer(format, inChannels, codes, new int[] {7, -9}, false, Optional.empty());

    long arrayMin = 0;
    long arrayMax = 0;
    long valueMin = Long.MAX_VALUE;
    long valueMax = Long.MIN_VALUE;
    for (int o = 0; o < 2; o++) {
      for (int corner = 0; corner < 1 << inChannels; corner++) {
        long sum = 0;
        for (int i = 0; i < inChannels; i++) {
          long x = (corner >> i & 1) == 0 ? format.minCode() : format.maxCode();
          sum += x * layer.weight(o, i, 0, 0);
        }
        arrayMin = Math.min(arrayMin, sum);
        arrayMax = Math.max(arrayMax, sum);
        valueMin = Math.min(valueMin, sum + layer.bias()[o]);
        valueMax = Math.max(valueMax, sum + layer.bias()[o]);
      }
    }
    assertEquals(
        new AccumulatorRange(arrayMin, arrayMax, valueMin, valueMax), AccumulatorRange.of(layer));
  }

  @Test
  void widthHoldsBothExtremes() {
    assertEquals(1, new AccumulatorRange(0, 0, 0, 0).arrayBits());
    assertEquals(8, new AccumulatorRange(-128, 127, 0, 0).arrayBits());
    assertEquals(9, new AccumulatorRange(-128, 128, 0, 0).arrayBits());
    assertEquals(9, new AccumulatorRange(-129, 0, 0, 0).arrayBits());
    assertEquals(32, new AccumulatorRange(0, 0, Integer.MIN_VALUE, 0).valueBits());
    assertFalse(new AccumulatorRange(0, 0, 0, 1L << 31).fitsInt32());
  }

  @Test
  void summedPixelsCountInTheValueButNotInTheArray() {
    byte[] codes = {3};
    MacLayer layer =
        layer(new FixedFormat(8, 0, false), 1, codes, new int[] {1}, true, Optional.empty());
    assertEquals(new AccumulatorRange(0, 25500, 1, 6 * 25500 + 1), AccumulatorRange.of(layer));
  }

  @Test
  void skipCountsAtItsAlignment() {
    Tensor skip = Tensor.zeroPadded("r", new Shape(1, 2, 3), new FixedFormat(8, 0, true));
    MacLayer layer =
        layer(
            new FixedFormat(8, 0, false),
            1,
            new byte[] {1},
            new int[] {0},
            false,
            Optional.of(new Skip(skip, List.of(4))));
    assertEquals(new AccumulatorRange(-765, 0, -765 - 2048, 2032), AccumulatorRange.of(layer));
  }

  private static MacLayer layer(
      FixedFormat input,
      int inChannels,
      byte[] codes,
      int[] bias,
      boolean sumPixels,
      Optional<Skip> skip) {
    Shape in = new Shape(inChannels, 2, 3);
    Shape out = sumPixels ? new Shape(bias.length, 1, 1) : new Shape(bias.length, 2, 3);
    return new MacLayer(
        "layer",
        Tensor.zeroPadded("x", in, input),
        Tensor.zeroPadded("y", out, new FixedFormat(8, 0, true)),
        skip,
        Window.pointwise(),
        sumPixels,
        TABLE,
        codes,
        bias,
        new OutputStage.Requantize(Collections.nCopies(bias.length, 0), -128, 127));
  }
}
