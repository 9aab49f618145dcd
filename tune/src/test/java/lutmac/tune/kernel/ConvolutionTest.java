package lutmac.tune.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Random;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Sums and derivatives against loops over every tap of every output. */
class ConvolutionTest {
  private static final int IMAGES = 3;

  /** One random convolution: shapes, windows, groups, paddings other than zero. */
  private static final class Case {
    final Shape from;
    final Shape to;
    final Window window;
    final int groups;
    final float[] padding;
    final float[] weights;
    final float[] in;
    final float[] outGradient;

    Case(Random random, int groups, int groupInputs, int groupOutputs) {
      this.groups = groups;
      from = new Shape(groups * groupInputs, 5 + random.nextInt(6), 5 + random.nextInt(6));
      window =
          new Window(
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              1 + random.nextInt(2),
              1 + random.nextInt(2));
      to = window.outputShape(from, groups * groupOutputs);
      padding = values(random, from.channels());
      weights = values(random, to.channels() * groupInputs * window.kernelArea());
      in = values(random, IMAGES * from.size());
      outGradient = values(random, IMAGES * to.size());
    }

    /** Small integers: every sum is exact, so results must be equal. */
    private static float[] values(Random random, int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextInt(15) - 7;
      }
      return values;
    }

    private interface TapWork {
      /**
       * @param inside position in the input, -1 outside
       */
      void on(int out, int inside, int weight, int channel);
    }

    void forEachTap(TapWork work) {
      int groupInputs = from.channels() / groups;
      int groupOutputs = to.channels() / groups;
      for (int o = 0; o < to.channels(); o++) {
        for (int n = 0; n < IMAGES; n++) {
          for (int y = 0; y < to.height(); y++) {
            for (int x = 0; x < to.width(); x++) {
              for (int i = 0; i < groupInputs; i++) {
                for (int ky = 0; ky < window.kernelHeight(); ky++) {
                  for (int kx = 0; kx < window.kernelWidth(); kx++) {
                    int c = o / groupOutputs * groupInputs + i;
                    int inY =
                        y * window.strideHeight() + ky * window.dilationHeight() - window.padTop();
                    int inX =
                        x * window.strideWidth() + kx * window.dilationWidth() - window.padLeft();
                    boolean inside =
                        inY >= 0 && inY < from.height() && inX >= 0 && inX < from.width();
                    work.on(
                        ((o * IMAGES + n) * to.height() + y) * to.width() + x,
                        inside ? ((c * IMAGES + n) * from.height() + inY) * from.width() + inX : -1,
                        ((o * groupInputs + i) * window.kernelHeight() + ky) * window.kernelWidth()
                            + kx,
                        c);
                  }
                }
              }
            }
          }
        }
      }
    }

    void check() {
      Convolution convolution = Convolution.of(from, to, window, groups, padding);
      float[] sums = new float[IMAGES * to.size()];
      float[] byWeight = new float[weights.length];
      float[] byInput = new float[in.length];
      // Gradients are added to what is there.
      byWeight[0] = 5;
      byInput[0] = 6;
      float[] gotByWeight = byWeight.clone();
      float[] gotByInput = byInput.clone();
      forEachTap(
          (out, inside, weight, channel) -> {
            float value = inside < 0 ? padding[channel] : in[inside];
            sums[out] += weights[weight] * value;
            byWeight[weight] += outGradient[out] * value;
            if (inside >= 0) {
              byInput[inside] += outGradient[out] * weights[weight];
            }
          });
      float[] got = new float[sums.length];
      convolution.forward(weights, in, IMAGES, got);
      assertArrayEquals(sums, got);
      convolution.addWeightGradient(in, outGradient, IMAGES, gotByWeight);
      assertArrayEquals(byWeight, gotByWeight);
      convolution.addInputGradient(weights, outGradient, IMAGES, gotByInput);
      assertArrayEquals(byInput, gotByInput);
    }
  }

  @Property(tries = 60)
  void ordinaryConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 1, 1 + random.nextInt(5), 1 + random.nextInt(5)).check();
  }

  @Property(tries = 40)
  void groupedConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 2 + random.nextInt(2), 2 + random.nextInt(3), 1 + random.nextInt(3)).check();
  }

  @Property(tries = 40)
  void depthwiseConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 2 + random.nextInt(3), 1, 1 + random.nextInt(2)).check();
  }

  @Test
  void depthwiseConvolutionsHaveLoopsOfTheirOwn() {
    Shape shape = new Shape(4, 5, 5);
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    assertInstanceOf(
        DepthwiseConvolution.class, Convolution.of(shape, shape, window, 4, new float[4]));
    assertInstanceOf(DenseConvolution.class, Convolution.of(shape, shape, window, 2, new float[4]));
  }

  @Test
  void mapsOfManyTilesAreComputedWhole() {
    Random random = new Random(1);
    Shape shape = new Shape(2, 200, 250);
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    float[] in = Case.values(random, shape.size());
    float[] weights = new float[2 * 2 * 9];
    // The centre tap of the same channel: a copy.
    weights[4] = 1;
    weights[3 * 9 + 4] = 1;
    float[] out = new float[in.length];
    Convolution convolution = Convolution.of(shape, shape, window, 1, new float[2]);
    convolution.forward(weights, in, 1, out);
    assertArrayEquals(in, out);
    float[] back = new float[in.length];
    convolution.addInputGradient(weights, in, 1, back);
    assertArrayEquals(in, back);
  }
}
