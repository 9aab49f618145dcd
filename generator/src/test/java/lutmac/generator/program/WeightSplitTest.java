package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Weights stay what they are, in levels that the array computes. */
class WeightSplitTest {
  private static final PeStyle TWO_DIGITS = new CsdStyle();

  @Property(tries = 200)
  void planesOfAnyTableAddUpToTheWeights(
      @ForAll long seed, @ForAll("styles") PeStyle style, @ForAll("bits") int bits) {
    Random random = new Random(seed);
    int[] levels = IntStream.range(0, 1 << bits).map(c -> random.nextInt(256) - 128).toArray();
    levels[0] = 0;
    byte[] codes = new byte[100];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(levels.length);
    }
    Codebook table = new Codebook(IntStream.of(levels).boxed().toList());
    assertSplits(layer(List.of(new WeightPlane(table, codes))), style);
  }

  @Property(tries = 200)
  void planesOfIntegersAddUpToTheWeights(@ForAll long seed, @ForAll("styles") PeStyle style) {
    Random random = new Random(seed);
    int range = 8 << random.nextInt(5);
    int[] weights = random.ints(200, -range, range).toArray();
    assertSplits(layer(WeightPlanes.ofIntegers(8, weights)), style);
  }

  private static void assertSplits(MacLayer layer, PeStyle style) {
    Optional<List<WeightPlane>> planes = WeightSplit.of(layer, style);
    assertTrue(planes.isPresent(), style + " cannot express them");
    for (int i = 0; i < layer.weightCount(); i++) {
      int sum = 0;
      for (WeightPlane plane : planes.get()) {
        int level = plane.codebook().level(plane.codes()[i]);
        assertTrue(style.computes(level), style + " does not compute " + level);
        sum += level;
      }
      assertEquals(layer.weight(i), sum);
    }
  }

  @Test
  void whatTheStyleComputesIsLeftAsItIs() {
    WeightPlane plane = new WeightPlane(Networks.TWO_DIGITS, new byte[] {0, 1, 2, 3});
    assertEquals(List.of(plane), split(List.of(plane), TWO_DIGITS));
  }

  @Test
  void eightBitIntegersAreTwoPlanesOfTwoDigitsExceptWithWeightsAtBothEnds() {
    assertEquals(2, splitIntegers(-128, 119).size());
    assertEquals(2, splitIntegers(-120, 127).size());
    assertEquals(3, splitIntegers(-128, 127).size());
  }

  @Test
  void integersThatFitATableAreOnePlane() {
    assertEquals(
        1, split(WeightPlanes.ofIntegers(8, new int[] {0, 96, -65, 7}), TWO_DIGITS).size());
  }

  @Test
  void levelsOfManyDigitsAreSharedAmongTables() {
    WeightPlane plane = new WeightPlane(new Codebook(List.of(0, 107)), new byte[] {1, 0});
    List<WeightPlane> planes = split(List.of(plane), TWO_DIGITS);
    assertEquals(2, planes.size());
    assertEquals(107, planes.get(0).codebook().level(1) + planes.get(1).codebook().level(1));
  }

  private static List<WeightPlane> splitIntegers(int from, int to) {
    return WeightSplit.of(integers(from, to), TWO_DIGITS).get();
  }

  /** Every integer of a range. */
  private static MacLayer integers(int from, int to) {
    return layer(WeightPlanes.ofIntegers(8, IntStream.rangeClosed(from, to).toArray()));
  }

  private static List<WeightPlane> split(List<WeightPlane> planes, PeStyle style) {
    return WeightSplit.of(layer(planes), style).get();
  }

  /** A layer of one input channel. */
  private static MacLayer layer(List<WeightPlane> planes) {
    int weights = planes.get(0).codes().length;
    return new MacLayer(
        "layer",
        Tensor.zeroPadded("in", new Shape(1, 1, 1), Networks.BYTE),
        Tensor.zeroPadded("out", new Shape(weights, 1, 1), Networks.BYTE),
        Optional.empty(),
        Window.pointwise(),
        1,
        false,
        planes,
        new int[weights],
        new OutputStage.Requantize(Collections.nCopies(weights, 8), 0, 255));
  }

  @Provide
  Arbitrary<PeStyle> styles() {
    return Arbitraries.of(PeStyles.all()).filter(style -> style.mostPlanes() > 1);
  }

  @Provide
  Arbitrary<Integer> bits() {
    return Arbitraries.integers().between(1, 4);
  }
}
