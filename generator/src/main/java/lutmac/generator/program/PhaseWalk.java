package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.program.TileRuns.Run;
import lutmac.generator.program.WordClock.Read;

/** The phases of a layer of the array in the order of the walk (docs/hardware.md §1, §3). */
final class PhaseWalk {
  /**
   * A tile of a block.
   *
   * @param blockAddress start of the block's walk
   * @param ob the block
   * @param firstRow its first pixel in the order of the walk
   * @param rows its pixels
   * @param kernelRows its kernel rows
   * @param last whether it is the block's last
   */
  record Tile(
      List<Run> runs,
      int blockAddress,
      int ob,
      int firstRow,
      int rows,
      int kernelRows,
      boolean last) {}

  /**
   * A phase.
   *
   * @param hops whether its first run goes on in the row of the tile before
   * @param address offset of its tap
   * @param dx columns of it
   * @param dy rows of it
   * @param taps kernel columns
   * @param lanes steps of each
   * @param walkPlane plane of the walk
   * @param planeEnds whether it is the plane's last in its tile
   * @param tileEnds whether it is the tile's last
   */
  record Phase(
      Tile tile,
      boolean hops,
      int address,
      int dx,
      int dy,
      int taps,
      int lanes,
      int walkPlane,
      boolean planeEnds,
      boolean tileEnds) {}

  private final Descriptor layer;
  private final List<Phase> phases = new ArrayList<>();

  private PhaseWalk(Descriptor layer) {
    this.layer = layer;
  }

  /**
   * The phases of a layer.
   *
   * @param rows P
   */
  static List<Phase> of(Descriptor layer, int rows) {
    PhaseWalk walk = new PhaseWalk(layer);
    walk.blocks(TileRuns.ofTiles(layer, rows), rows);
    return walk.phases;
  }

  /** What the runs of a phase read. */
  static List<Read> reads(Descriptor layer, Phase phase) {
    List<Run> runs = phase.tile().runs();
    List<Read> reads = new ArrayList<>(runs.size());
    int row = 0;
    for (int run = 0; run < runs.size(); run++) {
      reads.add(
          new Read(
              runs.get(run).address()
                  + phase.address()
                  + TileRuns.skipped(layer, runs.get(run), phase.dx()),
              layer.is(CONTIGUOUS) ? 1 : layer.getInt(STRIDE),
              TileRuns.words(layer, runs.get(run), phase.dx(), phase.dy(), phase.taps()),
              run == 0 && phase.hops(),
              run == runs.size() - 1,
              layer.is(CONTIGUOUS) ? Read.ALL_ROWS : row));
      row += runs.get(run).pixels();
    }
    return reads;
  }

  private void blocks(List<List<Run>> tiles, int rows) {
    int walkPlanes = layer.getInt(WALK_PLANES) + 1;
    int inputParts = 1 << layer.getInt(IN_LANE);
    int blockAddress = 0;
    for (int ob = 0; ob < layer.get(OB_N); ob++) {
      for (int tile = 0; tile < tiles.size(); tile++) {
        boolean last = tile == tiles.size() - 1;
        boolean hops = tile > 0 && !last(tiles.get(tile - 1)).rowEnds();
        Tile place =
            new Tile(
                tiles.get(tile),
                blockAddress,
                ob,
                tile * rows,
                last ? layer.getInt(ROWS_LAST) : rows,
                EdgeTiles.kernelRows(layer, tile + 1),
                last);
        for (int plane = 0; plane < walkPlanes; plane++) {
          taps(place, hops && plane == 0, plane, plane == walkPlanes - 1);
        }
      }
      if (!layer.is(DEPTHWISE) || (layer.getInt(IN_PART) + ob + 1) % inputParts == 0) {
        blockAddress += layer.getInt(OB_ADDR);
      }
    }
  }

  private static Run last(List<Run> runs) {
    return runs.get(runs.size() - 1);
  }

  private void taps(Tile tile, boolean hops, int plane, boolean lastPlane) {
    int kyN = tile.kernelRows();
    int kxN = layer.getInt(KX_N);
    int cbN = layer.getInt(CB_N);
    int address = tile.blockAddress();
    int dx = 0;
    int dy = 0;
    boolean hop = hops;
    for (int ky = 0; ky < kyN; ky++) {
      for (int kx = 0; kx < kxN; kx++) {
        int taps = layer.getInt(kx == kxN - 1 ? TAPS_LAST : TAPS_FULL);
        for (int cb = 0; cb < cbN; cb++) {
          boolean last = ky == kyN - 1 && kx == kxN - 1 && cb == cbN - 1;
          int lanes = layer.getInt(cb == cbN - 1 ? LANES_LAST : LANES_FULL);
          phases.add(
              new Phase(tile, hop, address, dx, dy, taps, lanes, plane, last, last && lastPlane));
          hop = false;
          if (cb < cbN - 1) {
            address += layer.getInt(CB_ADDR);
          }
        }
        if (kx < kxN - 1) {
          address += layer.getInt(KX_ADDR);
          dx += layer.getInt(KX_DX);
        }
      }
      if (ky < kyN - 1) {
        address += layer.getInt(KY_ADDR);
        dx += layer.getInt(KY_DX);
        dy += layer.getInt(KY_DY);
      }
    }
  }
}
