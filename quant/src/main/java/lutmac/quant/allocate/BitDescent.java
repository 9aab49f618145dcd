package lutmac.quant.allocate;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import lutmac.network.HardwareLimits;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.sensitivity.DisturbedNetwork;

/**
 * Takes bits away one by one, each time where the loss grows least, as measured, for each saved
 * unit of cost.
 *
 * <p>Taking one bit changes what the next one costs elsewhere, but little. So only the structures
 * that look cheapest are measured again before a bit is taken; the others keep the price that they
 * had when they were last measured.
 */
final class BitDescent {
  static final int MOST_BITS = HardwareLimits.MAX_ACTIVATION_BITS;
  static final int LEAST_BITS = 2;

  /** Prices that are measured again before a bit is taken, at most. */
  private static final int REFRESHED = 4;

  /** A bit less has four times the error energy. */
  private static final double ENERGY_OF_A_BIT = 4;

  private final DisturbedNetwork network;
  private final List<Descending> all;
  private final long limit;
  private int taken;

  /** A structure, its bits, and how much one less was last seen to add to the loss. */
  private static final class Descending {
    private final FxpStructure structure;
    private final Map<Integer, Double> measured = new HashMap<>();
    private int bits = MOST_BITS;
    private double added;
    private int measuredAt = -1;

    Descending(FxpStructure structure) {
      this.structure = structure;
    }

    long saved() {
      return bits > LEAST_BITS ? structure.cost(bits) - structure.cost(bits - 1) : 0;
    }

    /** What each bit that was taken away added to the loss, by the format without it. */
    <F> Map<F, Double> measured(IntFunction<? extends F> format) {
      Map<F, Double> added = new LinkedHashMap<>();
      new TreeMap<>(measured).forEach((left, loss) -> added.put(format.apply(left), loss));
      return added;
    }

    /**
     * @param needed that is to be saved yet: more than that is worth nothing
     */
    double price(long needed) {
      return added / Math.min(saved(), needed);
    }
  }

  /**
   * Every structure with 8 bits.
   *
   * @param limit of the cost that is wanted
   */
  BitDescent(DisturbedNetwork network, List<FxpStructure> structures, long limit) {
    this.limit = limit;
    this.network = network;
    this.all = structures.stream().map(Descending::new).toList();
    network.accept(
        network.measure(
            DisturbedNetwork.Change.all(
                structures.stream().map(each -> each.at(MOST_BITS)).toList())));
  }

  /**
   * Takes one bit away.
   *
   * @return false if the limit is met, or there is no bit left that saves anything
   */
  boolean takeBit() {
    long needed = cost() - limit;
    if (needed <= 0) {
      return false;
    }
    Descending best = null;
    DisturbedNetwork.Trial trialOfBest = null;
    int most = taken == 0 ? all.size() : REFRESHED;
    for (int refreshed = 0; refreshed < most; refreshed++) {
      Descending cheapest = cheapest(needed);
      if (cheapest == null || cheapest.measuredAt == taken) {
        break;
      }
      DisturbedNetwork.Trial trial = network.measure(cheapest.structure.at(cheapest.bits - 1));
      cheapest.added = trial.growth();
      cheapest.measuredAt = taken;
      if (best == null || cheapest.price(needed) < best.price(needed)) {
        best = cheapest;
        trialOfBest = trial;
      }
    }
    if (best == null) {
      return false;
    }
    best.bits--;
    best.measured.put(best.bits, best.added);
    best.added = ENERGY_OF_A_BIT * Math.max(0, best.added);
    network.accept(trialOfBest);
    taken++;
    return true;
  }

  /**
   * The structure with the least price for its next bit, null if no bit is left that saves
   * anything.
   */
  private Descending cheapest(long needed) {
    Descending cheapest = null;
    for (Descending each : all) {
      if (each.saved() > 0 && (cheapest == null || each.price(needed) < cheapest.price(needed))) {
        cheapest = each;
      }
    }
    return cheapest;
  }

  /** Of all structures as they are now. */
  long cost() {
    return all.stream().mapToLong(each -> each.structure.cost(each.bits)).sum();
  }

  /** The formats as they are now, and their loss. */
  Allocation.Point point() {
    Map<String, WeightFormat> weights = new LinkedHashMap<>();
    Map<String, ActivationFormat> activations = new LinkedHashMap<>();
    for (Descending each : all) {
      each.structure
          .<Runnable>fold(
              of -> () -> weights.put(of.layer().name(), new WeightFormat.FixedPoint(each.bits)),
              of -> () -> activations.put(of.leader(), ActivationFormat.Fixed.of(each.bits)))
          .run();
    }
    return new Allocation.Point(cost(), network.loss(), weights, activations);
  }

  /** What each bit that was taken away added to the loss. */
  Sensitivity measured(int images) {
    Map<String, Map<WeightFormat, Double>> weights = new LinkedHashMap<>();
    Map<String, Map<ActivationFormat, Double>> activations = new LinkedHashMap<>();
    for (Descending each : all) {
      each.structure
          .<Runnable>fold(
              of ->
                  () -> weights.put(of.layer().name(), each.measured(WeightFormat.FixedPoint::new)),
              of -> () -> activations.put(of.leader(), each.measured(ActivationFormat.Fixed::of)))
          .run();
    }
    return new Sensitivity(weights, activations, images);
  }
}
