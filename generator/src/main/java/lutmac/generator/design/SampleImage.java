package lutmac.generator.design;

import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import lutmac.network.format.TensorFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * An image that a design brings along with what the network answers to it.
 *
 * @param source where it comes from, for people
 * @param model what computed the answers, for people
 * @param codes input codes {@code [C, H, W]}
 * @param maps integers of every feature map by tensor name, {@code [C, H, W]} each
 */
public record SampleImage(String source, String model, int[] codes, Map<String, int[]> maps) {
  /** The seed of the image that nobody has chosen. */
  private static final int SEED = 1;

  public SampleImage {
    maps = Map.copyOf(maps);
  }

  /** An image with the golden model's answers. */
  public static SampleImage golden(QuantizedNetwork network, String source, int[] codes) {
    return new SampleImage(source, "golden model", codes, GoldenModel.run(network, codes));
  }

  /**
   * An image with the answers of a faster model, which is held to the golden one elsewhere.
   *
   * @param fast integers of every feature map by tensor name, from input codes
   */
  public static SampleImage fast(
      String source, int[] codes, Function<int[], Map<String, int[]>> fast) {
    return new SampleImage(source, "integer executor", codes, fast.apply(codes));
  }

  /** Where the image of {@link #seededCodes} comes from. */
  public static String seededSource() {
    return "random codes, seed " + SEED;
  }

  /** Random codes, any that the input can have: always the same ones. */
  public static int[] seededCodes(QuantizedNetwork network) {
    TensorFormat format = network.input().tensor().format();
    int least = (int) format.minCode();
    int count = (int) format.maxCode() - least + 1;
    return new Random(SEED)
        .ints(network.input().tensor().shape().size(), 0, count)
        .map(code -> code + least)
        .toArray();
  }
}
