package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FloatAccuracyTest {
  /** Top-1 that ONNX Runtime measured on the same 10,000 images. */
  @Test
  void lenet5ClassifiesMnistAsPublished() {
    Preprocessing how = new Preprocessing(List.of(0.0), List.of(255.0), false, Optional.empty(), 0);
    Accuracy accuracy = classify("mnist_lenet5", "mnist", how, 10_000);
    assertEquals(99.28, accuracy.percent(), 0.005);
  }

  private static Accuracy classify(String model, String set, Preprocessing how, int images) {
    FloatNetwork network = OnnxReader.read(RealData.file("models/" + model + ".onnx"));
    Preprocessor inputs =
        new Preprocessor(
            ImageSets.read(RealData.file("datasets/" + set + "/test_images.npy")),
            how,
            network.inputShape());
    Labels labels = Labels.read(RealData.file("datasets/" + set + "/test_labels.npy"));
    return Accuracy.ofFloat(network, inputs, labels, how.labelOffset(), images, finished -> {});
  }
}
