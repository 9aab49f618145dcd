package lutmac.quant.calib;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.runtime.exec.LastReaders;

/** Runs the float network over calibration images and keeps what format choices need. */
public final class ActivationSampler {
  /** Values kept of every channel, over all images. */
  private static final int SAMPLES = 4096;

  private ActivationSampler() {}

  /**
   * Statistics of every feature map by name, the input's included.
   *
   * @param inputs {@code [N][C*H*W]}
   * @throws BadInputException if the network computes NaN or infinity
   */
  public static Map<String, ActivationStatistics> sample(
      FloatRun run, String inputName, Shape inputShape, float[][] inputs, long seed) {
    Map<String, Shape> shapes = new HashMap<>();
    shapes.put(inputName, inputShape);
    run.layers().forEach(layer -> shapes.put(layer.output(), layer.outputShape()));
    LastReaders lastReaders =
        new LastReaders(run.layers().stream().map(FusedLayer::inputs).toList());
    List<Map<String, ActivationStatistics>> parts =
        IntStream.range(0, inputs.length)
            .parallel()
            .mapToObj(n -> sampleImage(run, lastReaders, inputName, shapes, inputs, n, seed))
            .toList();
    Map<String, ActivationStatistics> all = new HashMap<>();
    shapes
        .keySet()
        .forEach(name -> all.put(name, merged(parts.stream().map(p -> p.get(name)).toList())));
    return all;
  }

  private static Map<String, ActivationStatistics> sampleImage(
      FloatRun run,
      LastReaders lastReaders,
      String inputName,
      Map<String, Shape> shapes,
      float[][] inputs,
      int image,
      long seed) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(inputName, inputs[image]);
    Map<String, ActivationStatistics> statistics = new HashMap<>();
    List<FusedLayer> layers = run.layers();
    statistics.put(inputName, of(inputs[image], shapes.get(inputName), inputs.length, image, seed));
    for (int i = 0; i < layers.size(); i++) {
      FusedLayer layer = layers.get(i);
      float[] map = run.apply(layer, maps);
      requireFinite(layer, map, image);
      maps.put(layer.output(), map);
      statistics.put(layer.output(), of(map, layer.outputShape(), inputs.length, image, seed));
      int now = i;
      maps.keySet().removeIf(name -> lastReaders.of(name) <= now);
    }
    return statistics;
  }

  private static void requireFinite(FusedLayer layer, float[] map, int image) {
    for (float value : map) {
      if (!Float.isFinite(value)) {
        throw new BadInputException(
            "node '%s' computes NaN or infinity on calibration image %d; check mean and std"
                .formatted(layer.name(), image));
      }
    }
  }

  private static ActivationStatistics of(
      float[] map, Shape shape, int images, int image, long seed) {
    int pixels = shape.pixels();
    int wanted = Math.max(1, Math.min(pixels, SAMPLES / images));
    SplittableRandom random = new SplittableRandom(seed * 31 + image);
    int[] positions = new int[wanted];
    for (int i = 0; i < wanted; i++) {
      int from = (int) ((long) i * pixels / wanted);
      int to = (int) ((long) (i + 1) * pixels / wanted);
      positions[i] = from + random.nextInt(Math.max(1, to - from));
    }
    float[] least = new float[shape.channels()];
    float[] most = new float[shape.channels()];
    float[][] samples = new float[shape.channels()][wanted];
    for (int c = 0; c < shape.channels(); c++) {
      // In local variables: HotSpot vectorizes this loop, but not one over array elements.
      float low = 0;
      float high = 0;
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        low = Math.min(low, map[i]);
        high = Math.max(high, map[i]);
      }
      least[c] = low;
      most[c] = high;
      for (int i = 0; i < wanted; i++) {
        samples[c][i] = map[c * pixels + positions[i]];
      }
    }
    return new ActivationStatistics(least, most, samples);
  }

  private static ActivationStatistics merged(List<ActivationStatistics> parts) {
    int channels = parts.get(0).most().length;
    float[] least = new float[channels];
    float[] most = new float[channels];
    float[][] samples = new float[channels][];
    for (int c = 0; c < channels; c++) {
      List<float[]> all = new ArrayList<>();
      for (ActivationStatistics part : parts) {
        least[c] = Math.min(least[c], part.least()[c]);
        most[c] = Math.max(most[c], part.most()[c]);
        all.add(part.samples()[c]);
      }
      samples[c] = new float[all.stream().mapToInt(s -> s.length).sum()];
      int at = 0;
      for (float[] part : all) {
        System.arraycopy(part, 0, samples[c], at, part.length);
        at += part.length;
      }
    }
    return new ActivationStatistics(least, most, samples);
  }
}
