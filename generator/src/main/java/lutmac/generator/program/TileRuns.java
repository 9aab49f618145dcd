package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;

/**
 * The runs of a layer's tiles as the walk makes them (docs/hardware.md §3): a run is the longest
 * stretch of a tile's pixels that lie in one row of walk level px.
 */
final class TileRuns {
  /** Most pixels of a run of a pool, which has no tiles. */
  private static final int POOL_RUN = 64;

  /**
   * A run before its tap is added.
   *
   * @param address of the first pixel's first tap
   * @param x column of it
   * @param y row of it
   * @param pixels how many there are
   * @param rowEnds whether the next pixel lies in another row
   */
  record Run(int address, int x, int y, int pixels, boolean rowEnds) {}

  private TileRuns() {}

  /**
   * The runs of every tile of one block.
   *
   * @param layer of the array
   * @param rows P
   */
  static List<List<Run>> ofTiles(Descriptor layer, int rows) {
    int tiles = layer.getInt(TILE_N);
    List<List<Run>> all = new ArrayList<>(tiles);
    Walk walk = new Walk(layer);
    for (int tile = 1; tile <= tiles; tile++) {
      int left = tile == tiles ? layer.getInt(ROWS_LAST) : rows;
      List<Run> runs = new ArrayList<>();
      while (left > 0) {
        Run run = walk.next(left);
        runs.add(run);
        left -= run.pixels();
      }
      all.add(runs);
    }
    return all;
  }

  /** The runs of one block of a pool. */
  static List<Run> ofPool(Descriptor layer) {
    Walk walk = new Walk(layer);
    List<Run> runs = new ArrayList<>();
    while (!walk.ended()) {
      runs.add(walk.next(POOL_RUN));
    }
    return runs;
  }

  /** Words that a run skips because they lie left of the map. */
  static int skipped(Descriptor layer, Run run, int dx) {
    return layer.is(CONTIGUOUS) ? Math.max(0, -(run.x() + dx)) : 0;
  }

  /**
   * Words that are asked for in a run, a dummy for one that has none in the map.
   *
   * @param dx columns that the phase's tap lies to the right
   * @param dy rows that it lies below
   * @param taps kernel columns of the phase
   */
  static int words(Descriptor layer, Run run, int dx, int dy, int taps) {
    if (!layer.is(CONTIGUOUS)) {
      return run.pixels();
    }
    int x = run.x() + dx;
    int y = run.y() + dy;
    int width = layer.getInt(IN_W);
    int first = Math.max(0, -x);
    int last = layer.getInt(STRIDE) * (run.pixels() - 1) + taps - 1;
    boolean outside = y < 0 || y >= layer.getInt(IN_H) || x >= width || first > last;
    return outside ? 1 : Math.min(last, width - 1 - x) - first + 1;
  }

  private static final class Walk {
    private final Descriptor layer;
    private int py;
    private int wx;
    private int wy;
    private int rowAddress;
    private int rowX;
    private int rowY;
    private int px;

    Walk(Descriptor layer) {
      this.layer = layer;
      this.rowAddress = layer.getInt(START_ADDR);
      this.rowX = layer.getInt(START_X);
      this.rowY = layer.getInt(START_Y);
    }

    boolean ended() {
      return wy == layer.getInt(WY_N);
    }

    Run next(int most) {
      int left = layer.getInt(PX_N) - px;
      int pixels = Math.min(left, most);
      int hop = px * layer.getInt(STRIDE);
      int address = rowAddress + hop;
      int x = rowX + hop;
      int y = rowY;
      px += pixels;
      if (pixels == left) {
        nextRow();
      }
      return new Run(address, x, y, pixels, pixels == left);
    }

    private void nextRow() {
      px = 0;
      if (++py < layer.getInt(PY_N)) {
        move(layer.getInt(PY_ADDR), layer.getInt(PY_DX), layer.getInt(PY_DY));
        return;
      }
      py = 0;
      if (++wx < layer.getInt(WX_N)) {
        move(layer.getInt(WX_ADDR), layer.getInt(WX_DX), layer.getInt(WX_DY));
        return;
      }
      wx = 0;
      wy++;
      move(layer.getInt(WY_ADDR), layer.getInt(WY_DX), layer.getInt(WY_DY));
    }

    private void move(int address, int dx, int dy) {
      rowAddress += address;
      rowX += dx;
      rowY += dy;
    }
  }
}
