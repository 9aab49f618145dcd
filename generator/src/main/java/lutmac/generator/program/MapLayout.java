package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;

/**
 * Which channel every lane of a feature map holds (docs/hardware.md §2). A word has K = 8 / {@code
 * laneBits} parts of M lanes; block n of M lanes lies in part n % K of a pixel's word n / K.
 *
 * @param cols M
 * @param laneBits 8, 4 or 2
 * @param lanes channel of lane l of block n at n * M + l; {@link LayerPlacement#HOLE} where there
 *     is none
 */
record MapLayout(int cols, int laneBits, List<Integer> lanes) {
  private static final int HOLE = LayerPlacement.HOLE;

  MapLayout {
    lanes = List.copyOf(lanes);
  }

  /** Channel c in lane c. */
  static MapLayout ordinary(int channels, int cols, int laneBits) {
    List<Integer> lanes = new ArrayList<>();
    for (int lane = 0; lane < roundUp(channels, cols); lane++) {
      lanes.add(lane < channels ? lane : HOLE);
    }
    return new MapLayout(cols, laneBits, lanes);
  }

  static MapLayout ordinary(Tensor map, int cols, int laneBits) {
    return ordinary(map.shape().channels(), cols, laneBits);
  }

  /** The narrowest lanes that hold every code of a format. */
  static int narrowestLanes(TensorFormat format) {
    int bits =
        format.fold(
            fixed -> fixed.bits(), logarithmic -> logarithmic.bits(), accumulators -> Byte.SIZE);
    return bits <= 2 ? 2 : bits <= 4 ? 4 : Byte.SIZE;
  }

  /** Blocks of M lanes. */
  int blocks() {
    return lanes.size() / cols;
  }

  /** K. */
  int parts() {
    return Byte.SIZE / laneBits;
  }

  /** Lanes of a word. */
  int wordLanes() {
    return parts() * cols;
  }

  /** Words of a pixel. */
  int words() {
    return (blocks() + parts() - 1) / parts();
  }

  /** Channel of a lane of a pixel's word, or a hole. */
  int channel(int word, int lane) {
    int at = word * wordLanes() + lane;
    return at < lanes.size() ? lanes.get(at) : HOLE;
  }

  /** Lanes of a word up to the last one that holds a channel. */
  int usedLanes(int word) {
    int used = wordLanes();
    while (used > 0 && channel(word, used - 1) == HOLE) {
      used--;
    }
    return used;
  }

  /** The channels of a block. */
  List<Integer> block(int block) {
    return lanes.subList(block * cols, (block + 1) * cols);
  }

  /** The same lanes in words of others. */
  MapLayout withLaneBits(int bits) {
    return new MapLayout(cols, bits, lanes);
  }

  /**
   * The layout of a map with {@code count} channels for each one of this: piece q holds c * count +
   * q.
   */
  MapLayout multiplied(int count) {
    List<Integer> pieces = new ArrayList<>();
    for (int piece = 0; piece < count; piece++) {
      for (int channel : lanes) {
        pieces.add(channel == HOLE ? HOLE : channel * count + piece);
      }
    }
    return new MapLayout(cols, laneBits, pieces);
  }

  /** This layout with another map behind it, from a new word on. */
  MapLayout then(MapLayout next, int firstChannel) {
    List<Integer> all = new ArrayList<>(lanes);
    all.addAll(Collections.nCopies(words() * wordLanes() - lanes.size(), HOLE));
    for (int channel : next.lanes) {
      all.add(channel == HOLE ? HOLE : channel + firstChannel);
    }
    return new MapLayout(cols, laneBits, all);
  }

  private static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }
}
