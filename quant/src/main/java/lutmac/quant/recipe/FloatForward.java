package lutmac.quant.recipe;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.calib.LinearKernel;
import lutmac.quant.calib.Patches;
import lutmac.quant.exec.MaxPooling;

/**
 * The float network's layers over all calibration images: what quantization is measured against.
 *
 * <p>{@link lutmac.quant.exec.FloatExecutor} runs the same network, but its matrix library adds in
 * an order that depends on the number of threads, so that the last bits of a sum do, too. Here
 * every sum has one order: a network quantizes to the same file with any number of threads.
 */
final class FloatForward {
  /** Columns that one task computes: their patches should stay in the cache. */
  private static final int BLOCK = 512;

  private FloatForward() {}

  /** Sums with bias and skip, before the ReLU: {@code [N][O*P]}. */
  static float[][] linear(LoweredLayer.Linear layer, float[][] input, Optional<float[][]> skip) {
    Patches patches = new Patches(layer.inputShape(), layer.window(), layer.sumPixels());
    int channels = layer.outputShape().channels();
    int pixels = patches.pixels();
    int taps = patches.taps();
    float[][] sums = new float[input.length][channels * pixels];
    int columns = input.length * pixels;
    IntStream.range(0, (columns + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int first = block * BLOCK;
              int count = Math.min(BLOCK, columns - first);
              float[] gathered = new float[taps * count];
              float[][] out = new float[channels][count];
              patches.gather(input, first, count, gathered);
              LinearKernel.multiply(layer.weights(), channels, taps, gathered, count, out);
              for (int o = 0; o < channels; o++) {
                for (int j = 0; j < count; j++) {
                  int image = (first + j) / pixels;
                  int at = o * pixels + (first + j) % pixels;
                  float added = skip.isPresent() ? skip.get()[image][at] : 0;
                  sums[image][at] = out[o][j] + layer.bias()[o] + added;
                }
              }
            });
    return sums;
  }

  /** {@code min(ceiling, max(0, x))}. */
  static float[][] clamp(float[][] sums, float ceiling) {
    return IntStream.range(0, sums.length)
        .parallel()
        .mapToObj(
            n -> {
              float[] clamped = new float[sums[n].length];
              for (int i = 0; i < clamped.length; i++) {
                clamped[i] = Math.min(ceiling, Math.max(0, sums[n][i]));
              }
              return clamped;
            })
        .toArray(float[][]::new);
  }

  /** Maximum over the window. */
  static float[][] pool(LoweredLayer.Pool layer, float[][] input) {
    MaxPooling pooling = new MaxPooling(layer.inputShape(), layer.window());
    return Arrays.stream(input).parallel().map(pooling::apply).toArray(float[][]::new);
  }
}
