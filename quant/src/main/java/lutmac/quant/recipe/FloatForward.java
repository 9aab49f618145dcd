package lutmac.quant.recipe;

import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.calib.LinearKernel;
import lutmac.quant.calib.Patches;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;

/**
 * The float network's layers over all calibration images: what quantization is measured against.
 */
final class FloatForward {
  /** Columns that one task computes: their patches should stay in the cache. */
  static final int BLOCK = 512;

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
    PoolWindows windows = new PoolWindows(layer.inputShape(), layer.window());
    return IntStream.range(0, input.length)
        .parallel()
        .mapToObj(
            n -> {
              float[] out = new float[layer.outputShape().size()];
              for (int i = 0; i < out.length; i++) {
                float most = Float.NEGATIVE_INFINITY;
                for (int from : windows.sources(i)) {
                  most = Math.max(most, input[n][from]);
                }
                out[i] = most;
              }
              return out;
            })
        .toArray(float[][]::new);
  }

  /** The elements inside the map that each output element of a max-pool sees. */
  static final class PoolWindows {
    private final Shape input;
    private final int pixels;
    private final int[][] inPlane;

    PoolWindows(Shape input, Window window) {
      this.input = input;
      Shape output = window.outputShape(input, input.channels());
      pixels = output.pixels();
      inPlane =
          IntStream.range(0, pixels)
              .mapToObj(p -> inside(input, window, p / output.width(), p % output.width()))
              .toArray(int[][]::new);
    }

    private static int[] inside(Shape input, Window window, int oy, int ox) {
      return IntStream.range(0, window.taps())
          .map(
              tap -> {
                int y =
                    oy * window.strideHeight()
                        + tap / window.kernelWidth() * window.dilationHeight()
                        - window.padTop();
                int x =
                    ox * window.strideWidth()
                        + tap % window.kernelWidth() * window.dilationWidth()
                        - window.padLeft();
                boolean in = y >= 0 && y < input.height() && x >= 0 && x < input.width();
                return in ? y * input.width() + x : -1;
              })
          .filter(position -> position >= 0)
          .toArray();
    }

    /** Positions in the whole input map for one element of the whole output map. */
    int[] sources(int element) {
      int plane = element / pixels * input.pixels();
      int[] positions = inPlane[element % pixels];
      int[] sources = new int[positions.length];
      for (int i = 0; i < sources.length; i++) {
        sources[i] = plane + positions[i];
      }
      return sources;
    }
  }
}
