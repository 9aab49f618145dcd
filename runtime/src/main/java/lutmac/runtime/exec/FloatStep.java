package lutmac.runtime.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.shape.Shape;
import lutmac.runtime.kernel.MaxPooling;

/** One step of a float run: reads feature maps of one image, makes one. */
public sealed interface FloatStep {
  /** Names of the maps that it reads. */
  List<String> inputs();

  /** Name of the map that it makes. */
  String output();

  /**
   * The map that it makes, {@code [C, H, W]}.
   *
   * @param maps by name; none is changed
   */
  float[] apply(Map<String, float[]> maps);

  /**
   * {@code min(ceiling, max(0, linear(input, skip)))}, without the clamp if there is no ceiling;
   * with a function, that of the sums.
   */
  record Linear(
      String input,
      Optional<String> skip,
      String output,
      FloatLinear linear,
      Optional<Float> ceiling,
      Optional<ActivationFunction> function)
      implements FloatStep {
    /** Without another activation than a ReLU. */
    public Linear(
        String input,
        Optional<String> skip,
        String output,
        FloatLinear linear,
        Optional<Float> ceiling) {
      this(input, skip, output, linear, ceiling, Optional.empty());
    }

    @Override
    public List<String> inputs() {
      List<String> inputs = new ArrayList<>(List.of(input));
      skip.ifPresent(inputs::add);
      return inputs;
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] sums = linear.sums(maps.get(input), skip.map(maps::get).orElse(null));
      activate(sums, ceiling, function);
      return sums;
    }
  }

  /** {@code min(ceiling, max(0, input))}. */
  record Relu(String input, String output, float ceiling) implements FloatStep {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] out = maps.get(input).clone();
      clamp(out, Optional.of(ceiling));
      return out;
    }
  }

  /** {@code function(input)}. */
  record Activation(String input, String output, ActivationFunction function) implements FloatStep {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] out = maps.get(input).clone();
      activate(out, Optional.empty(), Optional.of(function));
      return out;
    }
  }

  /** Maximum over windows. */
  record Pool(String input, String output, MaxPooling pooling) implements FloatStep {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      return pooling.apply(maps.get(input));
    }
  }

  /** Mean over the pixels of every channel. */
  record Mean(String input, Shape shape, String output) implements FloatStep {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] in = maps.get(input);
      int pixels = shape.pixels();
      float[] means = new float[shape.channels()];
      for (int c = 0; c < means.length; c++) {
        double sum = 0;
        for (int i = c * pixels; i < (c + 1) * pixels; i++) {
          sum += in[i];
        }
        means[c] = (float) (sum / pixels);
      }
      return means;
    }
  }

  /** Element by element. */
  record Add(String first, String second, String output) implements FloatStep {
    @Override
    public List<String> inputs() {
      return List.of(first, second);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] sums = maps.get(first).clone();
      float[] other = maps.get(second);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += other[i];
      }
      return sums;
    }
  }

  /** The channels of all inputs, one input after the other. */
  record Concat(List<String> inputs, String output) implements FloatStep {
    public Concat {
      inputs = List.copyOf(inputs);
    }

    @Override
    public float[] apply(Map<String, float[]> maps) {
      float[] joined = new float[inputs.stream().mapToInt(map -> maps.get(map).length).sum()];
      int at = 0;
      for (String input : inputs) {
        float[] part = maps.get(input);
        System.arraycopy(part, 0, joined, at, part.length);
        at += part.length;
      }
      return joined;
    }
  }

  /** An activation in place: a ReLU of a ceiling, a function, or nothing. */
  static void activate(
      float[] values, Optional<Float> ceiling, Optional<ActivationFunction> function) {
    clamp(values, ceiling);
    if (function.isPresent()) {
      ActivationFunction of = function.get();
      for (int i = 0; i < values.length; i++) {
        values[i] = of.at(values[i]);
      }
    }
  }

  /** A ReLU in place: {@code min(ceiling, max(0, x))}; nothing without a ceiling. */
  static void clamp(float[] values, Optional<Float> ceiling) {
    if (ceiling.isEmpty()) {
      return;
    }
    float most = ceiling.get();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.min(most, Math.max(0, values[i]));
    }
  }
}
