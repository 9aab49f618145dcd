package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PatchesTest {

  /** Weights times gathered columns against the convolution's own loops. */
  @Property(tries = 60)
  void patchesTimesWeightsIsTheConvolution(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 1, max = 2) int dilation,
      @ForAll boolean signed,
      @ForAll @IntRange(min = 1, max = 9) int block) {
    Random random = new Random(seed);
    Shape in = new Shape(1 + random.nextInt(3), 5 + random.nextInt(3), 5 + random.nextInt(3));
    Window window = new Window(3, 2, stride, 1, 1, 0, random.nextInt(2), 2, dilation, dilation);
    Shape out = window.outputShape(in, 2);
    List<Integer> pads = random.ints(in.channels(), 0, 100).boxed().toList();
    Tensor tensor = new Tensor("x", in, new FixedFormat(8, 0, signed), pads);
    byte[][] maps = new byte[3][in.size()];
    for (byte[] map : maps) {
      random.nextBytes(map);
    }
    int taps = in.channels() * 6;
    int[] weights = random.ints(2 * taps, -128, 128).toArray();

    ActivationCodes codes = new ActivationCodes(tensor, maps);
    Patches patches = new Patches(in, window, false);
    int columns = 3 * patches.pixels();
    int[][] got = new int[2][columns];
    for (int first = 0; first < columns; first += block) {
      int count = Math.min(block, columns - first);
      int[] gathered = new int[taps * count];
      patches.gather(codes, first, count, gathered);
      for (int o = 0; o < 2; o++) {
        for (int j = 0; j < count; j++) {
          for (int k = 0; k < taps; k++) {
            got[o][first + j] += weights[o * taps + k] * gathered[k * count + j];
          }
        }
      }
    }

    for (int n = 0; n < 3; n++) {
      for (int o = 0; o < 2; o++) {
        for (int y = 0; y < out.height(); y++) {
          for (int x = 0; x < out.width(); x++) {
            int sum = 0;
            for (int c = 0; c < in.channels(); c++) {
              for (int ky = 0; ky < 3; ky++) {
                for (int kx = 0; kx < 2; kx++) {
                  int iy = y * stride + ky * dilation - 1;
                  int ix = x + kx * dilation;
                  boolean inside = iy >= 0 && iy < in.height() && ix < in.width();
                  byte code = inside ? maps[n][(c * in.height() + iy) * in.width() + ix] : 0;
                  int value = inside ? (signed ? code : Byte.toUnsignedInt(code)) : pads.get(c);
                  sum += value * weights[((o * in.channels() + c) * 3 + ky) * 2 + kx];
                }
              }
            }
            assertEquals(sum, got[o][(n * out.height() + y) * out.width() + x]);
          }
        }
      }
    }
  }

  @Test
  void whatLiesOutsideIsThePadCode() {
    Shape in = new Shape(1, 2, 2);
    Patches patches = new Patches(in, new Window(2, 2, 1, 1, 1, 1, 0, 0, 1, 1), false);
    Tensor tensor = new Tensor("x", in, new FixedFormat(8, 0, false), List.of(9));
    int[] columns = new int[4 * 4];
    patches.gather(new ActivationCodes(tensor, new byte[][] {{1, 2, 3, 4}}), 0, 4, columns);
    assertArrayEquals(new int[] {9, 9, 9, 1, 9, 9, 1, 2, 9, 1, 9, 3, 1, 2, 3, 4}, columns);
  }

  @Test
  void summedPixelsAreOneColumnAnImage() {
    Shape in = new Shape(2, 1, 3);
    Tensor tensor = Tensor.zeroPadded("x", in, new FixedFormat(8, 0, false));
    ActivationCodes codes =
        new ActivationCodes(tensor, new byte[][] {{1, 2, 3, -1, -1, -1}, {4, 4, 4, 5, 5, 6}});
    int[] columns = new int[4];
    new Patches(in, Window.pointwise(), true).gather(codes, 0, 2, columns);
    assertArrayEquals(new int[] {6, 12, 765, 16}, columns);
  }
}
