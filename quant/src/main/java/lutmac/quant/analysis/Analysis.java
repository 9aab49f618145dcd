package lutmac.quant.analysis;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.quant.result.QuantizationResult;

/**
 * What quantization did to a network, part by part. Networks with parts quantized are float runs
 * with exactly the values that the quantized network's weights, biases and feature maps stand for.
 *
 * @param result the quantized network
 * @param imagesSource file or directory of the images that were run
 * @param floatNetwork the float network
 * @param quantized all of it, in the integers of the hardware
 * @param weightsOnly all weights and biases quantized, all feature maps float
 * @param activationsOnly all feature maps quantized, all weights and biases float
 * @param input the network's input alone; empty if its codes are the pixels themselves
 * @param layers in execution order
 */
public record Analysis(
    QuantizationResult result,
    Path imagesSource,
    Measurement floatNetwork,
    Measurement quantized,
    Measurement weightsOnly,
    Measurement activationsOnly,
    Optional<Measurement> input,
    List<LayerAnalysis> layers) {
  public Analysis {
    layers = List.copyOf(layers);
  }

  /** Images of the runs with one part quantized. */
  public int imagesAlone() {
    return layers.get(0).weights().images();
  }
}
