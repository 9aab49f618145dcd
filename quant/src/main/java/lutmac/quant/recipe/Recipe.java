package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.format.LogFormat;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.WeightFormat;

/** How the formats of a network are chosen. */
public sealed interface Recipe {
  /** What the function for this kind of recipe says. */
  default <R> R fold(
      Function<? super Uniform, ? extends R> uniform,
      Function<? super Auto, ? extends R> auto,
      Function<? super Mxqn, ? extends R> mxqn,
      Function<? super Fxp, ? extends R> fxp,
      Function<? super Planned, ? extends R> planned) {
    return accept(
        new Kinds<R>() {
          @Override
          public R uniform(Uniform value) {
            return uniform.apply(value);
          }

          @Override
          public R auto(Auto value) {
            return auto.apply(value);
          }

          @Override
          public R mxqn(Mxqn value) {
            return mxqn.apply(value);
          }

          @Override
          public R fxp(Fxp value) {
            return fxp.apply(value);
          }

          @Override
          public R planned(Planned value) {
            return planned.apply(value);
          }
        });
  }

  /** The answer for this kind of recipe. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R uniform(Uniform value);

    R auto(Auto value);

    R mxqn(Mxqn value);

    R fxp(Fxp value);

    R planned(Planned value);
  }

  /**
   * Bits that most feature maps will have: what the feature maps are scaled for before formats are
   * chosen.
   */
  int typicalActivationBits();

  /** The loss of accuracy to stay within, if it is told one. */
  default Optional<Budget.Accuracy> accuracy() {
    return Optional.empty();
  }

  /**
   * The same formats in every layer: {@code lut} with a table.
   *
   * @param channelShifts whether every output channel has a power-of-two scale of its own
   */
  record Uniform(WeightFormat weights, boolean channelShifts, ActivationFormat activations)
      implements Recipe {
    public Uniform {
      Objects.requireNonNull(weights, "weights");
      Objects.requireNonNull(activations, "maps");
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.uniform(this);
    }

    @Override
    public int typicalActivationBits() {
      return activations.bits();
    }
  }

  /**
   * Formats from a list, layer by layer: the selection with the least expected loss within a budget
   * (see {@link lutmac.quant.result.Sensitivity}), found exactly.
   *
   * @param weights formats that a layer may get, the widest last
   * @param activations formats that a feature map may get, a fixed-point one among them
   */
  record Auto(List<WeightFormat> weights, List<ActivationFormat> activations, Budget budget)
      implements Recipe {
    public Auto {
      weights = List.copyOf(weights);
      activations = List.copyOf(activations);
      Objects.requireNonNull(budget, "budget");
      if (weights.isEmpty() || activations.stream().noneMatch(ActivationFormat::uniform)) {
        throw new IllegalArgumentException(
            "there must be formats to choose from, and one of fixed point for maps");
      }
    }

    @Override
    public Optional<Budget.Accuracy> accuracy() {
      return budget.accuracy();
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.auto(this);
    }

    @Override
    public int typicalActivationBits() {
      int widest = activations.stream().mapToInt(ActivationFormat::bits).max().orElseThrow();
      return Math.min(widest, budget.typicalBits());
    }

    /** One format for all weights, one for all feature maps. */
    public static Auto of(WeightFormat weights, ActivationFormat.Fixed activations) {
      return new Auto(List.of(weights), List.of(activations), new Budget.Unlimited());
    }

    /** The format of weights that nobody limits. */
    public WeightFormat widestWeights() {
      return weights.get(weights.size() - 1);
    }

    /** The format of feature maps that nobody limits. */
    public ActivationFormat widestActivations() {
      return activations.stream()
          .filter(ActivationFormat::uniform)
          .max(Comparator.comparingInt(ActivationFormat::bits))
          .orElseThrow();
    }

    /** Every format that there is for weights: tables of 2 to 4 bits, 5 to 8 bits fixed point. */
    public static List<WeightFormat> allWeights() {
      return allWeights(2, 2);
    }

    /**
     * The same with tables whose levels have at most so many digits; fixed point of more than 4
     * bits needs two.
     *
     * @param least digits of the simplest tables; each length comes once for every number
     * @param most digits of the others, 1 to 4
     */
    public static List<WeightFormat> allWeights(int least, int most) {
      List<WeightFormat> all = new ArrayList<>();
      for (int bits = 2; bits <= 4; bits++) {
        for (int digits = least; digits <= most; digits++) {
          all.add(new WeightFormat.Table(bits, digits));
        }
      }
      for (int bits = 5; bits <= 8 && most > 1; bits++) {
        all.add(new WeightFormat.FixedPoint(bits));
      }
      return List.copyOf(all);
    }

    /** Every format for feature maps: 2 to 8 bits fixed point, 3 to 6 bits logarithmic. */
    public static List<ActivationFormat> allActivations() {
      List<ActivationFormat> all = new ArrayList<>();
      for (int bits = 2; bits <= 8; bits++) {
        all.add(ActivationFormat.Fixed.of(bits));
      }
      all.addAll(logarithmic());
      return all;
    }

    /** Logarithmic formats with the resolutions that fit their length. */
    public static List<ActivationFormat> logarithmic() {
      return List.of(
          ActivationFormat.Log.of(3, 1),
          ActivationFormat.Log.of(4, 1),
          ActivationFormat.Log.of(4, 2),
          ActivationFormat.Log.of(5, 2),
          ActivationFormat.Log.of(6, 3));
    }
  }

  /**
   * Fixed-point weights; every feature map fixed point or logarithmic, whichever has the better
   * signal-to-noise ratio at the same length: {@code mxqn}, after MXQN (Huang 2021). The paper's
   * text was not available; this is reconstructed from its abstract.
   *
   * @param weightBits 2 to 8
   * @param activationBits 2 to 8; there are logarithmic formats of 3 to 6
   */
  record Mxqn(int weightBits, int activationBits) implements Recipe {
    public Mxqn {
      new WeightFormat.FixedPoint(weightBits);
      ActivationFormat.Fixed.of(activationBits);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.mxqn(this);
    }

    @Override
    public int typicalActivationBits() {
      return activationBits;
    }

    /** The formats that feature maps choose from. */
    public List<ActivationFormat> activations() {
      List<ActivationFormat> activations =
          new ArrayList<>(List.of(ActivationFormat.Fixed.of(activationBits)));
      for (int resolution = 0; resolution <= 3; resolution++) {
        if (LogFormat.exists(activationBits, resolution)) {
          activations.add(ActivationFormat.Log.of(activationBits, resolution));
        }
      }
      return activations;
    }
  }

  /**
   * Dynamic fixed point for every layer's weights and every feature map, all starting with 8 bits
   * and losing one after the other the bit that costs the least measured self-distillation loss for
   * each saved bit of memory: {@code fxp}, after FxP-QNet (Shawahna 2022). The paper's text was not
   * available; this is reconstructed from its abstract. Where the calibration images have labels
   * (see {@link QuantizeOptions}), the loss includes the growth of their cross-entropy.
   */
  record Fxp(Budget budget) implements Recipe {
    public Fxp {
      Objects.requireNonNull(budget, "budget");
      if (budget.countsTime()) {
        throw new IllegalArgumentException(
            "fxp takes memory away bit by bit, a bit less saves no step of the array");
      }
    }

    @Override
    public Optional<Budget.Accuracy> accuracy() {
      return budget.accuracy();
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.fxp(this);
    }

    @Override
    public int typicalActivationBits() {
      return budget.typicalBits();
    }
  }

  /** Formats that someone wrote down. */
  record Planned(FormatPlan plan) implements Recipe {
    public Planned {
      Objects.requireNonNull(plan, "plan");
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.planned(this);
    }

    @Override
    public int typicalActivationBits() {
      int[] bits =
          plan.layers().values().stream().mapToInt(l -> l.output().bits()).sorted().toArray();
      return bits[bits.length / 2];
    }
  }
}
