package lutmac.tune;

import java.nio.file.Path;
import java.util.Random;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;

/** Images of whole pixels 0 to 255 in memory. */
public record MemoryImages(Shape shape, float[][] images) implements ImageSet {
  /** Smooth random images: a random wave and a little noise in every channel. */
  public static MemoryImages random(Shape shape, int count, long seed) {
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
    return new MemoryImages(shape, images);
  }

  @Override
  public Path source() {
    return Path.of("memory");
  }

  @Override
  public int count() {
    return images.length;
  }

  @Override
  public ElementType type() {
    return ElementType.UINT8;
  }

  @Override
  public float[] image(int index) {
    return images[index].clone();
  }
}
