package lutmac.network.quantized;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WeightPlanesTest {

  /** Of every width, every integer there is. */
  @Property
  void planesAddUpToTheIntegers(@ForAll @IntRange(min = 2, max = 8) int bits) {
    int half = 1 << (bits - 1);
    int[] all = IntStream.range(-half, half).toArray();
    List<WeightPlane> planes = WeightPlanes.ofIntegers(bits, all);
    assertEquals(bits <= 4 ? 1 : 2, planes.size());
    assertEquals(bits, planes.stream().mapToInt(p -> p.codebook().bits()).sum());
    for (int i = 0; i < all.length; i++) {
      int sum = 0;
      for (WeightPlane plane : planes) {
        sum += plane.codebook().level(plane.codes()[i]);
      }
      assertEquals(all[i], sum);
    }
  }

  /** What an array of two digits computes in one step a plane. */
  @Property
  void levelsHaveTwoDigitsUpToTheGreatestSuchInteger(@ForAll @IntRange(min = 2, max = 8) int bits) {
    int greatest = WeightPlanes.greatestOfTwoDigits(bits);
    int[] integers = IntStream.rangeClosed(-(1 << (bits - 1)), greatest).toArray();
    assertEquals(bits == 8 ? 248 : 1 << bits, integers.length);
    List<WeightPlane> planes = WeightPlanes.ofIntegers(bits, integers);
    for (WeightPlane plane : planes) {
      plane.codebook().levels().forEach(level -> assertTrue(SignedDigits.count(level) <= 2));
    }
    for (int i = 0; i < integers.length; i++) {
      int at = i;
      assertEquals(
          integers[i],
          planes.stream().mapToInt(plane -> plane.codebook().level(plane.codes()[at])).sum());
    }
  }

  @Property
  void zeroIsCodeZeroInEveryPlane(@ForAll @IntRange(min = 2, max = 8) int bits) {
    for (WeightPlane plane : WeightPlanes.ofIntegers(bits, new int[] {0})) {
      assertEquals(0, plane.codebook().level(0));
      assertArrayEquals(new byte[] {0}, plane.codes());
    }
  }

  @Property
  void integersOfMoreBitsAreRefused(@ForAll @IntRange(min = 2, max = 8) int bits) {
    int half = 1 << (bits - 1);
    for (int beyond : new int[] {half, -half - 1}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> WeightPlanes.ofIntegers(bits, new int[] {0, beyond}));
    }
  }

  @Test
  void aTablesCodesNameTheLevels() {
    Codebook table = new Codebook(List.of(0, 5, -3, 100));
    int[] levels = {100, -3, 0, 5, 5};
    WeightPlane plane = WeightPlanes.ofTable(table, levels);
    assertEquals(table, plane.codebook());
    assertArrayEquals(new byte[] {3, 2, 0, 1, 1}, plane.codes());
  }

  @Test
  void zeroIsCodeZeroThoughTheTableHoldsItTwice() {
    WeightPlane plane = WeightPlanes.ofTable(new Codebook(List.of(0, 7, 0, 9)), new int[] {0});
    assertArrayEquals(new byte[] {0}, plane.codes());
  }

  @Test
  void levelsOutsideTheTableAreRefused() {
    Codebook table = new Codebook(List.of(0, 5));
    assertThrows(
        IllegalArgumentException.class, () -> WeightPlanes.ofTable(table, new int[] {5, 6}));
  }
}
