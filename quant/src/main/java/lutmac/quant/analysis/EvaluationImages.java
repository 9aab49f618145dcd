package lutmac.quant.analysis;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Labels;

/**
 * What to measure on.
 *
 * @param labels one label an image, for the accuracy
 * @param count images that whole networks are run on; empty: 1000, or all if there are fewer
 */
public record EvaluationImages(ImageSet images, Optional<Labels> labels, OptionalInt count) {
  public EvaluationImages {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
    if (count.isPresent() && count.getAsInt() < 1) {
      throw new IllegalArgumentException("at least one image, got " + count.getAsInt());
    }
  }
}
