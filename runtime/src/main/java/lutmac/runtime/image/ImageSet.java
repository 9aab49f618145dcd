package lutmac.runtime.image;

import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/** Images of one shape, in a fixed order. Safe for use by several threads. */
public interface ImageSet {
  /** What a pixel value is. */
  enum ElementType {
    UINT8,
    INT8,
    FLOAT32
  }

  /** File or directory that the images come from, for messages. */
  Path source();

  /** Number of images, at least 1. */
  int count();

  /** Shape of every image, {@code [C, H, W]}. */
  Shape shape();

  ElementType type();

  /**
   * Raw pixel values of image {@code index}, {@code [C, H, W]} row major.
   *
   * @throws BadInputException if the image cannot be decoded or holds NaN or infinity
   */
  float[] image(int index);
}
