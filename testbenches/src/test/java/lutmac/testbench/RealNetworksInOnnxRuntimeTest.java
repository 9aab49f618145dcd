package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quantized files of trained networks give their integers in ONNX Runtime, bit for bit. */
@Tag("slow")
class RealNetworksInOnnxRuntimeTest {
  private static final int IMAGES = 200;

  @TempDir Path directory;

  @Test
  void lenet5() throws OrtException {
    givesItsIntegers(
        "models/mnist_lenet5.onnx",
        "datasets/mnist/test_images.npy",
        new Preprocessing(List.of(0.0), List.of(255.0), false, Optional.empty(), 0),
        Rounding.HALF_EVEN);
  }

  @Test
  void resNet20() throws OrtException {
    givesItsIntegers(
        "models/cifar10_resnet20.onnx",
        "datasets/cifar10/test_images.npy",
        new Preprocessing(
            List.of(123.675, 116.28, 103.53),
            List.of(58.395, 57.12, 57.375),
            false,
            Optional.empty(),
            0),
        Rounding.HALF_EVEN);
  }

  @Test
  void resNet8RoundingHalfUp() throws OrtException {
    givesItsIntegers(
        "models/cifar10_resnet8_mlperftiny.onnx",
        "datasets/cifar10/test_images.npy",
        Preprocessing.none(),
        Rounding.HALF_UP);
  }

  private void givesItsIntegers(String model, String images, Preprocessing how, Rounding rounding)
      throws OrtException {
    FloatNetwork network = OnnxReader.read(RealData.file(model));
    Path imageFile = RealData.file(images);
    // How well it is calibrated does not matter here.
    QuantizeOptions options =
        QuantizeOptions.defaults().withRounding(rounding).withCalibrationImages(20);
    QuantizedNetwork quantized =
        Quantizer.quantize(network, ImageSets.read(imageFile), how, options, PhaseProgress.none())
            .network();
    Path file = directory.resolve("net.lut.onnx");
    QuantizedOnnx.write(quantized, file);
    IntegerExecutor integers = new IntegerExecutor(QuantizedOnnx.read(file));
    Preprocessor inputs = new Preprocessor(ImageSets.read(imageFile), how, network.inputShape());
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString())) {
      for (int n = 0; n < IMAGES; n++) {
        int[] codes = inputs.codes(n, quantized.input());
        int[] expected = integers.run(codes);
        double[] logits = logits(environment, session, quantized, codes);
        assertEquals(expected.length, logits.length);
        for (int o = 0; o < expected.length; o++) {
          int frac = quantized.output().format().frac(o);
          assertEquals(Math.scalb((double) expected[o], -frac), logits[o], "image " + n);
        }
      }
    }
  }

  /** The pixel sum before ResNet-8's last layer can exceed 2^24, so its file answers in float64. */
  private static double[] logits(
      OrtEnvironment environment, OrtSession session, QuantizedNetwork network, int[] codes)
      throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(codes.length).order(ByteOrder.nativeOrder());
    for (int code : codes) {
      bytes.put((byte) code);
    }
    Shape s = network.input().tensor().shape();
    OnnxJavaType type =
        network.input().tensor().format().minCode() < 0 ? OnnxJavaType.INT8 : OnnxJavaType.UINT8;
    long[] shape = {1, s.channels(), s.height(), s.width()};
    try (OnnxTensor input = OnnxTensor.createTensor(environment, bytes.rewind(), shape, type);
        OrtSession.Result result = session.run(Map.of(network.input().tensor().name(), input))) {
      Object value = result.get(network.output().name()).orElseThrow().getValue();
      if (value instanceof double[][] wide) {
        return wide[0];
      }
      float[] row = ((float[][]) value)[0];
      double[] logits = new double[row.length];
      Arrays.setAll(logits, o -> row[o]);
      return logits;
    }
  }
}
