package lutmac.tune;

import java.nio.file.Path;
import java.util.SplittableRandom;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;
import lutmac.tune.task.TuneOptions;

/** The images of a set, each changed at random: the same way whenever it is asked for. */
final class AugmentedImages implements ImageSet {
  private final ImageSet images;
  private final TuneOptions.Augmentation augmentation;
  private final long seed;

  /**
   * @param seed another one an epoch
   */
  AugmentedImages(ImageSet images, TuneOptions.Augmentation augmentation, long seed) {
    this.images = images;
    this.augmentation = augmentation;
    this.seed = seed;
  }

  @Override
  public Path source() {
    return images.source();
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public Shape shape() {
    return images.shape();
  }

  @Override
  public ElementType type() {
    return images.type();
  }

  @Override
  public ImageSet fittedTo(Shape input, boolean cropped) {
    return new AugmentedImages(images.fittedTo(input, cropped), augmentation, seed);
  }

  @Override
  public float[] image(int index) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index);
    boolean mirrored = augmentation.mirror() && random.nextBoolean();
    int down = random.nextInt(2 * augmentation.shift() + 1) - augmentation.shift();
    int right = random.nextInt(2 * augmentation.shift() + 1) - augmentation.shift();
    return changed(images.image(index), images.shape(), mirrored, down, right);
  }

  static float[] changed(float[] image, Shape shape, boolean mirrored, int down, int right) {
    float[] result = new float[image.length];
    int width = shape.width();
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = 0; y < shape.height(); y++) {
        int fromY = Math.max(0, Math.min(shape.height() - 1, y - down));
        int from = (c * shape.height() + fromY) * width;
        int to = (c * shape.height() + y) * width;
        for (int x = 0; x < width; x++) {
          int fromX = Math.max(0, Math.min(width - 1, x - right));
          result[to + x] = image[from + (mirrored ? width - 1 - fromX : fromX)];
        }
      }
    }
    return result;
  }
}
