package lutmac.api;

import lutmac.network.BadInputException;
import lutmac.runtime.image.ImageSet;

/** The part of an image set that a command or a call works on. */
public final class ImageRange {
  private ImageRange() {}

  /**
   * One past the last image of {@code count} images from {@code first}.
   *
   * @param count null for all that there are
   * @throws BadInputException if there is no image {@code first}, or none is wanted
   */
  public static int end(ImageSet images, int first, Integer count) {
    if (first < 0 || first >= images.count()) {
      throw new BadInputException(
          "%s holds images 0 to %d, not %d; choose one of them with --first"
              .formatted(images.source(), images.count() - 1, first));
    }
    if (count != null && count < 1) {
      throw new BadInputException("--count must be at least 1, got " + count);
    }
    return count == null ? images.count() : (int) Math.min(images.count(), (long) first + count);
  }
}
