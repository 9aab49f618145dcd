package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.List;
import lutmac.generator.program.TileRuns.Run;

/**
 * The edge tiles of a layer (docs/hardware.md §1): the last ones of every block, whose pixels all
 * have their lower kernel rows below the map. Those rows are zeros; the array leaves them out.
 */
final class EdgeTiles {
  private final Descriptor layer;

  private EdgeTiles(Descriptor layer) {
    this.layer = layer;
  }

  /**
   * A layer with as many edge tiles as save steps, all with as many kernel rows as the one of them
   * that has most.
   *
   * @param layer of the array, complete but for them
   * @param rows P
   */
  static Descriptor leftOut(String name, Descriptor layer, int rows) {
    int kernelRows = layer.getInt(KY_N);
    // Where planes take turns in the walk the rows of one are not the first of all weights.
    if (kernelRows == 1 || layer.get(WALK_PLANES) > 0) {
      return layer;
    }
    EdgeTiles tiles = new EdgeTiles(layer);
    List<List<Run>> runs = TileRuns.ofTiles(layer, rows);
    Descriptor best = layer;
    long saved = 0;
    int most = 1;
    for (int tile = runs.size(); tile >= 1; tile--) {
      most = Math.max(most, tiles.kernelRows(runs.get(tile - 1)));
      long saves = (long) (kernelRows - most) * (runs.size() - tile + 1);
      if (saves > saved && tiles.fit(most)) {
        saved = saves;
        best =
            layer.toBuilder(name)
                .set(EDGE_TILE, tile)
                .set(KY_EDGE, most)
                .set(SEG_EDGE, tiles.segments(most))
                .set(W_EDGE, tiles.words(most))
                .build();
      }
    }
    return best;
  }

  /** Steps that the array takes in a layer. */
  static long steps(Descriptor layer) {
    long edge = layer.get(EDGE_TILE) == 0 ? 0 : layer.get(TILE_N) - layer.get(EDGE_TILE) + 1;
    long edgeSteps = new EdgeTiles(layer).steps(layer.getInt(KY_EDGE));
    return layer.get(OB_N)
        * ((layer.get(TILE_N) - edge) * CycleModel.tileSteps(layer) + edge * edgeSteps);
  }

  /**
   * Pixels of a block that the array takes a kernel row at.
   *
   * @param kernelRow from 0
   * @param rows P
   */
  static long pixels(Descriptor layer, int kernelRow, int rows) {
    return layer.get(EDGE_TILE) > 0 && kernelRow >= layer.get(KY_EDGE)
        ? (layer.get(EDGE_TILE) - 1) * rows
        : (layer.get(TILE_N) - 1) * rows + layer.get(ROWS_LAST);
  }

  /** Kernel rows of a tile, counted from 1, in a layer that has them. */
  static int kernelRows(Descriptor layer, int tile) {
    int first = layer.getInt(EDGE_TILE);
    return layer.getInt(first > 0 && tile >= first ? KY_EDGE : KY_N);
  }

  /** Kernel rows up to the last that has a word in the map for any of a tile's pixels, or one. */
  private int kernelRows(List<Run> tile) {
    int most = 1;
    for (Run run : tile) {
      int below = layer.getInt(IN_H) - run.y();
      most = Math.max(most, (int) ceilDiv(below, Math.max(1, layer.getInt(KY_DY))));
    }
    return Math.min(most, layer.getInt(KY_N));
  }

  private boolean fit(int kernelRows) {
    return kernelRows <= KY_EDGE.max()
        && segments(kernelRows) <= SEG_EDGE.max()
        && words(kernelRows) <= W_EDGE.max();
  }

  private long segments(int kernelRows) {
    return ceilDiv(planes() * kernelRows * columns() * layer.get(CB_N), layer.get(SEG_TAPS));
  }

  private long words(int kernelRows) {
    return ceilDiv(steps(kernelRows), 1L << layer.get(CODE_PACK));
  }

  private long steps(int kernelRows) {
    long lanes = (layer.get(CB_N) - 1) * layer.get(LANES_FULL) + layer.get(LANES_LAST);
    return planes() * kernelRows * columns() * lanes;
  }

  private long planes() {
    return layer.get(PHASE_PLANES) + 1;
  }

  /** Kernel columns. */
  private long columns() {
    return (layer.get(KX_N) - 1) * layer.get(TAPS_FULL) + layer.get(TAPS_LAST);
  }

  private static long ceilDiv(long value, long divisor) {
    return Math.floorDiv(value + divisor - 1, divisor);
  }
}
