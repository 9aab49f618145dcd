package lutmac.tune;

import java.util.Map;
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
 * @param targets real-valued weights {@code [O][taps]}, taps in the order {@code [I / groups, Kh,
 *     Kw]}, of layers by name: the weights that {@code start}'s were rounded from. They may be
 *     missing; training then starts in the middle of every rounded weight's range.
 */
public record TuneTask(
    FloatNetwork teacher,
    QuantizedNetwork start,
    ImageSet images,
    Optional<Labels> labels,
    Map<String, double[][]> targets) {
  public TuneTask {
    Objects.requireNonNull(teacher, "teacher");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
    targets = Map.copyOf(targets);
  }
}
