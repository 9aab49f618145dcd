package lutmac.tune.student;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import org.junit.jupiter.api.Test;

class WeightLevelsTest {
  private static final Codebook LOW = new Codebook(IntStream.range(0, 16).boxed().toList());
  private static final Codebook HIGH = new Codebook(List.of(0, 16, 32, 48, -64, -48, -32, -16));

  @Test
  void aWeightGoesToTheNearestLevelOfItsTable() {
    WeightLevels levels = new WeightLevels(List.of(new Codebook(List.of(0, -10, 20, 3))));
    assertEquals(-10, levels.level(levels.nearestRank(-5.1f)));
    assertEquals(0, levels.level(levels.nearestRank(-4.9f)));
    assertEquals(3, levels.level(levels.nearestRank(11.4f)));
    assertEquals(20, levels.level(levels.nearestRank(1000)));
    assertEquals(1, levels.code(levels.nearestRank(-9), 0));
    assertEquals(10, levels.gap());
  }

  @Test
  void twoTablesMakeEveryIntegerOfAnEvenGrid() {
    WeightLevels levels = new WeightLevels(List.of(LOW, HIGH));
    assertEquals(1, levels.gap());
    for (int weight = -64; weight <= 63; weight++) {
      int rank = levels.nearestRank(weight + 0.3f);
      assertEquals(weight, levels.level(rank));
      assertEquals(weight, LOW.level(levels.code(rank, 0)) + HIGH.level(levels.code(rank, 1)));
    }
  }

  @Test
  void theSmallestCodesMakeAWeightThatSeveralCanMake() {
    WeightLevels levels = new WeightLevels(List.of(new Codebook(List.of(0, 7, 0, 7))));
    assertEquals(0, levels.code(levels.nearestRank(0), 0));
    assertEquals(1, levels.code(levels.nearestRank(7), 0));
  }
}
