package lutmac.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Arrays;
import java.util.Random;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
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
      this(random, groups, groupInputs, groupOutputs, window(random));
    }

    private static Window window(Random random) {
      return new Window(
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
    }

    Case(Random random, int groups, int groupInputs, int groupOutputs, Window window) {
      this(
          random,
          groups,
          new Shape(groups * groupInputs, 5 + random.nextInt(6), 5 + random.nextInt(6)),
          groups * groupOutputs,
          window);
    }

    Case(Random random, int groups, Shape from, int outputs, Window window) {
      this.groups = groups;
      this.from = from;
      this.window = window;
      int groupInputs = from.channels() / groups;
      int groupOutputs = outputs / groups;
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
                    int down = window.upsampling().height();
                    int across = window.upsampling().width();
                    boolean pixel = inY % down == 0 && inX % across == 0;
                    inY /= down;
                    inX /= across;
                    boolean inside =
                        pixel && inY >= 0 && inY < from.height() && inX >= 0 && inX < from.width();
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
      Weights prepared = convolution.prepare(weights);
      Maps inputs = Maps.byChannel(in, IMAGES, from);
      Maps outputs = Maps.byChannel(outGradient, IMAGES, to);
      convolution.forward(prepared, inputs, Maps.byChannel(got, IMAGES, to));
      assertArrayEquals(sums, got);
      convolution.addWeightGradient(inputs, outputs, gotByWeight);
      assertArrayEquals(byWeight, gotByWeight);
      convolution.addInputGradient(prepared, outputs, Maps.byChannel(gotByInput, IMAGES, from));
      assertArrayEquals(byInput, gotByInput);
    }
  }

  @Property(tries = 60)
  void ordinaryConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 1, 1 + random.nextInt(5), 1 + random.nextInt(5)).check();
  }

  /** So many channels that no window is unrolled. */
  @Property(tries = 100)
  void convolutionsOfManyChannels(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 1 + random.nextInt(2), 8 + random.nextInt(5), 1 + random.nextInt(20)).check();
  }

  /** Maps that lie in memory as the matrix product reads them. */
  @Property(tries = 20)
  void pointwiseConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 1, 1 + random.nextInt(12), 1 + random.nextInt(12), Window.pointwise()).check();
  }

  /** Rows that lie in memory as they are, but whose ends no output pixel starts at. */
  @Property(tries = 20)
  void windowsOfOneRowWithoutPadding(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    Window row = new Window(1, 2 + random.nextInt(4), 1, 1, 0, 0, 0, 0, 1, 1);
    new Case(random, 1, 8 + random.nextInt(4), 1 + random.nextInt(12), row).check();
  }

  @Property(tries = 40)
  void groupedConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    new Case(random, 2 + random.nextInt(2), 2 + random.nextInt(3), 1 + random.nextInt(3)).check();
  }

  @Property(tries = 60)
  void transposedConvolutions(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    Window window =
        new Window(
            1 + random.nextInt(4),
            1 + random.nextInt(4),
            1,
            1,
            random.nextInt(4),
            random.nextInt(4),
            random.nextInt(4),
            random.nextInt(4),
            1 + random.nextInt(2),
            1 + random.nextInt(2),
            new Upsampling(1 + random.nextInt(3), 2, Upsampling.Filling.ZEROS));
    int groups = 1 + random.nextInt(3);
    // Four taps two pixels apart see seven.
    Shape from =
        new Shape(groups * (1 + random.nextInt(3)), 7 + random.nextInt(4), 7 + random.nextInt(4));
    new Case(random, groups, from, groups * (1 + random.nextInt(3)), window).check();
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
  void mapsOfManyBlocksAreComputedWhole() {
    Random random = new Random(1);
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    Window strided = new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1);
    new Case(random, 1, new Shape(2, 200, 250), 2, window).check();
    new Case(random, 1, new Shape(9, 90, 120), 3, strided).check();
    new Case(random, 1, new Shape(16, 90, 120), 3, Window.pointwise()).check();
    new Case(random, 3, new Shape(3, 90, 120), 3, window).check();
  }

  /** What a sum adds up in which order may depend on nothing that is not the image's own. */
  @Property(tries = 60)
  void anImageHasTheSameBitsAloneAndInABatch(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    int groups = 1 + random.nextInt(3);
    Case one = new Case(random, groups, 1 + random.nextInt(10), 1 + random.nextInt(10));
    float[] in = new float[one.in.length];
    float[] weights = new float[one.weights.length];
    for (int i = 0; i < in.length; i++) {
      in[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    Convolution convolution = Convolution.of(one.from, one.to, one.window, groups, one.padding);
    Weights prepared = convolution.prepare(weights);
    float[] together = new float[IMAGES * one.to.size()];
    convolution.forward(
        prepared, Maps.byImage(in, IMAGES, one.from), Maps.byImage(together, IMAGES, one.to));
    for (int n = 0; n < IMAGES; n++) {
      float[] alone = new float[one.to.size()];
      float[] image = Arrays.copyOfRange(in, n * one.from.size(), (n + 1) * one.from.size());
      convolution.forward(
          prepared, Maps.byImage(image, 1, one.from), Maps.byImage(alone, 1, one.to));
      assertArrayEquals(
          Arrays.copyOfRange(together, n * alone.length, (n + 1) * alone.length), alone);
    }
  }
}
