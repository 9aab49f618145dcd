package lutmac.runtime.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final List<String> outputNames;
  private final Map<String, Integer> sizes = new LinkedHashMap<>();
  private final Run everyMap;
  private final Run outputsOnly;

  /** Steps in order, and when each of their maps has been read for the last time. */
  private record Run(List<FloatStep> steps, LastReaders lastReaders) {
    static Run of(List<FloatStep> steps) {
      return new Run(
          List.copyOf(steps), new LastReaders(steps.stream().map(FloatStep::inputs).toList()));
    }
  }

  public FloatExecutor(FloatNetwork network) {
    inputName = network.inputName();
    inputShape = network.inputShape();
    outputNames = network.outputNames();
    Map<String, Shape> shapes = network.shapes();
    shapes.forEach((map, shape) -> sizes.put(map, shape.size()));
    List<FloatStep> steps =
        network.nodes().stream().map(node -> step(node, shapes.get(node.inputs().get(0)))).toList();
    everyMap = Run.of(steps);
    outputsOnly = Run.of(fused(steps));
  }

  /**
   * The same with additions and ReLUs inside the linear steps that they follow, where nobody else
   * reads what is between them. The bits stay the same.
   */
  private List<FloatStep> fused(List<FloatStep> steps) {
    Map<String, List<Integer>> readers = new HashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      for (String input : steps.get(i).inputs()) {
        readers.computeIfAbsent(input, key -> new ArrayList<>()).add(i);
      }
    }
    // A step goes where the last one was that it takes in: there all of its inputs are known.
    FloatStep[] result = steps.toArray(FloatStep[]::new);
    for (int i = 0; i < result.length; i++) {
      if (!(result[i] instanceof FloatStep.Linear linear)
          || outputNames.contains(linear.output())) {
        continue;
      }
      List<Integer> next = readers.getOrDefault(linear.output(), List.of());
      FloatStep with = next.size() == 1 ? with(linear, result[next.get(0)]) : linear;
      if (with != linear) {
        result[i] = null;
        result[next.get(0)] = with;
      }
    }
    return Arrays.stream(result).filter(Objects::nonNull).toList();
  }

  /** A linear step that does the next one's work as well; itself if that is not possible. */
  private static FloatStep.Linear with(FloatStep.Linear linear, FloatStep next) {
    if (linear.ceiling().isPresent()) {
      return linear;
    }
    if (next instanceof FloatStep.Relu relu) {
      return new FloatStep.Linear(
          linear.input(),
          linear.skip(),
          relu.output(),
          linear.linear(),
          Optional.of(relu.ceiling()));
    }
    if (next instanceof FloatStep.Add add && linear.skip().isEmpty()) {
      String other = add.first().equals(linear.output()) ? add.second() : add.first();
      return new FloatStep.Linear(
          linear.input(), Optional.of(other), add.output(), linear.linear(), Optional.empty());
    }
    return linear;
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
            activation -> new FloatStep.Activation(input, output, activation.function()),
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
    Run run = outputNames.containsAll(wanted) ? outputsOnly : everyMap;
    for (int i = 0; i < run.steps().size(); i++) {
      FloatStep step = run.steps().get(i);
      maps.put(step.output(), step.apply(maps));
      run.lastReaders().dropBehind(i, maps, wanted);
    }
    return maps;
  }

  /**
   * The values of the network's first output, {@code [N, C*H*W]}.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public float[] logits(float[] batch, int images) {
    String first = outputNames.get(0);
    return run(batch, images, Set.of(first)).get(first);
  }

  /**
   * Every output of the network in its order, {@code [N, C*H*W]} each.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public List<float[]> outputs(float[] batch, int images) {
    Map<String, float[]> maps = run(batch, images, Set.copyOf(outputNames));
    return outputNames.stream().map(maps::get).toList();
  }
}
