package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.rtl.layout.DescriptorField;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Whatever a quantized network may hold becomes a program that computes it: groups, depthwise
 * layers, weights of any bits, logarithms, concatenations, several outputs.
 */
class AnyNetworkTest {
  private static final int[][] ARRAYS = {
    {3, 4}, {8, 8}, {14, 16}, {1, 2}, {5, 3}, {16, 8}, {2, 20}
  };

  @Provide
  Arbitrary<PeStyle> styles() {
    return Arbitraries.of(PeStyles.all());
  }

  @Tag("slow")
  @Property(tries = 500)
  void everyStyleComputesEveryNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe) {
    QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
    assertComputes(
        network, ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], pe), seed);
  }

  @Tag("slow")
  @Property(tries = 200)
  void everyOutputIsKept(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe) {
    QuantizedNetwork network = RandomNetworks.networkOfSeveralOutputs(seed);
    assertComputes(
        network, ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], pe), seed);
  }

  /** An array that was made for other networks. */
  @Tag("slow")
  @Property(tries = 200)
  void anArrayOfAllFeaturesComputesEveryNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe) {
    assertComputes(RandomNetworks.anyNetwork(seed), roomy(array, pe, all(pe)), seed);
  }

  /** What only saves time or memory may be missing. */
  @Tag("slow")
  @Property(tries = 200)
  void aSmallerArrayComputesTheSame(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll @IntRange(min = 1, max = 4) int taps,
      @ForAll boolean depthwise,
      @ForAll boolean packedMaps,
      @ForAll boolean packedCodes) {
    Map<String, Integer> values = new LinkedHashMap<>(Features.ALL.values());
    values.put("taps", taps);
    values.put("depthwise", depthwise ? 1 : 0);
    values.put("packedMaps", packedMaps ? 1 : 0);
    values.put("packedCodes", packedCodes ? 1 : 0);
    Features features = Features.of(values::get);
    assertComputes(
        RandomNetworks.anyNetwork(seed), roomy(array, PeStyles.standard(), features), seed);
  }

  /** Maps that lie in memory, strips of rows, weights that are loaded run by run. */
  @Tag("slow")
  @Property(tries = 60)
  void anAcceleratorWithSmallBuffersComputesTheSame(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe,
      @ForAll @IntRange(min = 1, max = 5) int halvings,
      @ForAll boolean fewWeights) {
    assertComputesOnSmallBuffers(seed, array, pe, halvings, fewWeights);
  }

  @Tag("campaign")
  @Property(tries = 1000)
  void anyNumberOfNetworksComputesTheSameOnSmallBuffers(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe,
      @ForAll @IntRange(min = 1, max = 5) int halvings,
      @ForAll boolean fewWeights) {
    assertComputesOnSmallBuffers(seed, array, pe, halvings, fewWeights);
  }

  private static void assertComputesOnSmallBuffers(
      long seed, int array, PeStyle pe, int halvings, boolean fewWeights) {
    QuantizedNetwork network = RandomNetworks.largeNetwork(seed);
    AcceleratorConfig roomy = ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], pe);
    // As small as a row and a block of it allow.
    for (int less = halvings; ; less--) {
      try {
        assertComputes(network, small(roomy, less, fewWeights), seed);
        return;
      } catch (BadInputException e) {
        assertTrue(less > 0 && e.getMessage().contains("-words"), e::getMessage);
      }
    }
  }

  /** Layers that are computed strip by strip together, whether that is faster or not. */
  @Tag("slow")
  @Property(tries = 120)
  void layersThatAreJoinedComputeTheSame(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int array,
      @ForAll("styles") PeStyle pe,
      @ForAll @IntRange(min = 1, max = 4) int halvings,
      @ForAll boolean fewWeights) {
    QuantizedNetwork network = RandomNetworks.deepNetwork(seed);
    AcceleratorConfig roomy = ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], pe);
    for (int less = halvings; less > 0; less--) {
      Optional<CompiledNetwork> joined = joined(network, small(roomy, less, fewWeights), seed);
      if (joined.isPresent()) {
        assertComputes(joined.get(), seed);
      }
    }
  }

  /** The network cut in a random way, if the buffers hold a row of it. */
  private static Optional<CompiledNetwork> joined(
      QuantizedNetwork network, AcceleratorConfig config, long seed) {
    UnplacedNetwork unplaced = new NetworkPlanner(network, config).unplaced();
    JoinedLayers layers = new JoinedLayers(unplaced);
    Random random = new Random(seed);
    StripChoice choice = StripChoice.APART.get(random.nextInt(StripChoice.APART.size()));
    for (int layer = 0; layer < unplaced.layers().size(); layer++) {
      if (random.nextInt(3) > 0) {
        choice = layers.without(layer, choice.joined()).map(choice::joining).orElse(choice);
      }
    }
    try {
      StripPlan strips = new StripPlanner(unplaced, config, choice).plan();
      return Optional.of(new ScheduleCompiler(unplaced, config).compile(strips));
    } catch (BadInputException e) {
      assertTrue(e.getMessage().contains("-words"), e::getMessage);
      return Optional.empty();
    }
  }

  /** An accelerator on a bus with buffers of less than a network wants. */
  private static AcceleratorConfig small(AcceleratorConfig roomy, int less, boolean fewWeights) {
    int weights = fewWeights ? less : 0;
    return roomy
        .withBuffers(
            Math.max(AcceleratorConfig.MIN_FEATURE_MAP_WORDS, roomy.featureMapWords() >> less),
            Math.max(2, roomy.weightWords() >> weights),
            Math.max(2, roomy.parameterWords() >> weights),
            Math.max(128, roomy.programWords() >> less))
        .with(new Bus.Axi(32, 64));
  }

  /** The network with the smallest buffers that hold a row and a block of it. */
  private static CompiledNetwork smallest(QuantizedNetwork network, AcceleratorConfig roomy) {
    for (int less = 4; ; less--) {
      try {
        return NetworkCompiler.compile(network, small(roomy, less, true));
      } catch (BadInputException e) {
        assertTrue(less > 0 && e.getMessage().contains("-words"), e::getMessage);
      }
    }
  }

  /**
   * What the property before is worth: strips, maps in memory, weights in pieces, joined layers.
   */
  @org.junit.jupiter.api.Tag("slow")
  @Test
  void smallBuffersAskForStripsAndPieces() {
    int strips = 0;
    int scratch = 0;
    int pieces = 0;
    for (int seed = 0; seed < 60; seed++) {
      QuantizedNetwork network = RandomNetworks.largeNetwork(seed);
      AcceleratorConfig roomy = ConfigChooser.choose(network, 8, 12, PeStyles.standard());
      Optional<Schedule> found = smallest(network, roomy).schedule();
      if (found.isPresent()) {
        Schedule schedule = found.get();
        scratch += schedule.script().scratchBytes() > 0 ? 1 : 0;
        strips += schedule.traffic().maps() > 0 && schedule.runs().size() > 2 ? 1 : 0;
        pieces += schedule.traffic().constants() > 0 ? 1 : 0;
      }
    }
    assertTrue(strips >= 10, "strips in " + strips);
    assertTrue(scratch >= 10, "maps in memory in " + scratch);
    assertTrue(pieces >= 10, "weights in pieces in " + pieces);
  }

  /** What the other is worth: strips of several layers in turn. */
  @org.junit.jupiter.api.Tag("slow")
  @Test
  void joinedLayersTakeTurns() {
    int turns = 0;
    for (int seed = 0; seed < 40; seed++) {
      QuantizedNetwork network = RandomNetworks.deepNetwork(seed);
      AcceleratorConfig roomy = ConfigChooser.choose(network, 8, 12, PeStyles.standard());
      for (int less = 1; less <= 4; less++) {
        turns +=
            joined(network, small(roomy, less, false), seed)
                    .filter(AnyNetworkTest::takesLayersInTurn)
                    .isPresent()
                ? 1
                : 0;
      }
    }
    assertTrue(turns >= 10, "layers take turns in " + turns);
  }

  /** Whether strips of a layer come behind those of another that reads it. */
  private static boolean takesLayersInTurn(CompiledNetwork compiled) {
    Set<String> begun = new HashSet<>();
    String now = "";
    for (LayerPlacement layer : compiled.layers()) {
      if (!layer.name().equals(now) && !begun.add(layer.name())) {
        return true;
      }
      now = layer.name();
    }
    return false;
  }

  /** What these properties are worth: nothing that a descriptor can say is left out. */
  @org.junit.jupiter.api.Tag("slow")
  @Test
  void anyNetworksReachEveryField() {
    Set<String> reached = new HashSet<>();
    for (int seed = 0; seed < 400; seed++) {
      QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
      PeStyle pe = PeStyles.all().get(seed % PeStyles.all().size());
      int[] array = ARRAYS[seed % ARRAYS.length];
      CompiledNetwork compiled =
          NetworkCompiler.compile(network, ConfigChooser.choose(network, array[0], array[1], pe));
      for (Descriptor descriptor : Descriptor.decodeAll(compiled.program())) {
        for (DescriptorField field : DescriptorField.values()) {
          if (descriptor.get(field) != 0) {
            reached.add(field.label());
          }
          if (field.width() <= 2) {
            reached.add(field.label() + " = " + descriptor.get(field));
          }
        }
      }
    }
    Set<String> fields = new HashSet<>();
    for (DescriptorField field : DescriptorField.values()) {
      fields.add(field.label());
    }
    // What the compiler has no use for: kernel columns never move along the other axis, and every
    // input that a depthwise layer or a pool reads begins with a word.
    fields.removeAll(Set.of("kx_dy", "in_part"));
    for (DescriptorField step :
        new DescriptorField[] {
          DescriptorField.IN_LOG_STEP, DescriptorField.SKIP_LOG_STEP, DescriptorField.OUT_LOG_STEP
        }) {
      Arrays.asList(0, 1, 2, 3).forEach(k -> fields.add(step.label() + " = " + k));
    }
    for (DescriptorField lane :
        new DescriptorField[] {
          DescriptorField.IN_LANE,
          DescriptorField.SKIP_LANE,
          DescriptorField.OUT_LANE,
          DescriptorField.CODE_PACK
        }) {
      Arrays.asList(0, 1, 2).forEach(code -> fields.add(lane.label() + " = " + code));
    }
    fields.removeAll(reached);
    assertEquals(Set.of(), fields);
  }

  /** Everything that arrays of a style can have. */
  private static Features all(PeStyle pe) {
    Map<String, Integer> values = Features.ALL.values();
    return Features.of(
        name ->
            name.equals("planes") ? Math.min(values.get(name), pe.mostPlanes()) : values.get(name));
  }

  private static AcceleratorConfig roomy(int array, PeStyle pe, Features features) {
    return new AcceleratorConfig(
        ARRAYS[array][0], ARRAYS[array][1], pe, features, 32, 1 << 16, 1 << 18, 1 << 14, 1 << 14);
  }

  private static void assertComputes(
      QuantizedNetwork network, AcceleratorConfig config, long seed) {
    assertComputes(NetworkCompiler.compile(network, config), seed);
  }

  private static void assertComputes(CompiledNetwork compiled, long seed) {
    assertEquals(
        Optional.empty(),
        CompiledExecution.firstDifference(
            compiled, RandomNetworks.input(compiled.network(), seed)));
    assertNoLayerIsBusierThanItsSteps(compiled);
  }

  /** An element does at most one multiply-accumulate in a step. */
  private static void assertNoLayerIsBusierThanItsSteps(CompiledNetwork compiled) {
    List<Descriptor> descriptors = Descriptor.decodeAll(compiled.program());
    long elements = (long) compiled.config().rows() * compiled.config().cols();
    for (LayerPlacement placement : compiled.layers()) {
      long most = elements * CycleModel.steps(descriptors.get(placement.index()));
      assertTrue(
          placement.macs() <= most,
          () -> placement.name() + ": " + placement.macs() + " of at most " + most);
    }
  }
}
