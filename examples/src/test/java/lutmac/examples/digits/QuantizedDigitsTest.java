package lutmac.examples.digits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizedDigitsTest {
  private static final int IMAGES = 500;

  @Test
  void fourBitWeightsKeepTheAccuracyAndOnnxRuntimeGivesTheIntegers(@TempDir Path directory)
      throws IOException, OrtException {
    Path model = Files.write(directory.resolve("digits.onnx"), DigitsExample.network());
    FloatNetwork network = OnnxReader.read(model);
    DigitsExample.calibration(200)
        .write(directory.resolve("calibration.npy"), directory.resolve("unused.npy"));
    Preprocessing preprocessing =
        new Preprocessing(
            List.of(DigitsExample.MEAN), List.of(DigitsExample.STD), false, Optional.empty(), 0);
    QuantizedNetwork quantized =
        Quantizer.quantize(
                network,
                ImageSets.read(directory.resolve("calibration.npy")),
                preprocessing,
                QuantizeOptions.defaults(),
                (what, done, total) -> {})
            .network();
    Path file = directory.resolve("digits.lut.onnx");
    QuantizedOnnx.write(quantized, file);

    DigitImages test = DigitsExample.test(IMAGES);
    Path images = directory.resolve("images.npy");
    test.write(images, directory.resolve("labels.npy"));
    Preprocessor preprocessor =
        new Preprocessor(ImageSets.read(images), preprocessing, network.inputShape());
    IntegerExecutor integers = new IntegerExecutor(QuantizedOnnx.read(file));
    AccumulatorFormat format = (AccumulatorFormat) quantized.output().format();
    float[][] logits = inOnnxRuntime(file, quantized.input().tensor().name(), test);
    int right = 0;
    for (int n = 0; n < IMAGES; n++) {
      int[] accumulators = integers.run(preprocessor.codes(n, quantized.input()));
      int best = 0;
      for (int k = 0; k < 10; k++) {
        assertEquals(
            Math.scalb((double) accumulators[k], -format.frac(k)), logits[n][k], "image " + n);
        best = logits[n][k] > logits[n][best] ? k : best;
      }
      right += best == test.labels()[n] ? 1 : 0;
    }
    assertTrue(right >= 0.97 * IMAGES, right + " of " + IMAGES);
  }

  /** The quantized file takes raw pixels: mean and scale lie in its first layer. */
  private static float[][] inOnnxRuntime(Path file, String input, DigitImages images)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(images.pixels().length).order(ByteOrder.nativeOrder());
    pixels.put(images.pixels()).rewind();
    long[] shape = {images.count(), 1, DigitImages.SIZE, DigitImages.SIZE};
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor tensor =
            OnnxTensor.createTensor(environment, pixels, shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      return (float[][]) result.get(0).getValue();
    }
  }
}
