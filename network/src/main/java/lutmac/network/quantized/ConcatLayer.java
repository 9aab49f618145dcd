package lutmac.network.quantized;

import java.util.List;

/** The channels of all inputs, one input after the other; all feature maps have one format. */
public record ConcatLayer(String name, List<Tensor> inputs, Tensor output)
    implements QuantizedLayer {
  public ConcatLayer {
    inputs = List.copyOf(inputs);
    int channels = inputs.stream().mapToInt(input -> input.shape().channels()).sum();
    if (inputs.isEmpty() || channels != output.shape().channels()) {
      throw new IllegalArgumentException(
          "'%s' puts %d channels together, its output has %d"
              .formatted(name, channels, output.shape().channels()));
    }
    for (Tensor input : inputs) {
      if (!input.format().equals(output.format())
          || input.shape().height() != output.shape().height()
          || input.shape().width() != output.shape().width()) {
        throw new IllegalArgumentException(
            "'%s' cannot put '%s' %s %s into %s %s"
                .formatted(
                    name,
                    input.name(),
                    input.format(),
                    input.shape(),
                    output.format(),
                    output.shape()));
      }
    }
  }

  @Override
  public ConcatLayer withOutput(Tensor other) {
    return new ConcatLayer(name, inputs, other);
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.concat(this);
  }
}
