package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import lutmac.network.format.LogFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/** How the formats of a network are chosen. */
public sealed interface Recipe {

  /** Bits that most maps will have: what the maps are scaled for before formats are chosen. */
  int typicalMapBits();

  /** The loss of accuracy to stay within, if it is told one. */
  default Optional<Budget.Accuracy> accuracy() {
    return Optional.empty();
  }

  /**
   * The same formats in every layer: {@code lut} with a table.
   *
   * @param channelShifts whether every output channel has a power-of-two scale of its own
   */
  record Uniform(WeightFormat weights, boolean channelShifts, MapFormat maps) implements Recipe {
    public Uniform {
      Objects.requireNonNull(weights, "weights");
      Objects.requireNonNull(maps, "maps");
    }

    @Override
    public int typicalMapBits() {
      return maps.bits();
    }
  }

  /**
   * Formats from a list, layer by layer: the selection with the least expected loss within a budget
   * (see {@link lutmac.quant.result.Sensitivity}), found exactly.
   *
   * @param weights formats that a layer may get, the widest last
   * @param maps formats that a map may get, a fixed-point one among them
   */
  record Auto(List<WeightFormat> weights, List<MapFormat> maps, Budget budget) implements Recipe {
    public Auto {
      weights = List.copyOf(weights);
      maps = List.copyOf(maps);
      Objects.requireNonNull(budget, "budget");
      if (weights.isEmpty() || maps.stream().noneMatch(MapFormat.Fixed.class::isInstance)) {
        throw new IllegalArgumentException(
            "there must be formats to choose from, and one of fixed point for maps");
      }
    }

    @Override
    public Optional<Budget.Accuracy> accuracy() {
      return budget.accuracy();
    }

    @Override
    public int typicalMapBits() {
      int widest = maps.stream().mapToInt(MapFormat::bits).max().orElseThrow();
      return Math.min(widest, budget.typicalBits());
    }

    /** One format for all weights, one for all maps. */
    public static Auto of(WeightFormat weights, MapFormat.Fixed maps) {
      return new Auto(List.of(weights), List.of(maps), new Budget.Unlimited());
    }

    /** The format of weights that nobody limits. */
    public WeightFormat widestWeights() {
      return weights.get(weights.size() - 1);
    }

    /** The format of maps that nobody limits. */
    public MapFormat widestMaps() {
      return maps.stream()
          .filter(MapFormat.Fixed.class::isInstance)
          .max(Comparator.comparingInt(MapFormat::bits))
          .orElseThrow();
    }

    /** Every format that there is for weights: tables of 2 to 4 bits, 5 to 8 bits fixed point. */
    public static List<WeightFormat> allWeights() {
      return List.of(
          new WeightFormat.Table(2, 2),
          new WeightFormat.Table(3, 2),
          new WeightFormat.Table(4, 2),
          new WeightFormat.FixedPoint(5),
          new WeightFormat.FixedPoint(6),
          new WeightFormat.FixedPoint(7),
          new WeightFormat.FixedPoint(8));
    }

    /** Every format for maps: 2 to 8 bits fixed point, 3 to 6 bits logarithmic. */
    public static List<MapFormat> allMaps() {
      List<MapFormat> all = new ArrayList<>();
      for (int bits = 2; bits <= 8; bits++) {
        all.add(MapFormat.Fixed.of(bits));
      }
      all.addAll(logarithmic());
      return all;
    }

    /** Logarithmic formats with the steps that fit their length. */
    public static List<MapFormat> logarithmic() {
      return List.of(
          MapFormat.Log.of(3, 1),
          MapFormat.Log.of(4, 1),
          MapFormat.Log.of(4, 2),
          MapFormat.Log.of(5, 2),
          MapFormat.Log.of(6, 3));
    }
  }

  /**
   * Fixed-point weights; every map fixed point or logarithmic, whichever has the better
   * signal-to-noise ratio at the same length: {@code mxqn}, after MXQN (Huang 2021). The paper's
   * text was not available; this is reconstructed from its abstract.
   *
   * @param weightBits 2 to 8
   * @param mapBits 2 to 8; there are logarithmic formats of 3 to 6
   */
  record Mxqn(int weightBits, int mapBits) implements Recipe {
    public Mxqn {
      new WeightFormat.FixedPoint(weightBits);
      MapFormat.Fixed.of(mapBits);
    }

    @Override
    public int typicalMapBits() {
      return mapBits;
    }

    /** The formats that maps choose from. */
    public List<MapFormat> maps() {
      List<MapFormat> maps = new ArrayList<>(List.of(MapFormat.Fixed.of(mapBits)));
      for (int step = 0; step <= 3; step++) {
        if (LogFormat.exists(mapBits, step)) {
          maps.add(MapFormat.Log.of(mapBits, step));
        }
      }
      return maps;
    }
  }

  /**
   * Dynamic fixed point for every layer's weights and every map, all starting with 8 bits and
   * losing one after the other the bit that costs the least measured self-distillation loss for
   * each saved bit of memory: {@code fxp}, after FxP-QNet (Shawahna 2022). The paper's text was not
   * available; this is reconstructed from its abstract. Where the calibration images have labels
   * (see {@link QuantizeOptions}), the loss includes the growth of their cross-entropy.
   */
  record Fxp(Budget budget) implements Recipe {
    public Fxp {
      Objects.requireNonNull(budget, "budget");
      if (budget instanceof Budget.ArraySteps) {
        throw new IllegalArgumentException(
            "fxp takes memory away bit by bit, a bit less saves no step of the array");
      }
    }

    @Override
    public Optional<Budget.Accuracy> accuracy() {
      return budget.accuracy();
    }

    @Override
    public int typicalMapBits() {
      return budget.typicalBits();
    }
  }

  /** Formats that someone wrote down. */
  record Planned(FormatPlan plan) implements Recipe {
    public Planned {
      Objects.requireNonNull(plan, "plan");
    }

    @Override
    public int typicalMapBits() {
      int[] bits =
          plan.layers().values().stream().mapToInt(l -> l.output().bits()).sorted().toArray();
      return bits[bits.length / 2];
    }
  }
}
