package lutmac.runtime.image;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import lutmac.network.shape.Shape;

/**
 * Images in memory: the one set of made-up images for all tests.
 *
 * @param whole whether they are unsigned 8-bit pixels
 */
public record Images(Shape shape, float[][] pixels, boolean whole) implements ImageSet {

  /** Smooth random byte images: neighbouring pixels are correlated, as in photographs. */
  public static Images bytes(Shape shape, int count, long seed) {
    Random random = new Random(seed);
    float[][] images = new float[count][shape.size()];
    for (float[] image : images) {
      double[] wave = random.doubles(4, -1, 1).toArray();
      for (int i = 0; i < image.length; i++) {
        int x = i % shape.width();
        int y = i / shape.width() % shape.height();
        int c = i / shape.pixels();
        double value =
            128
                + 60 * wave[0]
                + 50 * Math.sin(wave[1] * x + wave[2] * y + c * wave[3] + wave[0] * 7)
                + 15 * random.nextGaussian();
        image[i] = (float) Math.rint(Math.max(0, Math.min(255, value)));
      }
    }
    return new Images(shape, images, true);
  }

  /** The same images as floats. */
  public static Images reals(Shape shape, int count, long seed) {
    ImageSet bytes = bytes(shape, count, seed);
    float[][] images = new float[count][];
    Arrays.setAll(images, bytes::image);
    return new Images(shape, images, false);
  }

  /** Random byte images, every pixel for itself. */
  public static Images noise(Shape shape, int count, long seed) {
    float[][] images = new float[count][shape.size()];
    for (int n = 0; n < count; n++) {
      Random random = new Random(seed * 1000 + n);
      for (int i = 0; i < images[n].length; i++) {
        images[n][i] = random.nextInt(256);
      }
    }
    return new Images(shape, images, true);
  }

  /** Byte images with a random wave and a little noise in every channel, independent of others. */
  public static Images waves(Shape shape, int count, long seed) {
    Random random = new Random(seed);
    float[][] images = new float[count][shape.size()];
    for (float[] image : images) {
      for (int c = 0; c < shape.channels(); c++) {
        double across = random.nextGaussian();
        double down = random.nextGaussian();
        double phase = 6 * random.nextDouble();
        for (int p = 0; p < shape.pixels(); p++) {
          double wave = Math.sin(phase + across * (p % shape.width()) + down * (p / shape.width()));
          double value = 128 + 90 * wave + 20 * random.nextGaussian();
          image[c * shape.pixels() + p] = (float) Math.max(0, Math.min(255, Math.rint(value)));
        }
      }
    }
    return new Images(shape, images, true);
  }

  @Override
  public Path source() {
    return Path.of("images.npy");
  }

  @Override
  public int count() {
    return pixels.length;
  }

  @Override
  public ElementType type() {
    return whole ? ElementType.UINT8 : ElementType.FLOAT32;
  }

  @Override
  public float[] image(int index) {
    return pixels[index].clone();
  }
}
