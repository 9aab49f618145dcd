package lutmac.testbench.networks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.sensitivity.RealResults;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What quantizing costs trained networks, in what they were trained to do: percent of images named
 * or found, of the U-Net mean intersection over union.
 */
class TrainedNetworkTest {
  private static final int IMAGES = 1000;
  private static final long FRESH_SEED = 77;

  @ParameterizedTest
  @CsvSource({
    "RESIDUAL_SILU, 97, 1.0",
    "MOBILENET_V3,  96, 1.0",
    "YOLO,          93, 1.0",
    "UNET,          89, 1.5"
  })
  void quantizedItDoesItsTaskAsWell(TrainedNetwork trained, double least, double most) {
    FloatNetwork network = trained.floating();
    QuantizedNetwork quantized = trained.quantized();
    Task.Batch test = trained.task().batch(IMAGES, FRESH_SEED);
    Preprocessor inputs =
        new Preprocessor(trained.task().images(test), Task.preprocessing(), trained.task().input());
    FloatExecutor floats = new FloatExecutor(network);
    IntegerExecutor integers = new IntegerExecutor(quantized);
    float[][] ofFloat =
        IntStream.range(0, IMAGES)
            .parallel()
            .mapToObj(n -> floats.outputs(inputs.floatInput(n), 1).get(0))
            .toArray(float[][]::new);
    float[][] ofQuantized =
        IntStream.range(0, IMAGES)
            .parallel()
            .mapToObj(n -> integers.outputs(inputs.codes(n, quantized.input())))
            .map(outputs -> RealResults.of(quantized, outputs)[0])
            .toArray(float[][]::new);
    double before = trained.task().score(test.targets(), ofFloat);
    double after = trained.task().score(test.targets(), ofQuantized);
    String scores = "%s: %.2f, quantized %.2f".formatted(trained, before, after);
    assertTrue(before >= least, scores);
    assertTrue(after >= before - most, scores);
  }
}
