package lutmac.quant.fuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import org.junit.jupiter.api.Test;

class LayerFusionTest {
  private static final Shape INPUT = new Shape(2, 4, 4);
  private static final Window SAME = FloatNetworks.SAME;

  @Test
  void residualBlockBecomesTwoLayers() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 2, SAME)
                    .relu("a", "ar")
                    .conv("ar", "b", 2, SAME)
                    .add("ar", "b", "s")
                    .relu("s", "sr")
                    .conv("sr", "y", 3, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_a", "node_b", "node_y"), names(layers));
    assertEquals(Optional.of("ar"), linear(layers, 1).skip());
    assertEquals("sr", linear(layers, 1).output());
    assertEquals(Optional.of(Float.POSITIVE_INFINITY), linear(layers, 1).ceiling());
    assertTrue(linear(layers, 2).ceiling().isEmpty());
  }

  @Test
  void ofTwoConvolutionsTheLaterOneTakesTheAddition() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 3, SAME)
                    .conv("x", "b", 3, SAME)
                    .add("b", "a", "s")
                    .conv("s", "y", 3, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_a", "node_b", "node_y"), names(layers));
    assertEquals(Optional.of("a"), linear(layers, 1).skip());
  }

  @Test
  void aConvolutionWaitsForTheOtherOperandOfItsAddition() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 2, SAME)
                    .conv("x", "b", 2, SAME)
                    .relu("b", "br")
                    .add("a", "br", "s")
                    .conv("s", "y", 2, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_b", "node_a", "node_y"), names(layers));
    assertEquals(Optional.of("br"), linear(layers, 1).skip());
  }

  @Test
  void additionOfSharedMapsBecomesACopyWithASkip() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 2, SAME)
                    .relu("a", "ar")
                    .pool("ar", "p")
                    .conv("x", "b", 2, new Window(2, 2, 2, 2, 0, 0, 0, 0, 1, 1))
                    .relu("b", "br")
                    .add("p", "br", "s")
                    .relu("s", "sr")
                    .conv("sr", "y", 2, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_a", "node_p", "node_b", "node_s", "node_y"), names(layers));
    assertTrue(linear(layers, 3).identity());
    assertEquals(2, linear(layers, 3).groups());
    assertArrayEquals(new float[] {1, 1}, linear(layers, 3).weights());
    assertEquals("p", linear(layers, 3).input());
    assertEquals(Optional.of("br"), linear(layers, 3).skip());
    assertEquals("sr", linear(layers, 3).output());
  }

  @Test
  void meanBeforeALinearLayerBecomesItsSum() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1)
            .conv("x", "a", 2, SAME)
            .relu("a", "ar")
            .mean("ar", "m")
            .conv("m", "y", 3, Window.pointwise())
            .result("y");
    List<FusedLayer> layers = LayerFusion.fuse(network).layers();
    assertEquals(List.of("node_a", "node_y"), names(layers));
    FusedLayer.Linear last = linear(layers, 1);
    assertTrue(last.sumPixels());
    assertEquals("ar", last.input());
    FloatOp.Conv conv = (FloatOp.Conv) network.nodes().get(3).op();
    assertEquals(conv.weights()[4] / 16, last.weights()[4]);
  }

  @Test
  void meanAtTheEndBecomesASumOfItsOwn() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1).conv("x", "a", 3, SAME).mean("a", "y").result("y"))
            .layers();
    FusedLayer.Linear last = linear(layers, 1);
    assertTrue(last.sumPixels() && last.identity());
    assertEquals(3, last.groups());
    assertArrayEquals(new float[] {1f / 16, 1f / 16, 1f / 16}, last.weights());
  }

  @Test
  void reluBehindAPoolMovesIntoTheConvolution() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 2, SAME)
                    .pool("a", "p")
                    .relu("p", "pr")
                    .conv("pr", "y", 2, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_a", "node_p", "node_y"), names(layers));
    assertTrue(linear(layers, 0).ceiling().isPresent());
    assertEquals("pr", layers.get(1).output());
    assertEquals(List.of(layers.get(0).output()), layers.get(1).inputs());
  }

  @Test
  void clampedResultIsReturnedRounded() {
    FusedNetwork fused =
        LayerFusion.fuse(
            FloatNetworks.on(INPUT, 1).conv("x", "a", 2, SAME).relu("a", "y").result("y"));
    assertEquals(List.of("node_a"), names(fused.layers()));
    assertEquals(List.of("y"), fused.outputs());
    assertEquals(Set.of(), FusedNetwork.sums(fused.layers()));
  }

  @Test
  void ofSeveralOutputsThoseThatNobodyReadsAreSums() {
    FusedNetwork fused =
        LayerFusion.fuse(
            FloatNetworks.on(INPUT, 1)
                .conv("x", "a", 2, SAME)
                .relu("a", "ar")
                .conv("ar", "b", 2, SAME)
                .conv("ar", "c", 2, SAME)
                .result("b", "a", "c"));
    assertEquals(List.of("node_a", "node_ar", "node_b", "node_c"), names(fused.layers()));
    assertEquals(List.of("b", "a", "c"), fused.outputs());
    assertEquals(Set.of("b", "c"), FusedNetwork.sums(fused.layers()));
  }

  @Test
  void returnedInputIsCopied() {
    FusedNetwork fused =
        LayerFusion.fuse(FloatNetworks.on(INPUT, 1).conv("x", "a", 2, SAME).result("x", "a"));
    assertEquals(List.of("node_a", "x/copy"), names(fused.layers()));
    assertEquals(List.of("x/result", "a"), fused.outputs());
  }

  @Test
  void networkWithoutWeightsGetsACopyThatHasSome() {
    FusedNetwork fused = LayerFusion.fuse(FloatNetworks.on(INPUT, 1).pool("x", "p").result("p"));
    assertEquals(List.of("node_p", "p/copy"), names(fused.layers()));
    assertEquals(List.of("p/result"), fused.outputs());
  }

  @Test
  void sumsThatSomethingElseReadsStayUnclamped() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "a", 2, SAME)
                    .relu("a", "ar")
                    .conv("ar", "b", 2, SAME)
                    .add("a", "b", "s")
                    .conv("s", "y", 2, SAME)
                    .result("y"))
            .layers();
    assertEquals(List.of("node_a", "node_ar", "node_b", "node_y"), names(layers));
    assertTrue(linear(layers, 0).ceiling().isEmpty());
    assertTrue(linear(layers, 1).identity());
    assertEquals(Optional.of("a"), linear(layers, 2).skip());
  }

  @Test
  void nodesWithoutInfluenceAreDropped() {
    List<FusedLayer> layers =
        LayerFusion.fuse(
                FloatNetworks.on(INPUT, 1)
                    .conv("x", "dead", 2, SAME)
                    .conv("x", "y", 2, SAME)
                    .relu("y", "dead2")
                    .result("y"))
            .layers();
    assertEquals(List.of("node_y"), names(layers));
    assertFalse(linear(layers, 0).identity());
  }

  private static List<String> names(List<FusedLayer> layers) {
    return layers.stream().map(FusedLayer::name).toList();
  }

  private static FusedLayer.Linear linear(List<FusedLayer> layers, int index) {
    return (FusedLayer.Linear) layers.get(index);
  }
}
