package lutmac.runtime.exec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.shape.Shape;
import lutmac.runtime.kernel.MaxPooling;

/**
 * Runs a float network, image by image, several images side by side. Every sum has one order: an
 * image gives the same bits alone and in any batch, with any number of threads. One executor serves
 * any number of threads.
 */
public final class FloatExecutor {
  private final String inputName;
  private final Shape inputShape;
  private final String outputName;
  private final Map<String, Integer> sizes = new LinkedHashMap<>();
  private final List<FloatStep> steps;
  private final LastReaders lastReaders;

  public FloatExecutor(FloatNetwork network) {
    inputName = network.inputName();
    inputShape = network.inputShape();
    outputName = network.outputName();
    Map<String, Shape> shapes = network.shapes();
    shapes.forEach((map, shape) -> sizes.put(map, shape.size()));
    steps =
        network.nodes().stream()
            .map(node -> step(node, shapes.get(node.inputs().get(0))))
            .toList();
    lastReaders = new LastReaders(steps.stream().map(FloatStep::inputs).toList());
  }

  private static FloatStep step(FloatNode node, Shape from) {
    List<String> inputs = node.inputs();
    String input = inputs.get(0);
    String output = node.output();
    return node.op()
        .fold(
            conv ->
                new FloatStep.Linear(
                    input,
                    Optional.empty(),
                    output,
                    new FloatLinear(
                        from,
                        node.shape(),
                        conv.window(),
                        conv.groups(),
                        false,
                        conv.weights(),
                        conv.bias()),
                    Optional.empty()),
            relu -> new FloatStep.Relu(input, output, relu.ceiling()),
            pool -> new FloatStep.Pool(input, output, new MaxPooling(from, pool.window())),
            mean -> new FloatStep.Mean(input, from, output),
            add -> new FloatStep.Add(input, inputs.get(1), output),
            concat -> new FloatStep.Concat(inputs, output));
  }

  /**
   * Every feature map of {@code images} images, the input's included, in the order of the nodes.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public Map<String, float[]> run(float[] batch, int images) {
    return run(batch, images, sizes.keySet());
  }

  /**
   * The wanted feature maps, {@code [N, C, H, W]} each, in the order of the nodes; all others are
   * dropped as soon as nobody reads them any more.
   *
   * @param batch {@code [N, C, H, W]}
   * @param wanted names of maps
   */
  public Map<String, float[]> run(float[] batch, int images, Set<String> wanted) {
    int size = inputShape.size();
    if (batch.length != (long) images * size) {
      throw new IllegalArgumentException(
          "%d images %s have %d values, got %d"
              .formatted(images, inputShape, (long) images * size, batch.length));
    }
    if (!sizes.keySet().containsAll(wanted)) {
      Set<String> unknown = new HashSet<>(wanted);
      unknown.removeAll(sizes.keySet());
      throw new IllegalArgumentException("the network has no feature maps " + unknown);
    }
    Map<String, float[]> results = new LinkedHashMap<>();
    sizes.forEach(
        (map, values) -> {
          if (wanted.contains(map)) {
            results.put(map, new float[Math.multiplyExact(images, values)]);
          }
        });
    IntStream.range(0, images)
        .parallel()
        .forEach(
            image -> {
              float[] in = new float[size];
              System.arraycopy(batch, image * size, in, 0, size);
              Map<String, float[]> maps = image(in, wanted);
              results.forEach(
                  (map, all) -> {
                    float[] one = maps.get(map);
                    System.arraycopy(one, 0, all, image * one.length, one.length);
                  });
            });
    return results;
  }

  private Map<String, float[]> image(float[] in, Set<String> wanted) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(inputName, in);
    for (int i = 0; i < steps.size(); i++) {
      FloatStep step = steps.get(i);
      maps.put(step.output(), step.apply(maps));
      lastReaders.dropBehind(i, maps, wanted);
    }
    return maps;
  }

  /**
   * The network's outputs, {@code [N, C*H*W]}.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public float[] logits(float[] batch, int images) {
    return run(batch, images, Set.of(outputName)).get(outputName);
  }
}
