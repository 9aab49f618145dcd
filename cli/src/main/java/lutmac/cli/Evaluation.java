package lutmac.cli;

import java.nio.file.Path;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.InputRange;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;

/** Top-1 of a quantized network and of its float model on the same labelled images. */
final class Evaluation {
  private final QuantizedNetwork network;
  private final ImageSet images;
  private final Labels labels;
  private final int count;

  /**
   * @param count how many images; null for all
   */
  Evaluation(QuantizedNetwork network, ImageSet images, Labels labels, Integer count) {
    this.network = network;
    this.images = images;
    this.labels = labels;
    this.count = ImageRange.end(images, 0, count);
  }

  int images() {
    return count;
  }

  /** What to say if the images are scaled otherwise than those of the calibration. */
  Optional<String> rangeWarning() {
    InputEncoding input = network.input();
    Preprocessor inputs = new Preprocessor(images, input.preprocessing(), input.tensor().shape());
    return InputRange.of(inputs, input, 0, count).warning();
  }

  /** Whether so many percent are what a guess reaches, within three deviations of it. */
  boolean isGuessing(double top1) {
    double chance = 1.0 / network.output().shape().size();
    double deviation = Math.sqrt(chance * (1 - chance) / count);
    return chance < 1 && top1 / 100 <= chance + 3 * deviation;
  }

  double quantizedTop1() {
    Preprocessing preprocessing = network.input().preprocessing();
    Preprocessor inputs = new Preprocessor(images, preprocessing, network.input().tensor().shape());
    try (ProgressDisplay progress = ProgressDisplay.of("quantized")) {
      return Accuracy.ofQuantized(
              network, inputs, labels, count, done -> progress.update(done, count))
          .percent();
    }
  }

  double floatTop1(Path model) {
    // What the model does to its input first is part of the preprocessing by now.
    FloatNetwork floating =
        PreparedNetwork.of(OnnxReader.read(model), Preprocessing.none()).network();
    Preprocessing preprocessing = network.input().preprocessing();
    Preprocessor inputs = new Preprocessor(images, preprocessing, floating.inputShape());
    try (ProgressDisplay progress = ProgressDisplay.of("float")) {
      return Accuracy.ofFloat(
              floating,
              inputs,
              labels,
              preprocessing.labelOffset(),
              count,
              done -> progress.update(done, count))
          .percent();
    }
  }
}
