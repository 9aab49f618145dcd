package lutmac.runtime.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.LabelMaps;
import lutmac.runtime.image.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of merit on values small enough to reckon by hand. */
class MeasuresTest {
  private static final double EXACT = 1e-12;
  private static final float[] NO_INPUT = {};

  @TempDir Path directory;

  @Test
  void tellsWhatOutputsAreByTheirShapes() {
    Shape image = new Shape(3, 8, 8);
    assertEquals(OutputKind.CLASSES, OutputKind.of(new Shape(10, 1, 1), image));
    assertEquals(OutputKind.CLASS_MAP, OutputKind.of(new Shape(21, 8, 8), image));
    assertEquals(OutputKind.VALUES, OutputKind.of(image, image), "a denoiser");
    assertEquals(OutputKind.VALUES, OutputKind.of(new Shape(3, 16, 16), image), "larger");
    assertEquals(OutputKind.VALUES, OutputKind.of(new Shape(1, 8, 8), image), "a mask");
    assertEquals(OutputKind.VALUES, OutputKind.of(new Shape(1, 1, 1), image), "a number");
    Shape features = new Shape(40, 1, 1);
    assertEquals(OutputKind.VALUES, OutputKind.of(features, features), "an autoencoder");
    assertEquals(OutputKind.CLASSES, OutputKind.judged(0, new Shape(4, 1, 1), image));
    assertEquals(OutputKind.VALUES, OutputKind.judged(1, new Shape(4, 1, 1), image), "a box");
  }

  @Test
  void deviationIsThatOfAllImagesTogether() {
    OutputDeviation deviation = new OutputDeviation(OutputKind.VALUES, new Shape(1, 1, 2));
    deviation.add(new double[] {3, -4}, new double[] {3, -4.5});
    deviation.add(new double[] {0, 1}, new double[] {1, 1});
    // Squares: wanted 9 + 16 + 0 + 1, errors 0 + 0.25 + 1 + 0; range 3 - (-4).
    assertEquals(10 * Math.log10(26 / 1.25), deviation.sqnr().orElseThrow(), EXACT);
    assertEquals(1.25 / 4, deviation.meanSquaredError(), EXACT);
    assertEquals(1, deviation.largestError(), EXACT);
    assertEquals(10 * Math.log10(49 / (1.25 / 4)), deviation.psnr().orElseThrow(), EXACT);
    assertEquals(100 * 1.25 / 26, deviation.lostPercent(), EXACT);
    assertTrue(deviation.agreement().isEmpty());
  }

  @Test
  void equalOutputsHaveNoRatio() {
    OutputDeviation deviation = new OutputDeviation(OutputKind.VALUES, new Shape(1, 1, 2));
    deviation.add(new double[] {3, -4}, new double[] {3, -4});
    assertTrue(deviation.sqnr().isEmpty());
    assertTrue(deviation.psnr().isEmpty());
    assertEquals(0, deviation.lostPercent());
  }

  @Test
  void classesAgreeByImageAndByPixel() {
    OutputDeviation classes = new OutputDeviation(OutputKind.CLASSES, new Shape(3, 1, 1));
    classes.add(new double[] {1, 2, 0}, new double[] {1, 3, 0});
    classes.add(new double[] {1, 2, 0}, new double[] {2, 1, 0});
    assertEquals(50, classes.agreement().orElseThrow());
    assertTrue(classes.psnr().isEmpty());
    OutputDeviation map = new OutputDeviation(OutputKind.CLASS_MAP, new Shape(2, 2, 2));
    // Channel 1 wins at pixels 1 and 3; then at 1 and 2: two of four pixels agree.
    map.add(new double[] {1, 0, 1, 0, 0, 1, 0, 1}, new double[] {1, 0, 0, 1, 0, 1, 1, 0});
    assertEquals(50, map.agreement().orElseThrow());
    assertEquals(50, map.lostPercent());
  }

  @Test
  void topOneCountsLabelsBehindTheirOffset() {
    TopOne measure = new TopOne(new Labels(Path.of("labels"), new int[] {0, 1, 1}), 1);
    measure.add(0, NO_INPUT, new double[] {0, 2, 1});
    measure.add(1, NO_INPUT, new double[] {0, 2, 1});
    measure.add(2, NO_INPUT, new double[] {0, 2, 2});
    assertEquals(List.of(new Figure("top1", "top-1 %", 100.0 / 3)), measure.figures());
  }

  @Test
  void pixelsThatAreVoidDoNotCount() throws IOException {
    LabelMaps labels = labelMaps(new byte[] {0, 1, 2, (byte) 255, 0, 1, 1, 2}, 2, 2, 2);
    Shape output = new Shape(3, 2, 2);
    PixelClasses measure = new PixelClasses(labels, output, 0, 0);
    measure.add(0, NO_INPUT, classes(output, 0, 1, 1, 2));
    measure.add(1, NO_INPUT, classes(output, 0, 0, 1, 1));
    // Classes: 0 twice right, predicted three times; 1 twice right of three, predicted four times;
    // 2 never right of two.
    assertEquals(100.0 * 4 / 7, value(measure, 0), EXACT);
    assertEquals(100 * (2.0 / 3 + 2.0 / 5 + 0) / 3, value(measure, 1), EXACT);
  }

  @Test
  void oneChannelIsTwoClasses() throws IOException {
    LabelMaps labels = labelMaps(new byte[] {0, 1, 1, 0}, 1, 2, 2);
    PixelClasses measure = new PixelClasses(labels, new Shape(1, 2, 2), 0, 0.5);
    measure.add(0, NO_INPUT, new double[] {0.4, 0.5, 0.1, 0.2});
    assertEquals(75, value(measure, 0), EXACT);
    assertEquals(100 * (2.0 / 3 + 1.0 / 2) / 2, value(measure, 1), EXACT);
  }

  @Test
  void anomaliesAreRankedByReconstructionError() {
    AnomalyRanking measure =
        new AnomalyRanking(new Labels(Path.of("labels"), new int[] {0, 1, 0, 1, 0}));
    float[] input = {1, 1};
    // Mean squares 0, 4, 1, 1, 2: of six pairs four are won, one is even.
    measure.add(0, input, new double[] {1, 1});
    measure.add(1, input, new double[] {3, -1});
    measure.add(2, input, new double[] {2, 0});
    measure.add(3, input, new double[] {0, 2});
    measure.add(4, input, new double[] {3, 1});
    assertEquals(100 * 4.5 / 6, value(measure, 0), EXACT);
  }

  @Test
  void anomaliesAreRankedByAnOnlyValue() {
    AnomalyRanking measure = new AnomalyRanking(new Labels(Path.of("labels"), new int[] {1, 0, 1}));
    float[] input = {0, 0, 0};
    measure.add(0, input, new double[] {0.7});
    measure.add(1, input, new double[] {0.5});
    measure.add(2, input, new double[] {0.2});
    assertEquals(50, value(measure, 0), EXACT);
  }

  /** A simulation may end before it has seen images of both. */
  @Test
  void imagesOfOneKindHaveNoArea() {
    AnomalyRanking measure = new AnomalyRanking(new Labels(Path.of("labels"), new int[] {1, 0, 0}));
    assertEquals(List.of(), measure.figures());
    measure.add(1, NO_INPUT, new double[] {0.5});
    measure.add(2, NO_INPUT, new double[] {0.7});
    assertEquals(List.of(), measure.figures());
    measure.add(0, NO_INPUT, new double[] {0.6});
    assertEquals(50, value(measure, 0), EXACT);
  }

  private static double value(LabelMeasure measure, int figure) {
    return measure.figures().get(figure).value();
  }

  /** An output in which each pixel is of a class. */
  private static double[] classes(Shape output, int... pixels) {
    double[] values = new double[output.size()];
    for (int i = 0; i < pixels.length; i++) {
      values[pixels[i] * output.pixels() + i] = 1;
    }
    return values;
  }

  private LabelMaps labelMaps(byte[] labels, int images, int height, int width) throws IOException {
    String header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d, %d), }"
            .formatted(images, height, width);
    byte[] text =
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    byte[] file =
        ByteBuffer.allocate(magic.length + text.length + labels.length)
            .put(magic)
            .put(text)
            .put(labels)
            .array();
    return LabelMaps.read(Files.write(directory.resolve("maps.npy"), file));
  }
}
