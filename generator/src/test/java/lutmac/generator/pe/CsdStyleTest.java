package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsdStyleTest {
  private final CsdStyle style = new CsdStyle();

  @Test
  void expressesEveryLevelOfTwoDigitsWithinTheSlotsShifts() {
    int expressible = 0;
    for (int level = -128; level <= 127; level++) {
      if (SignedDigits.count(level) <= 2) {
        int entry = entryFor(level);
        assertEquals(level, value(entry, 2, 7) + value(entry >> 5, 0, 5), "level " + level);
        expressible++;
      }
    }
    assertTrue(expressible > 80, expressible + " levels");
  }

  private int entryFor(int level) {
    return entryFor(style, level);
  }

  private static int entryFor(CsdStyle style, int level) {
    StepCodes codes = new StepCodes(1, 1, 1, new int[] {0, 1}, new byte[] {1});
    return style.table("any", List.of(new Codebook(List.of(0, level))), codes)[1];
  }

  /** {@code (neg ? -1 : 1) * nz << shift} of docs/hardware.md §5. */
  private static int value(int slot, int minShift, int maxShift) {
    if ((slot & 16) == 0) {
      return 0;
    }
    int shift = slot & 7;
    assertTrue(shift >= minShift && shift <= maxShift, "shift " + shift);
    return (slot & 8) != 0 ? -(1 << shift) : 1 << shift;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void expressesEveryLevelOfItsDigitsInSlotsForTheirShifts(int digits) {
    CsdStyle other = new CsdStyle(digits);
    for (int level = -128; level <= 127; level++) {
      assertEquals(SignedDigits.count(level) <= digits, other.computes(level), "level " + level);
      if (other.computes(level)) {
        int entry = entryFor(other, level);
        int sum = digits == 1 ? value(entry, 0, 7) : 0;
        for (int slot = 0; slot < 4 && digits > 2; slot++) {
          sum += value(entry >> 5 * slot, 2 * slot, 2 * slot + 1);
        }
        assertEquals(level, sum);
      }
    }
  }

  @Test
  void singleDigitsTakeSlotOneUpToShiftFive() {
    assertEquals((16 | 5) << 5, entryFor(32));
    assertEquals(16 | 6, entryFor(64));
    assertEquals(16 | 8 | 7, entryFor(-128));
  }

  @Test
  void rejectsThreeDigitsWithTheWayOut() {
    BadInputException e = assertThrows(BadInputException.class, () -> entryFor(43));
    assertTrue(e.getMessage().contains("--pe bins"), e.getMessage());
  }
}
