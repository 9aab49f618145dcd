package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import org.junit.jupiter.api.Test;

class SerialStyleTest {
  private final SerialStyle style = new SerialStyle();

  @Test
  void expressesEveryLevelInTheSlotsThatItsPlaneUses() {
    for (int level = -128; level <= 127; level++) {
      List<Integer> table = table(List.of(new Codebook(List.of(0, level))), new byte[] {1});
      int sum = 0;
      for (int slot = 0; slot < style.stepCycles(table, 0); slot++) {
        sum += value(table.get(1) >> 5 * slot);
      }
      assertEquals(level, sum);
      assertEquals(Math.max(1, SignedDigits.count(level)), style.stepCycles(table, 0));
    }
  }

  /** {@code (neg ? -1 : 1) * nz << shift} of docs/hardware.md §5. */
  private static int value(int slot) {
    int size = (slot & 16) == 0 ? 0 : 1 << (slot & 7);
    return (slot & 8) != 0 ? -size : size;
  }

  @Test
  void stepTakesTheDigitsThatTheWeightsOfItsPlaneUse() {
    // 85 has four digits, but no weight has its code; 3 has two.
    Codebook first = new Codebook(List.of(0, 3, 85, 64));
    Codebook second = new Codebook(List.of(0, 0, 85, 1));
    List<Integer> table = table(List.of(first, second), new byte[] {1, 3, 2, 3});
    assertEquals(2, style.stepCycles(table, 0));
    assertEquals(4, style.stepCycles(table, 1));
    assertEquals(
        style.segmentSpacing(8, table, 0) + 2,
        style.segmentSpacing(8, table, 1),
        "the last step's digits are waited for");
  }

  @Test
  void stepOfNothingButZerosTakesACycle() {
    assertEquals(
        1, style.stepCycles(table(List.of(new Codebook(List.of(0, 85))), new byte[] {0}), 0));
  }

  @Test
  void saysInEveryWordHowManySlotsThePlaneUses() {
    List<Integer> table = table(List.of(new Codebook(List.of(0, 11))), new byte[] {1});
    assertEquals(16, table.size());
    IntStream.range(0, 16).forEach(code -> assertEquals(2, table.get(code) >> 20, "code " + code));
  }

  @Test
  void describesAWord() {
    List<Integer> table = table(List.of(new Codebook(List.of(0, -7))), new byte[] {1});
    assertEquals("code  1 = -2^3 +2^0", style.describe(1, table.get(1)));
    assertEquals("plane 1, code  1 = -2^3 +2^0", style.describe(17, table.get(1)));
  }

  /**
   * @param codes {@code [plane][step]}
   */
  private List<Integer> table(List<Codebook> planes, byte[] codes) {
    int steps = codes.length / planes.size();
    StepCodes all = new StepCodes(planes.size(), 1, 1, new int[] {0, steps}, codes);
    return IntStream.of(style.table("any", planes, all)).boxed().toList();
  }
}
