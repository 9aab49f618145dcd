package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.format.TensorFormat;
import lutmac.quant.fit.Fitting;
import lutmac.quant.fit.LayerFitting;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.sensitivity.DisturbedNetwork;
import lutmac.quant.study.Study;

/**
 * Allocates for {@code fxp}: weights and feature map of every layer start with 8 bits and lose them
 * one by one ({@link BitDescent}) down to the budget; then every feature map's scale is decided
 * ({@link ActivationScales}), both by the measured loss of a {@link DisturbedNetwork}.
 */
public final class FxpPlanner implements BitPlanner {
  /** Multiply-accumulates that the descent may take, about. */
  private static final double MACS = 2.5e11;

  /** Bytes that the float feature maps of the descent's images may take. */
  private static final double MAP_BYTES = 5e8;

  /** Of every feature map: as it is, its errors, in a trial, and in the best trial so far. */
  private static final double COPIES = 4;

  private static final int LEAST_IMAGES = 8;
  private static final int MOST_IMAGES = 128;

  /** Whole runs of the network for each structure that descends, about. */
  private static final double RUNS = 5;

  /** Images of the pass that fits the weights. */
  private static final int PROBE_IMAGES = 128;

  private final Study study;
  private final Budget budget;
  private final Allowance allowance;
  private final Optional<int[]> right;
  private final Fitting fitting;

  /**
   * For one network within the budget of the recipe.
   *
   * @param right index of the right output of every image of the study, if that is known
   */
  public FxpPlanner(Study study, Recipe.Fxp recipe, Optional<int[]> right, Fitting fitting) {
    this.fitting = fitting;
    this.study = study;
    this.budget = recipe.budget();
    // A bit less saves no lane of a memory, so bits themselves count.
    this.allowance = Allowance.of(study, budget, false);
    this.right = right;
  }

  @Override
  public Allocation allocate(PhaseProgress progress) {
    List<FxpStructure> structures = structures(progress);
    int images = images(structures.size());
    BitDescent descent =
        new BitDescent(new DisturbedNetwork(study, images, right), structures, allowance.limit());
    List<Allocation.Point> path = new ArrayList<>(List.of(descent.point()));
    int most = structures.size() * (BitDescent.MOST_BITS - BitDescent.LEAST_BITS);
    while (descent.takeBit()) {
      path.add(0, descent.point());
      progress.report("taking bits away", path.size() - 1, most);
    }
    progress.report("taking bits away", most, most);
    boolean searched = budget.accuracy().isPresent();
    if (!searched && descent.cost() > allowance.limit()) {
      throw new BadInputException(
          "%s: even the smallest formats exceed the budget %s; raise it"
              .formatted(study.name(), budget));
    }
    Allocation.Point chosen = path.get(searched ? path.size() - 1 : 0);
    return new Allocation(
        plan(chosen, progress),
        descent.measured(images),
        chosen,
        path,
        allowance.cost().unit(),
        allowance.price(),
        List.of());
  }

  @Override
  public FormatPlan plan(Allocation.Point point, PhaseProgress progress) {
    ActivationFormat bytes = ActivationFormat.Fixed.of(BitDescent.MOST_BITS);
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      WeightFormat weight =
          point
              .weights()
              .getOrDefault(layer.name(), new WeightFormat.FixedPoint(BitDescent.MOST_BITS));
      ActivationFormat map = point.activations().getOrDefault(study.leader(layer), bytes);
      plans.put(layer.name(), LayerPlan.of(weight, true, map));
    }
    FormatPlan plan = new FormatPlan(bytes, plans);
    return ActivationScales.decide(study.scaledFor(plan), plan, progress);
  }

  private List<FxpStructure> structures(PhaseProgress progress) {
    ActivationFormat bytes = ActivationFormat.Fixed.of(BitDescent.MOST_BITS);
    List<FxpStructure> structures = new ArrayList<>();
    fitting.layers(
        study.withImages(PROBE_IMAGES),
        bytes,
        layer ->
            structures.add(
                new FxpStructure.Weights(layer.layer(), variants(layer), allowance.cost())),
        progress);
    List<String> leaders =
        study.linearLayers().stream()
            .filter(layer -> !study.returnsSums(layer))
            .map(study::leader)
            .filter(leader -> !study.groups().of(study.inputName()).contains(leader))
            .distinct()
            .toList();
    for (String leader : leaders) {
      Map<Integer, TensorFormat> formats = new HashMap<>();
      for (int bits = BitDescent.LEAST_BITS; bits <= BitDescent.MOST_BITS; bits++) {
        formats.put(bits, study.ranked(leader, ActivationFormat.Fixed.of(bits)).get(0).format());
      }
      structures.add(
          new FxpStructure.Activations(
              leader, study.groups().of(leader), study.sharing(leader), formats, allowance.cost()));
    }
    return structures;
  }

  private static Map<Integer, FusedLayer.Linear> variants(LayerFitting layer) {
    Map<Integer, FusedLayer.Linear> variants = new HashMap<>();
    for (int bits = BitDescent.LEAST_BITS; bits <= BitDescent.MOST_BITS; bits++) {
      variants.put(bits, layer.disturbed(new WeightFormat.FixedPoint(bits)));
    }
    return variants;
  }

  /** As many as {@link #MACS} and {@link #MAP_BYTES} allow. */
  private int images(int structures) {
    double macs = study.macs() * RUNS * structures;
    long elements = study.layers().stream().mapToLong(layer -> layer.outputShape().size()).sum();
    double affordable = Math.min(MACS / macs, MAP_BYTES / (Float.BYTES * COPIES * elements));
    return (int)
        Math.min(study.data().count(), Math.max(LEAST_IMAGES, Math.min(MOST_IMAGES, affordable)));
  }
}
