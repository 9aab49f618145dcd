package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.TensorFormat;
import lutmac.quant.fit.LayerFitting;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.result.Allocation;
import lutmac.quant.sensitivity.DisturbedNetwork;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** Bits that are taken away one by one: three layers' weights and two feature maps. */
class BitDescentTest {
  private static final Study STUDY = StudiedChain.study();
  private static final int IMAGES = 4;
  private static final List<FxpStructure> STRUCTURES = structures();

  /** Every structure's price, each measured on a network of its own. */
  @Test
  void theFirstBitIsTheCheapestForWhatItSaves() {
    List<DisturbedNetwork.Change> bytes = STRUCTURES.stream().map(each -> each.at(8)).toList();
    double least = Double.POSITIVE_INFINITY;
    FxpStructure cheapest = null;
    for (FxpStructure each : STRUCTURES) {
      DisturbedNetwork network = network();
      network.accept(network.measure(DisturbedNetwork.Change.all(bytes)));
      double price = network.measure(each.at(7)).growth() / (each.cost(8) - each.cost(7));
      if (price < least) {
        least = price;
        cheapest = each;
      }
    }
    BitDescent descent = new BitDescent(network(), STRUCTURES, 0);
    Allocation.Point before = descent.point();
    assertTrue(descent.takeBit());
    assertEquals(before.cost() - cheapest.cost(8) + cheapest.cost(7), descent.cost());
    assertEquals(List.of(name(cheapest)), changed(before, descent.point()));
  }

  @Test
  void everyStructureStartsWith8BitsAndEndsWith2() {
    BitDescent descent = new BitDescent(network(), STRUCTURES, 0);
    assertEquals(List.of(8, 8, 8, 8, 8), bits(descent.point()));
    int taken = 0;
    while (descent.takeBit()) {
      taken++;
    }
    assertEquals(5 * 6, taken);
    assertEquals(List.of(2, 2, 2, 2, 2), bits(descent.point()));
  }

  @Test
  void takesNoBitMoreThanTheLimitNeeds() {
    long limit = new BitDescent(network(), STRUCTURES, 0).cost() * 3 / 5;
    BitDescent descent = new BitDescent(network(), STRUCTURES, limit);
    long before = descent.cost();
    while (descent.cost() > limit) {
      before = descent.cost();
      assertTrue(descent.takeBit());
    }
    assertTrue(before > limit);
    assertFalse(descent.takeBit());
  }

  @Test
  void costAndLossAreThoseOfTheFormatsThatAreLeft() {
    BitDescent descent = new BitDescent(network(), STRUCTURES, 0);
    for (int i = 0; i < 7; i++) {
      descent.takeBit();
    }
    List<Integer> bits = bits(descent.point());
    long cost = 0;
    List<DisturbedNetwork.Change> changes = new ArrayList<>();
    for (int i = 0; i < bits.size(); i++) {
      cost += STRUCTURES.get(i).cost(bits.get(i));
      changes.add(STRUCTURES.get(i).at(bits.get(i)));
    }
    assertEquals(cost, descent.point().cost());
    assertTrue(descent.point().divergence() > 0);
    assertEquals(7, 5 * 8 - bits.stream().mapToInt(Integer::intValue).sum());
    // What was taken away is what was measured.
    int measured =
        descent.measured(IMAGES).weights().values().stream().mapToInt(Map::size).sum()
            + descent.measured(IMAGES).activations().values().stream().mapToInt(Map::size).sum();
    assertEquals(7, measured);
  }

  private static String name(FxpStructure structure) {
    return structure.fold(weights -> weights.layer().name(), maps -> maps.leader());
  }

  private static List<String> changed(Allocation.Point before, Allocation.Point after) {
    List<String> changed = new ArrayList<>();
    before.weights().forEach((n, f) -> added(changed, n, !f.equals(after.weights().get(n))));
    before
        .activations()
        .forEach((n, f) -> added(changed, n, !f.equals(after.activations().get(n))));
    return changed;
  }

  private static void added(List<String> names, String name, boolean differs) {
    if (differs) {
      names.add(name);
    }
  }

  private static List<Integer> bits(Allocation.Point point) {
    List<Integer> bits = new ArrayList<>();
    point.weights().values().forEach(format -> bits.add(format.bits()));
    point.activations().values().forEach(format -> bits.add(format.bits()));
    return bits;
  }

  private static DisturbedNetwork network() {
    return new DisturbedNetwork(STUDY, IMAGES, Optional.empty());
  }

  private static List<FxpStructure> structures() {
    List<FxpStructure> structures = new ArrayList<>();
    FormatCost cost = new FormatCost.MemoryBits();
    new RoundedLayers()
        .layers(
            STUDY,
            ActivationFormat.Fixed.of(8),
            layer -> structures.add(new FxpStructure.Weights(layer.layer(), variants(layer), cost)),
            PhaseProgress.none());
    for (FusedLayer.Linear layer : STUDY.linearLayers()) {
      if (!STUDY.returnsSums(layer)) {
        Map<Integer, TensorFormat> formats = new HashMap<>();
        for (int bits = 2; bits <= 8; bits++) {
          ActivationFormat wanted = ActivationFormat.Fixed.of(bits);
          formats.put(bits, STUDY.ranked(layer.output(), wanted).get(0).format());
        }
        structures.add(
            new FxpStructure.Activations(
                layer.output(),
                List.of(layer.output()),
                layer.outputShape().size(),
                formats,
                cost));
      }
    }
    return structures;
  }

  private static Map<Integer, FusedLayer.Linear> variants(LayerFitting layer) {
    Map<Integer, FusedLayer.Linear> variants = new HashMap<>();
    for (int bits = 2; bits <= 8; bits++) {
      variants.put(bits, layer.disturbed(new WeightFormat.FixedPoint(bits)));
    }
    return variants;
  }
}
