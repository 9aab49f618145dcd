package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.quant.data.Labels;
import lutmac.quant.data.Preprocessor;
import lutmac.quant.exec.Accuracy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Top-1 on whole test sets, 4-bit weights in every layer and 8-bit activations, post-training,
 * calibrated on training images.
 */
class AccuracyTest {

  @ParameterizedTest
  @CsvSource({
    "LENET5,   99.28, 99.10",
    "RESNET20, 91.73, 91.00",
    "RESNET8,  87.19, 85.00",
  })
  void quantizedNetworkKeepsItsAccuracy(RealNetwork network, double floating, double atLeast) {
    Preprocessor inputs =
        new Preprocessor(
            network.testImages(), network.preprocessing(), network.floating().inputShape());
    Labels labels = network.testLabels();
    double measuredFloat =
        Accuracy.ofFloat(network.floating(), inputs, labels, 0, inputs.count(), done -> {})
            .percent();
    double measured =
        Accuracy.ofQuantized(network.quantized(), inputs, labels, inputs.count(), done -> {})
            .percent();
    System.out.printf("%s: float %.2f %%, quantized %.2f %%%n", network, measuredFloat, measured);
    assertEquals(floating, measuredFloat, 0.011, "the float network itself");
    assertTrue(measured >= atLeast, "quantized top-1 " + measured);
  }
}
