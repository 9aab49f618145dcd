package lutmac.examples.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class DigitsTest {
  @Test
  void theCommittedNetworkReadsFreshDigits() throws OrtException {
    long freshSeed = 20_260_101;
    DigitImages images = DigitImages.render(freshSeed, 2000);
    double accuracy = accuracy(images, logits(DigitsExample.network(), images));
    assertTrue(accuracy >= 0.97, "accuracy " + accuracy);
  }

  @Tag("slow")
  @Test
  void trainingLowersTheLossAndTheExportComputesWhatWasTrained() throws OrtException {
    DigitsTrainer trainer = new DigitsTrainer(1);
    DigitImages batch = DigitImages.render(5, 32);
    double before = trainer.train(batch, 3e-3);
    double after = before;
    for (int step = 0; step < 20; step++) {
      after = trainer.train(batch, 3e-3);
    }
    assertTrue(after < 0.6 * before, "loss %f, then %f".formatted(before, after));
    DigitImages images = DigitImages.render(6, 100);
    byte[] exported = DigitsOnnx.model(trainer.parameters()).toByteArray();
    assertEquals(trainer.accuracy(images), accuracy(images, logits(exported, images)), 0.0101);
  }

  /** The loss must fall as fast as its gradient says: an oracle that knows no derivative rules. */
  @Test
  void gradientsPredictTheChangeOfTheLoss() {
    DigitImages batch = DigitImages.render(7, 16);
    DigitsTrainer trainer = new DigitsTrainer(1);
    double slope = 0;
    for (INDArray gradient : trainer.lossAndGradients(batch).getGradients().values()) {
      slope += gradient.norm1Number().doubleValue();
    }
    // Adam's first step moves every parameter by the learning rate, against its gradient's sign.
    double rate = 2e-5;
    double before = trainer.train(batch, rate);
    double after = trainer.train(batch, 0);
    assertEquals(rate * slope, before - after, 0.1 * rate * slope);
  }

  @Test
  void oneSeedAlwaysRendersTheSameImages() {
    DigitImages large = DigitImages.render(9, 30);
    DigitImages small = DigitImages.render(9, 10);
    assertArrayEquals(large.range(0, 10).pixels(), small.pixels());
    assertArrayEquals(large.range(0, 10).labels(), small.labels());
    assertFalse(Arrays.equals(small.pixels(), DigitImages.render(10, 10).pixels()));
  }

  @Test
  void rendersEveryDigitWithInkInsideTheImage() {
    DigitImages images = DigitImages.render(11, 500);
    Map<Integer, Integer> counts = new HashMap<>();
    for (int n = 0; n < images.count(); n++) {
      counts.merge(images.labels()[n], 1, Integer::sum);
      double centre = 0;
      double border = 0;
      for (int i = 0; i < DigitImages.PIXELS; i++) {
        int y = i / DigitImages.SIZE;
        int x = i % DigitImages.SIZE;
        int grey = Byte.toUnsignedInt(images.pixels()[n * DigitImages.PIXELS + i]);
        boolean inside = y >= 3 && y < 17 && x >= 3 && x < 17;
        centre += inside ? grey / 196.0 : 0;
        border += inside ? 0 : grey / 204.0;
      }
      assertTrue(centre > border, "image " + n + " has its ink at the border");
    }
    assertEquals(10, counts.size());
    counts.forEach((digit, count) -> assertTrue(count > 25, digit + " occurs " + count));
  }

  @Test
  void writesFilesThatTheCommandReads(@TempDir Path directory) throws IOException {
    DigitImages images = DigitImages.render(12, 7);
    Path imageFile = directory.resolve("images.npy");
    Path labelFile = directory.resolve("labels.npy");
    images.write(imageFile, labelFile);
    assertArrayEquals(images.labels(), Labels.read(labelFile).values());
    ImageSet read = ImageSets.read(imageFile);
    assertEquals(new Shape(1, DigitImages.SIZE, DigitImages.SIZE), read.shape());
    assertEquals(7, read.count());
    for (int n = 0; n < 7; n++) {
      float[] pixels = read.image(n);
      for (int i = 0; i < pixels.length; i++) {
        int written = Byte.toUnsignedInt(images.pixels()[n * DigitImages.PIXELS + i]);
        assertEquals(written, pixels[i]);
      }
    }
  }

  private static float[][] logits(byte[] model, DigitImages images) throws OrtException {
    float[] values = new float[images.pixels().length];
    for (int i = 0; i < values.length; i++) {
      int pixel = Byte.toUnsignedInt(images.pixels()[i]);
      values[i] = (float) ((pixel - DigitsExample.MEAN) / DigitsExample.STD);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {images.count(), 1, DigitImages.SIZE, DigitImages.SIZE};
    try (OrtSession session = environment.createSession(model);
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of("image", input))) {
      return (float[][]) result.get("logits").orElseThrow().getValue();
    }
  }

  private static double accuracy(DigitImages images, float[][] logits) {
    int right = 0;
    for (int n = 0; n < images.count(); n++) {
      int best = 0;
      for (int k = 1; k < 10; k++) {
        best = logits[n][k] > logits[n][best] ? k : best;
      }
      right += best == images.labels()[n] ? 1 : 0;
    }
    return (double) right / images.count();
  }
}
