package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Shape;
import lutmac.quant.fuse.LayerFusion;
import org.junit.jupiter.api.Test;

class FormatGroupsTest {
  private static final Shape INPUT = new Shape(3, 8, 8);

  @Test
  void convolutionsSeparateFormats() {
    FormatGroups groups =
        groups(
            FloatNetworks.on(INPUT, 1)
                .conv("x", "a", 4, FloatNetworks.SAME)
                .relu("a", "ar")
                .conv("ar", "y", 4, FloatNetworks.SAME)
                .result("y"));
    assertEquals(List.of("x"), groups.of("x"));
    assertEquals(List.of("ar"), groups.of("ar"));
    assertEquals(List.of("y"), groups.of("y"));
  }

  @Test
  void aPoolKeepsTheFormatOfItsInput() {
    FormatGroups groups =
        groups(
            FloatNetworks.on(INPUT, 1)
                .conv("x", "a", 4, FloatNetworks.SAME)
                .relu("a", "ar")
                .pool("ar", "p")
                .conv("p", "y", 4, FloatNetworks.SAME)
                .result("y"));
    assertEquals(Set.of("ar", "p"), Set.copyOf(groups.of("p")));
    assertEquals(groups.of("ar"), groups.of("p"));
  }

  @Test
  void partsOfAConcatenationHaveTheFormatOfTheWholeEvenThroughPools() {
    FormatGroups groups = groups(branches(6, 6));
    assertEquals(Set.of("ar", "pa", "br", "pb", "whole"), Set.copyOf(groups.of("ar")));
  }

  @Test
  void oneBranchWithoutReluMakesTheGroupSigned() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1)
            .conv("x", "a", 4, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("x", "b", 4, FloatNetworks.SAME)
            .concat("whole", "ar", "b")
            .conv("whole", "y", 4, FloatNetworks.SAME)
            .result("y");
    assertTrue(groups(network).signed("ar"));
    assertFalse(groups(branches(6, 6)).signed("ar"));
  }

  @Test
  void theGroupsCeilingIsThatOfAllItsMakersOrNone() {
    assertEquals(Optional.of(6f), groups(branches(6, 6)).ceiling("whole"));
    assertEquals(Optional.empty(), groups(branches(6, 5)).ceiling("whole"));
  }

  private static FloatNetwork branches(float first, float second) {
    return FloatNetworks.on(INPUT, 1)
        .conv("x", "a", 4, FloatNetworks.SAME)
        .relu("a", "ar", first)
        .pool("ar", "pa")
        .conv("x", "b", 4, FloatNetworks.SAME)
        .relu("b", "br", second)
        .pool("br", "pb")
        .concat("whole", "pa", "pb")
        .conv("whole", "y", 4, FloatNetworks.SAME)
        .result("y");
  }

  private static FormatGroups groups(FloatNetwork network) {
    return new FormatGroups("x", LayerFusion.fuse(network).layers());
  }
}
