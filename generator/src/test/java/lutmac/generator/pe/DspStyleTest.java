package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lutmac.network.format.Codebook;
import org.junit.jupiter.api.Test;

class DspStyleTest {
  private final DspStyle style = new DspStyle(2);

  @Test
  void wordIsTheWeightInTwosComplement() {
    for (int level = -128; level <= 127; level++) {
      assertTrue(style.computes(level));
      StepCodes codes = new StepCodes(2, 1, 1, new int[] {0, 1}, new byte[] {0, 1});
      Codebook codebook = new Codebook(List.of(0, level));
      int[] table = style.table("any", List.of(codebook, codebook), codes);
      assertEquals(level & 0xff, table[17]);
      assertEquals(0, table[1], "no weight of plane 0 has the code");
      assertEquals("plane 1, code  1 = " + level, style.describe(17, table[17]));
    }
  }
}
