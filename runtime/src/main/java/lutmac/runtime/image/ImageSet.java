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

  /** What image {@code index} is called, for people: the name of its file, if it has one. */
  default String name(int index) {
    return "image " + index;
  }

  /**
   * The same images with their axes as a network takes them, where arrays have them otherwise:
   * channels last, or fewer axes.
   *
   * @param input the network's input shape {@code [C, H, W]}
   * @param cropped whether they are cropped to it, and may be larger
   * @return this set if no other order of its axes fits
   */
  default ImageSet fittedTo(Shape input, boolean cropped) {
    return this;
  }

  /**
   * Raw pixel values of image {@code index}, {@code [C, H, W]} row major.
   *
   * @throws BadInputException if the image cannot be decoded or holds NaN or infinity
   */
  float[] image(int index);
}
