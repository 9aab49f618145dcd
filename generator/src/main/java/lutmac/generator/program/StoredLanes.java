package lutmac.generator.program;

/** What the lanes of an input's pixel hold, worked out once for all the weights that ask. */
final class StoredLanes {
  private final int[] channels;
  private final int[] kernelRows;
  private final int[] kernelColumns;

  StoredLanes(Arrangement input) {
    MapLayout layout = input.layout();
    int lanes = layout.words() * layout.wordLanes();
    channels = new int[lanes];
    kernelRows = new int[lanes];
    kernelColumns = new int[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      int stored = layout.channel(lane / layout.wordLanes(), lane % layout.wordLanes());
      boolean hole = stored == LayerPlacement.HOLE;
      channels[lane] = hole ? LayerPlacement.HOLE : input.mapChannel(stored);
      kernelRows[lane] = hole ? 0 : input.kernelRow(stored);
      kernelColumns[lane] = hole ? 0 : input.kernelColumn(stored);
    }
  }

  /** Channel of the map in a lane of all lanes of a pixel, or {@link LayerPlacement#HOLE}. */
  int channel(int lane) {
    return lane < channels.length ? channels[lane] : LayerPlacement.HOLE;
  }

  /** Kernel row that the lane belongs to; 0 if rows are not folded. */
  int kernelRow(int lane) {
    return kernelRows[lane];
  }

  /** Kernel column that the lane belongs to; 0 if columns are not folded. */
  int kernelColumn(int lane) {
    return kernelColumns[lane];
  }
}
