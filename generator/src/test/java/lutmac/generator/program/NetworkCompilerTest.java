package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.rtl.layout.DescriptorField;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NetworkCompilerTest {
  private static final int[][] ARRAYS = {{3, 4}, {8, 8}, {14, 16}, {16, 8}, {5, 3}, {1, 2}};

  @Property(tries = 600)
  void programOfEveryStyleComputesTheNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int array,
      @ForAll("styles") PeStyle pe) {
    QuantizedNetwork network = RandomNetworks.branchingNetwork(seed, 2);
    AcceleratorConfig config =
        ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], pe);
    assertComputes(network, config, RandomNetworks.input(network, seed));
  }

  @Property(tries = 300)
  void binsOfAnyWidthAndLevelsOfManyDigitsComputeTheNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int array,
      @ForAll @IntRange(min = 12, max = 18) int binBits) {
    QuantizedNetwork network = RandomNetworks.branchingNetwork(seed, 4);
    AcceleratorConfig config =
        ConfigChooser.choose(
            network, ARRAYS[array][0], ARRAYS[array][1], new BinsStyle(binBits, 2));
    assertComputes(network, config, RandomNetworks.input(network, seed));
  }

  /** A smaller buffer makes the compiler choose other arrangements: all of them must be right. */
  @Property(tries = 100)
  void programForTheSmallestBufferComputesTheNetwork(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 5) int array) {
    QuantizedNetwork network = RandomNetworks.branchingNetwork(seed, 2);
    AcceleratorConfig config =
        ConfigChooser.choose(network, ARRAYS[array][0], ARRAYS[array][1], new CsdStyle());
    while (config.featureMapWords() > AcceleratorConfig.MIN_FEATURE_MAP_WORDS
        && fits(network, withFeatureMapWords(config, config.featureMapWords() / 2))) {
      config = withFeatureMapWords(config, config.featureMapWords() / 2);
    }
    assertComputes(network, config, RandomNetworks.input(network, seed));
  }

  @Tag("slow")
  @Test
  void randomNetworksReachEveryFeature() {
    Set<String> reached = new HashSet<>();
    for (int seed = 0; seed < 220; seed++) {
      QuantizedNetwork plain = RandomNetworks.branchingNetwork(seed, 2);
      reached.addAll(features(plain, 8, new BinsStyle(12, 2)));
      reached.addAll(features(RandomNetworks.anyNetwork(seed), 3, new CsdStyle()));
      reached.addAll(features(RandomNetworks.anyNetwork(seed), 3, new BinsStyle(20, 2)));
    }
    Set<String> features =
        new HashSet<>(List.of("several segments", "fused pool", "several blocks"));
    features.addAll(List.of("result in the skip's place"));
    features.addAll(List.of("copy", "several descriptors", "edge_tile"));
    for (InputFold fold : InputFold.values()) {
      features.add("input " + fold);
    }
    for (DescriptorField field : DescriptorField.values()) {
      if (field.width() == 1 || field.label().matches(".*(lane|pack|planes|part)")) {
        features.add(field.label());
      }
    }
    // Pools and depthwise layers read maps from their beginning.
    features.remove("in_part");
    features.removeAll(reached);
    assertEquals(Set.of(), features);
  }

  private static Set<String> features(QuantizedNetwork network, int cols, PeStyle style) {
    Set<String> reached = new HashSet<>();
    AcceleratorConfig config = ConfigChooser.choose(network, 8, cols, style);
    List<LoweredLayer> layers = new NetworkPlanner(network, config).plan().layers();
    for (LoweredLayer layer : layers) {
      Descriptor descriptor = layer.descriptor();
      reached.add("input " + layer.arrangement().fold());
      for (DescriptorField field : DescriptorField.values()) {
        if (descriptor.is(field)) {
          reached.add(field.label());
        }
      }
      if (descriptor.get(DescriptorField.SEG_N) > 1) {
        reached.add("several segments");
      }
      if (!descriptor.is(DescriptorField.POOL) && descriptor.get(DescriptorField.WINDOW_N) > 1) {
        reached.add("fused pool");
      }
      if (descriptor.is(DescriptorField.SKIP_EN)
          && descriptor.get(DescriptorField.SKIP_BASE)
              == descriptor.get(DescriptorField.OUT_BASE)) {
        reached.add("result in the skip's place");
      }
      if (descriptor.get(DescriptorField.OB_N) > 1 && descriptor.get(DescriptorField.CB_N) > 1) {
        reached.add("several blocks");
      }
      if (layer.layer().fold(array -> false, pool -> false, copy -> true)) {
        reached.add("copy");
      }
      if (layers.stream().filter(other -> other.layer().equals(layer.layer())).count() > 1) {
        reached.add("several descriptors");
      }
    }
    return reached;
  }

  /** Without paths of their own they are computed as dense ones: zeros where no group reaches. */
  @Property(tries = 200)
  void groupsComputeTheNetworkWithAndWithoutAPathOfTheirOwn(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int groups,
      @ForAll @IntRange(min = 1, max = 4) int groupChannels,
      @ForAll @IntRange(min = 1, max = 4) int groupOutputs,
      @ForAll @IntRange(min = 0, max = 5) int array,
      @ForAll("styles") PeStyle pe) {
    QuantizedNetwork grouped = groupedNetwork(seed, groups, groupChannels, groupOutputs);
    AcceleratorConfig config =
        ConfigChooser.choose(grouped, ARRAYS[array][0], ARRAYS[array][1], pe);
    int[] input = RandomNetworks.input(grouped, seed);
    assertComputes(grouped, config, input);
    AcceleratorConfig plain =
        new AcceleratorConfig(
            config.rows(), config.cols(), pe, config.accBits(), 1 << 14, 1 << 14, 64, 1 << 10);
    assertComputes(grouped, plain, input);
  }

  @Provide
  Arbitrary<PeStyle> styles() {
    return Arbitraries.of(PeStyles.all());
  }

  private static QuantizedNetwork groupedNetwork(
      long seed, int groups, int groupChannels, int groupOutputs) {
    Random random = new Random(seed);
    Window window = Networks.square(1 + random.nextInt(3), 1 + random.nextInt(2), 1);
    Tensor input =
        Tensor.zeroPadded(
            "in",
            new Shape(groups * groupChannels, 3 + random.nextInt(5), 3 + random.nextInt(5)),
            Networks.BYTE);
    int outputs = groups * groupOutputs;
    byte[] codes = new byte[outputs * groupChannels * window.kernelArea()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(16);
    }
    MacLayer layer =
        new MacLayer(
            "grouped",
            input,
            Tensor.zeroPadded(
                "out", window.outputShape(input.shape(), outputs), new FixedFormat(8, 0, true)),
            Optional.empty(),
            window,
            groups,
            false,
            List.of(new WeightPlane(Networks.TWO_DIGITS, codes)),
            random.ints(outputs, -1000, 1000).toArray(),
            new OutputStage.Requantize(Collections.nCopies(outputs, 6), -128, 127));
    return new QuantizedNetwork(
        "grouped",
        new InputEncoding(input, Preprocessing.none(), true),
        List.of(layer),
        Rounding.HALF_EVEN,
        Map.of());
  }

  @Test
  void leNetAndResNetAreComputed() {
    for (PeStyle pe : PeStyles.all()) {
      QuantizedNetwork leNet = Networks.leNet5();
      assertComputes(leNet, ConfigChooser.choose(leNet, 8, 8, pe), RandomNetworks.input(leNet, 7));
    }
    QuantizedNetwork resNet = Networks.resNet20();
    assertComputes(
        resNet,
        ConfigChooser.choose(resNet, 14, 16, new CsdStyle()),
        RandomNetworks.input(resNet, 7));
  }

  /** Four tiles of 14 of its 64 pixels, and the last row. */
  @Test
  void leavesOutKernelRowsBelowTheMap() {
    QuantizedNetwork network =
        new Networks(new Shape(16, 8, 8), 0).conv("c1", 16, Networks.square(3, 1, 1)).build();
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 14, 16, new CsdStyle()));
    Descriptor layer = Descriptor.decode(compiled.program(), 0);
    assertEquals(5, layer.get(DescriptorField.EDGE_TILE));
    assertEquals(2, layer.get(DescriptorField.KY_EDGE));
    assertEquals(1, layer.get(DescriptorField.SEG_EDGE));
    assertEquals(2 * 3 * 16, layer.get(DescriptorField.W_EDGE));
    assertEquals(4 * 144 + 96, CycleModel.steps(layer));
    long all = 64L * 9 * 16 * 16;
    assertEquals(all - 8 * 3 * 16 * 16, compiled.layers().get(0).macs());
  }

  /** What the comparison is worth: it sees any single wrong bit of any used weight. */
  @Test
  void oneFlippedWeightBitIsSeen() {
    QuantizedNetwork network =
        new Networks(new Shape(3, 6, 6), 0).accumulators("f1", 10, false).build();
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 4, PeStyles.standard()));
    int[] input = IntStream.range(0, 3 * 36).map(i -> 1 + i % 255).toArray();
    assertEquals(Optional.empty(), CompiledExecution.firstDifference(compiled, input));
    Random random = new Random(1);
    long steps = CycleModel.tileSteps(Descriptor.decode(compiled.program(), 0));
    for (int trial = 0; trial < 20; trial++) {
      // The first two blocks of 4 channels have no spare columns.
      int bit = random.nextInt(Math.toIntExact(2 * steps * 16));
      compiled.weights()[bit / 8] ^= (byte) (1 << bit % 8);
      assertTrue(
          CompiledExecution.firstDifference(compiled, input).isPresent(), "weight bit " + bit);
      compiled.weights()[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void sameNetworkGivesTheSameImages() {
    List<CompiledNetwork> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      QuantizedNetwork network = Networks.resNet20();
      runs.add(
          NetworkCompiler.compile(network, ConfigChooser.choose(network, 8, 16, new CsdStyle())));
    }
    assertEquals(ProgramListing.of(runs.get(0)), ProgramListing.of(runs.get(1)));
    assertTrue(java.util.Arrays.equals(runs.get(0).weights(), runs.get(1).weights()));
    assertTrue(java.util.Arrays.equals(runs.get(0).parameters(), runs.get(1).parameters()));
  }

  @Test
  void foldsKernelRowsWhereMemoryAllowsAndNothingWhereItDoesNot() {
    QuantizedNetwork network =
        new Networks(new Shape(3, 32, 32), 0).conv("c1", 16, Networks.square(3, 1, 1)).build();
    AcceleratorConfig ample = ConfigChooser.choose(network, 14, 16, new CsdStyle());
    assertEquals(4096, ample.featureMapWords());
    CompiledNetwork fast = NetworkCompiler.compile(network, ample);
    CompiledNetwork small = NetworkCompiler.compile(network, withFeatureMapWords(ample, 2048));
    // Rows folded: a row of words serves three kernel columns.
    assertEquals(32 * 34, fast.inputViews().get(0).words());
    assertEquals(1024, small.inputViews().get(0).words());
    assertTrue(
        CycleModel.predict(fast).get(0).cycles() < CycleModel.predict(small).get(0).cycles());
  }

  /** Three maps of 1,024 words, of which two live at a time. */
  @Test
  void keepsTheInputsPlaceForTheNextOneWhereTheBufferHasRoom() {
    Networks layers = new Networks(new Shape(16, 32, 32), 0);
    for (String name : List.of("c1", "c2", "c3")) {
      layers.conv(name, 16, Networks.square(1, 1, 0));
    }
    QuantizedNetwork network = layers.build();
    AcceleratorConfig tight = ConfigChooser.choose(network, 14, 16, new CsdStyle());
    assertEquals(2048, tight.featureMapWords());
    CompiledNetwork alone = NetworkCompiler.compile(network, tight);
    assertEquals(Optional.empty(), alone.inputFreeAt());
    CompiledNetwork beside = NetworkCompiler.compile(network, withFeatureMapWords(tight, 4096));
    assertEquals(Optional.of(1), beside.inputFreeAt());

    // A run header and 2,048 beats behind that of the write; an answer and the beats of 1,024
    // words.
    HostTransfers transfers = HostTransfers.of(alone);
    assertEquals(2 + 2048 + 1 + 1 + 2048, transfers.cycles());
    List<LayerCycles> cycles = CycleModel.predict(beside);
    assertEquals(transfers.cycles(), transfers.between(alone, CycleModel.predict(alone)));
    long hidden = cycles.get(1).cycles() + cycles.get(2).cycles();
    assertEquals(
        transfers.cycles() - Math.min(2 + 2048 + 1, hidden), transfers.between(beside, cycles));
    AcceleratorConfig onBus = withFeatureMapWords(tight, 4096).with(new Bus.Axi(32, 64));
    assertEquals(Optional.empty(), NetworkCompiler.compile(network, onBus).inputFreeAt());
  }

  @Test
  void fusesOnlyPoolsThatTileTheMapOfTheirOnlyReader() {
    Networks fused = new Networks(new Shape(3, 8, 8), 0);
    fused.conv("c1", 4, Networks.square(3, 1, 1)).pool("p1", Networks.square(2, 2, 0));
    assertEquals(List.of("c1 + p1"), names(fused.build()));
    Networks overlapping = new Networks(new Shape(3, 8, 8), 0);
    overlapping.conv("c1", 4, Networks.square(3, 1, 1)).pool("p1", Networks.square(3, 2, 0));
    assertEquals(List.of("c1", "p1"), names(overlapping.build()));
    Networks padded = new Networks(new Shape(3, 8, 8), 0);
    padded.conv("c1", 4, Networks.square(3, 1, 1)).pool("p1", Networks.square(2, 2, 1));
    assertEquals(List.of("c1", "p1"), names(padded.build()));
    Networks shared = new Networks(new Shape(3, 8, 8), 0);
    shared.conv("c1", 4, Networks.square(3, 1, 1));
    var map = shared.newest();
    shared.pool("p1", Networks.square(2, 2, 0));
    shared.conv("c2", map, 4, Networks.square(3, 1, 1), Optional.of(map));
    assertEquals(List.of("c1", "p1", "c2"), names(shared.build()));
  }

  /** More rows than columns wait for the words of runs as short as a window. */
  @Test
  void aPoolThatStarvesTheArrayIsALayerOfItsOwnWhereThereIsRoom() {
    QuantizedNetwork network =
        new Networks(new Shape(3, 18, 18), 0)
            .conv("c0", 16, Networks.square(3, 1, 1))
            .conv("c1", 16, Networks.square(3, 1, 1))
            .pool("p1", Networks.square(2, 2, 0))
            .build();
    AcceleratorConfig many = ConfigChooser.choose(network, 9, 4, new CsdStyle());
    assertEquals(List.of("c0", "c1", "p1"), names(network, many));
    assertEquals(List.of("c0", "c1 + p1"), names(network, withFeatureMapWords(many, 2048)));
    AcceleratorConfig few = ConfigChooser.choose(network, 4, 9, new CsdStyle());
    assertEquals(List.of("c0", "c1 + p1"), names(network, few));
  }

  private static List<String> names(QuantizedNetwork network, AcceleratorConfig config) {
    return NetworkCompiler.compile(network, config).layers().stream()
        .map(LayerPlacement::name)
        .toList();
  }

  @Test
  void rejectsFeatureMapsThatDoNotFitTheBuffer() {
    QuantizedNetwork network = Networks.resNet20();
    AcceleratorConfig config = ConfigChooser.choose(network, 8, 16, new CsdStyle());
    assertRejects(
        network,
        withFeatureMapWords(config, 1024),
        "layer 'stem'",
        "2048 words",
        "--feature-map-words");
  }

  @Test
  void rejectsWeightsParametersAndProgramsThatDoNotFit() {
    QuantizedNetwork network = Networks.leNet5();
    AcceleratorConfig c = ConfigChooser.choose(network, 8, 8, new CsdStyle());
    assertRejects(
        network,
        c.withBuffers(c.featureMapWords(), 512, 64, 512),
        "layer 'f5'",
        "weight words",
        "--weight-words");
    assertRejects(
        network,
        c.withBuffers(c.featureMapWords(), c.weightWords(), 2, 512),
        "layer 'c3 + s4'",
        "parameter words",
        "--parameter-words");
    assertRejects(
        network,
        c.withBuffers(c.featureMapWords(), c.weightWords(), 64, 64),
        "layer 'c3 + s4'",
        "program words",
        "--program-words");
  }

  /** The output unit adds up the segments, in its own 32 bits. */
  @Test
  void accumulatorsHoldOneSegmentNotAWholeSum() {
    QuantizedNetwork network = Networks.leNet5();
    int whole =
        network.layers().stream()
            .filter(MacLayer.class::isInstance)
            .mapToInt(layer -> AccumulatorRange.of((MacLayer) layer).arrayBits())
            .max()
            .orElseThrow();
    assertEquals(whole, ConfigChooser.choose(network, 8, 8, new CsdStyle()).accBits());
    AcceleratorConfig segmented = ConfigChooser.choose(network, 8, 8, new BinsStyle(12, 2));
    assertTrue(segmented.accBits() < whole, segmented + " against " + whole + " bits");
    assertComputes(network, segmented, RandomNetworks.input(network, 3));
  }

  @Test
  void rejectsAccumulatorsThatAreTooNarrow() {
    QuantizedNetwork network = Networks.leNet5();
    AcceleratorConfig c = ConfigChooser.choose(network, 8, 8, new CsdStyle());
    AcceleratorConfig narrow =
        new AcceleratorConfig(
            8,
            8,
            c.pe(),
            c.features(),
            c.accBits() - 1,
            c.featureMapWords(),
            c.weightWords(),
            c.parameterWords(),
            c.programWords());
    assertRejects(network, narrow, "layer 'f5'", c.accBits() + " bits", "--acc-bits");
  }

  @Test
  void levelsOfThreeDigitsAreTwoPlanesUnderCsdAndOneUnderBins() {
    QuantizedNetwork network =
        new Networks(new Shape(3, 4, 4), 0)
            .codebook(new Codebook(List.of(0, 21)))
            .conv("c1", 4, Networks.square(3, 1, 1))
            .build();
    assertEquals(2, ConfigChooser.choose(network, 4, 4, new CsdStyle()).features().planes());
    assertEquals(1, ConfigChooser.choose(network, 4, 4, new BinsStyle(14, 4)).features().planes());
  }

  @Test
  void rejectsAccumulatorsInTheMiddleAndNamesEveryLayerAtFault() {
    Networks net = new Networks(new Shape(3, 1, 1), 0).accumulators("f1", 4, false);
    Tensor sums = net.newest();
    assertRejects(
        net.conv("c2", 4, Networks.square(1, 1, 0))
            .conv("c3", sums, 4, Networks.square(1, 1, 0), Optional.empty())
            .build(),
        configOf(4, 4),
        "layer 'c2': it reads 'f1_out'",
        "layer 'c3': it reads 'f1_out'");
  }

  @Test
  void kernelsOfAnyLengthAreComputed() {
    QuantizedNetwork network =
        new Networks(new Shape(1, 1, 300), 0)
            .conv("c1", 8, Networks.square(1, 1, 0))
            .accumulators("wide", 4, false)
            .build();
    assertComputes(
        network,
        ConfigChooser.choose(network, 4, 4, new CsdStyle()),
        RandomNetworks.input(network, 1));
  }

  private static AcceleratorConfig configOf(int rows, int cols) {
    return new AcceleratorConfig(rows, cols, new CsdStyle(), 24, 1 << 12, 1 << 12, 1 << 8, 1 << 10);
  }

  private static List<String> names(QuantizedNetwork network) {
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 4, new CsdStyle()));
    return compiled.layers().stream().map(LayerPlacement::name).toList();
  }

  private static AcceleratorConfig withFeatureMapWords(AcceleratorConfig c, int words) {
    return c.withBuffers(words, c.weightWords(), c.parameterWords(), c.programWords());
  }

  private static boolean fits(QuantizedNetwork network, AcceleratorConfig config) {
    return new NetworkPlanner(network, config).plan().featureMapWords() <= config.featureMapWords();
  }

  private static void assertRejects(
      QuantizedNetwork network, AcceleratorConfig config, String... parts) {
    BadInputException e =
        assertThrows(BadInputException.class, () -> NetworkCompiler.compile(network, config));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage() + " should say " + part);
    }
  }

  private static void assertComputes(
      QuantizedNetwork network, AcceleratorConfig config, int[] input) {
    CompiledNetwork compiled = NetworkCompiler.compile(network, config);
    assertEquals(Optional.empty(), CompiledExecution.firstDifference(compiled, input));
  }
}
