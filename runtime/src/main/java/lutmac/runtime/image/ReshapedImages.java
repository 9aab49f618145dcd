package lutmac.runtime.image;

import java.nio.file.Path;
import lutmac.network.shape.Shape;

/**
 * Images whose elements, in the order of their array, are those of another shape: a vector of
 * pixels as a picture, or a picture as a vector.
 */
record ReshapedImages(ImageSet images, Shape shape) implements ImageSet {
  @Override
  public Path source() {
    return images.source();
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public ElementType type() {
    return images.type();
  }

  @Override
  public float[] image(int index) {
    return images.image(index);
  }
}
