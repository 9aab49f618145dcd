package lutmac.generator.program;

import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;

/**
 * Runs a compiled network in the interpreter and compares every feature map with the golden model.
 */
final class CompiledExecution {
  private CompiledExecution() {}

  /** The first difference, in words; empty if every map is right. */
  static Optional<String> firstDifference(CompiledNetwork compiled, int[] input) {
    int cols = compiled.config().cols();
    byte[] featureMaps = new byte[compiled.config().featureMapWords() * cols];
    // Nothing may depend on what the buffer held before.
    new Random(compiled.program().length).nextBytes(featureMaps);
    for (InputView view : compiled.inputViews()) {
      byte[] codes = view.arrange(input);
      System.arraycopy(codes, 0, featureMaps, view.baseAddress() * cols, codes.length);
    }
    Map<String, int[]> expected = GoldenModel.run(compiled.network(), input);
    ProgramInterpreter interpreter = new ProgramInterpreter(compiled, featureMaps);
    for (LayerPlacement layer : compiled.layers()) {
      boolean more = interpreter.runLayer();
      boolean isLast = layer.index() == compiled.layers().size() - 1;
      if (more == isLast) {
        return Optional.of("layer %s: wrong end of program".formatted(layer.name()));
      }
      Optional<String> difference =
          difference(layer, cols, featureMaps, expected.get(layer.output().name()));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> difference(
      LayerPlacement layer, int cols, byte[] featureMaps, int[] expected) {
    Tensor output = layer.output();
    Shape shape = output.shape();
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int pixel = 0; pixel < shape.pixels(); pixel++) {
        int block = layer.baseAddress() + channel / cols * layer.blockStride();
        int lane = channel % cols;
        int got;
        if (layer.raw()) {
          got = 0;
          for (int k = 3; k >= 0; k--) {
            got = got << 8 | featureMaps[(block + 4 * pixel + k) * cols + lane] & 255;
          }
        } else {
          byte code = featureMaps[(block + pixel) * cols + lane];
          got = output.format().minCode() < 0 ? code : code & 255;
        }
        int wanted = expected[channel * shape.pixels() + pixel];
        if (got != wanted) {
          return Optional.of(
              "layer %s, channel %d, pixel %d: expected %d, got %d"
                  .formatted(layer.name(), channel, pixel, wanted, got));
        }
      }
    }
    return Optional.empty();
  }
}
