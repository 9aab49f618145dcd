package lutmac.tune.task;

import java.util.Objects;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Labels;

/**
 * What is to be tuned, and with what.
 *
 * @param teacher the float network
 * @param start what post-training quantization made of it
 * @param images like those that the network is made for; preprocessed as {@code start} says
 * @param labels of the images, only to report accuracy
 */
public record TuneTask(
    FloatNetwork teacher, QuantizedNetwork start, ImageSet images, Optional<Labels> labels) {
  public TuneTask {
    Objects.requireNonNull(teacher, "teacher");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
  }
}
