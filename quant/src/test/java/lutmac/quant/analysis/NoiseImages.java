package lutmac.quant.analysis;

import java.nio.file.Path;
import java.util.Random;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;

/** Random whole pixels, 0 to 255. */
public record NoiseImages(Shape shape, int count, long seed) implements ImageSet {
  @Override
  public Path source() {
    return Path.of("folder", "noise.npy");
  }

  @Override
  public ElementType type() {
    return ElementType.UINT8;
  }

  @Override
  public float[] image(int index) {
    Random random = new Random(seed * 1000 + index);
    float[] pixels = new float[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextInt(256);
    }
    return pixels;
  }
}
