package lutmac.quant.allocate;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lutmac.network.format.TensorFormat;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.sensitivity.DisturbedNetwork;

/** What has a number of bits of its own in dynamic fixed point. */
sealed interface FxpStructure {

  /** What the network becomes when this has so many bits. */
  DisturbedNetwork.Change at(int bits);

  /** What so many bits take from the budget. */
  long cost(int bits);

  /** What the function for this kind of structure says. */
  <R> R fold(
      Function<? super Weights, ? extends R> weights,
      Function<? super Activations, ? extends R> activations);

  /**
   * A layer's weights.
   *
   * @param variants the layer with the errors of every number of bits
   */
  record Weights(
      FusedLayer.Linear layer, Map<Integer, FusedLayer.Linear> variants, FormatCost counted)
      implements FxpStructure {
    @Override
    public DisturbedNetwork.Change at(int bits) {
      return new DisturbedNetwork.Change(List.of(variants.get(bits)), Map.of());
    }

    @Override
    public <R> R fold(
        Function<? super Weights, ? extends R> weights,
        Function<? super Activations, ? extends R> activations) {
      return weights.apply(this);
    }

    @Override
    public long cost(int bits) {
      return counted.ofWeights(layer, new WeightFormat.FixedPoint(bits));
    }
  }

  /**
   * Feature maps that share a format.
   *
   * @param leader their first one
   * @param members all of them
   * @param elements of all of them, for one image
   * @param formats with every number of bits
   */
  record Activations(
      String leader,
      List<String> members,
      long elements,
      Map<Integer, TensorFormat> formats,
      FormatCost counted)
      implements FxpStructure {
    @Override
    public DisturbedNetwork.Change at(int bits) {
      return DisturbedNetwork.Change.of(members, formats.get(bits));
    }

    @Override
    public <R> R fold(
        Function<? super Weights, ? extends R> weights,
        Function<? super Activations, ? extends R> activations) {
      return activations.apply(this);
    }

    @Override
    public long cost(int bits) {
      return counted.ofActivations(elements, ActivationFormat.Fixed.of(bits));
    }
  }
}
