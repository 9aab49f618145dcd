package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FloatExecutorRealNetworksTest {
  private static final int IMAGES = 10;

  @Test
  void lenet5GivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/mnist_lenet5.onnx",
        "datasets/mnist/test_images.npy",
        new Preprocessing(List.of(0.0), List.of(255.0), false, Optional.empty(), 0));
  }

  @Test
  void resNet20GivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/cifar10_resnet20.onnx",
        "datasets/cifar10/test_images.npy",
        new Preprocessing(
            List.of(123.675, 116.28, 103.53),
            List.of(58.395, 57.12, 57.375),
            false,
            Optional.empty(),
            0));
  }

  @Test
  void resNet8GivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/cifar10_resnet8_mlperftiny.onnx",
        "datasets/cifar10/test_images.npy",
        Preprocessing.none());
  }

  @Test
  void squeezeNetGivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/imagenet_squeezenet1.1.onnx",
        "datasets/imagenet/val1300_jpeg227.zip",
        new Preprocessing(List.of(104.0, 117.0, 123.0), List.of(1.0), true, crop(224), 0));
  }

  @Test
  void mobileNetV2GivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/imagenet_mobilenetv2_1.0_int8wdq.onnx",
        "datasets/imagenet/val1300_jpeg227.zip",
        new Preprocessing(List.of(127.5), List.of(127.5), false, crop(224), 1));
  }

  @Test
  void keywordSpotterGivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/kws_dscnn_mlperftiny.onnx",
        "datasets/kws01/test_features_int8.npy",
        new Preprocessing(List.of(83.0), List.of(1.7102702928273485), false, Optional.empty(), 0));
  }

  @Test
  void visualWakeWordsNetworkGivesTheLogitsOfOnnxRuntime() throws OrtException {
    agreesWithOnnxRuntime(
        "models/vww96_mobilenetv1_025_mlperftiny.onnx",
        "datasets/imagenet/val1300_jpeg227.zip",
        new Preprocessing(List.of(0.0), List.of(255.0), false, crop(96), 0));
  }

  private static Optional<Preprocessing.Crop> crop(int size) {
    return Optional.of(new Preprocessing.Crop(size, size));
  }

  private static void agreesWithOnnxRuntime(String model, String images, Preprocessing how)
      throws OrtException {
    Path file = RealData.file(model);
    FloatNetwork network = OnnxReader.read(file);
    Preprocessor inputs =
        new Preprocessor(ImageSets.read(RealData.file(images)), how, network.inputShape());
    float[] batch = inputs.floatBatch(0, IMAGES);
    float[] ours = new FloatExecutor(network).logits(batch, IMAGES);
    float[] theirs = onnxRuntime(file, network.inputShape(), batch);
    assertEquals(theirs.length, ours.length);
    float largest = 0;
    for (float value : theirs) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < ours.length; i++) {
      assertEquals(theirs[i], ours[i], 1e-5f * largest, "logit " + i);
    }
  }

  private static float[] onnxRuntime(Path file, Shape input, float[] batch) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {IMAGES, input.channels(), input.height(), input.width()};
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch), shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] logits = new float[values.remaining()];
      values.get(logits);
      return logits;
    }
  }
}
