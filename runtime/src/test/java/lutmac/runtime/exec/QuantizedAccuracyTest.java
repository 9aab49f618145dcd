package lutmac.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Test;

/** A network that copies its three input channels to its three outputs. */
class QuantizedAccuracyTest {
  private static final Shape SHAPE = new Shape(3, 1, 1);

  @Test
  void countsImagesWhoseLabelHasTheLargestOutput() {
    Accuracy accuracy =
        classify(
            identity(List.of(0, 0, 0), 0),
            new int[] {0, 1, 2, 2},
            new float[][] {{9, 1, 2}, {1, 9, 2}, {9, 1, 2}, {1, 2, 3}});
    assertEquals(new Accuracy(4, 3), accuracy);
    assertEquals(75.0, accuracy.percent());
  }

  @Test
  void theLowestIndexWinsATie() {
    assertEquals(
        new Accuracy(2, 1),
        classify(
            identity(List.of(0, 0, 0), 0), new int[] {1, 2}, new float[][] {{3, 7, 7}, {3, 7, 7}}));
  }

  @Test
  void outputsOfDifferentScalesAreComparedByTheirRealValues() {
    // Real values 8/4, 3/1 and 10/16.
    assertEquals(
        new Accuracy(1, 1),
        classify(identity(List.of(2, 0, 4), 0), new int[] {1}, new float[][] {{8, 3, 10}}));
  }

  @Test
  void theLabelOffsetMovesLabelsToOutputs() {
    assertEquals(
        new Accuracy(1, 1),
        classify(identity(List.of(0, 0, 0), 1), new int[] {1}, new float[][] {{1, 2, 3}}));
    assertThrows(
        BadInputException.class,
        () -> classify(identity(List.of(0, 0, 0), 1), new int[] {2}, new float[][] {{1, 2, 3}}));
  }

  private static Accuracy classify(QuantizedNetwork network, int[] labels, float[][] images) {
    Preprocessor inputs =
        new Preprocessor(new Images(SHAPE, images, true), network.input().preprocessing(), SHAPE);
    List<Integer> progress = new ArrayList<>();
    Accuracy accuracy =
        Accuracy.ofQuantized(
            network, inputs, new Labels(Path.of("labels"), labels), images.length, progress::add);
    assertEquals(IntStream.rangeClosed(1, images.length).boxed().toList(), progress);
    return accuracy;
  }

  private static QuantizedNetwork identity(List<Integer> fracs, int labelOffset) {
    Tensor input = Tensor.zeroPadded("in", SHAPE, new FixedFormat(8, 0, false));
    Tensor output = Tensor.zeroPadded("out", SHAPE, new AccumulatorFormat(fracs));
    MacLayer layer =
        new MacLayer(
            "copy",
            input,
            output,
            Optional.empty(),
            Window.pointwise(),
            false,
            new Codebook(List.of(0, 1)),
            new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 1},
            new int[3],
            new OutputStage.Accumulators());
    Preprocessing how =
        new Preprocessing(List.of(0.0), List.of(1.0), false, Optional.empty(), labelOffset);
    return new QuantizedNetwork(
        "copy", new InputEncoding(input, how, true), List.of(layer), Rounding.HALF_EVEN, Map.of());
  }
}
