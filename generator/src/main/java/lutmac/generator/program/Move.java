package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.program.StripRows.Rows;
import lutmac.rtl.layout.Base;

/**
 * Words that go between the feature-map buffer and memory.
 *
 * @param address of the first word in the buffer
 * @param words how many
 * @param base the area of memory
 * @param byteOffset where they begin in it
 * @param bytes that they take there
 */
record Move(int address, int words, Base base, long byteOffset, long bytes) {
  /** Whether the words in memory are some of another's. */
  boolean meetsInMemory(Move other) {
    return base == other.base
        && byteOffset < other.byteOffset + other.bytes
        && other.byteOffset < byteOffset + bytes;
  }

  WordRange inBuffer() {
    return new WordRange(address, words);
  }

  /**
   * Where a map lies in memory.
   *
   * @param base the area
   * @param byteOffset of its block 0 in it
   */
  record Place(Base base, long byteOffset) {}

  /**
   * The moves of some blocks of a map that lies in the buffer whole.
   *
   * @param address of the first of the blocks in the buffer
   */
  static List<Move> ofMap(MapUse use, long address, Place place) {
    MapStore map = use.store();
    return ofRows(use, address, map.pitch(), new Rows(0, map.height()), place);
  }

  /**
   * The moves of some rows of some blocks of a map, which lie in the buffer side by side.
   *
   * @param address of the first of the blocks in the buffer
   */
  static List<Move> ofRows(MapUse use, long address, Rows rows, Place place) {
    return ofRows(use, address, (long) rows.count() * use.store().rowWords(), rows, place);
  }

  private static List<Move> ofRows(
      MapUse use, long address, long addressPitch, Rows rows, Place place) {
    MapStore map = use.store();
    int words = rows.count() * map.rowWords();
    long first =
        place.byteOffset()
            + map.memoryBytes(use.firstBlock() * map.pitch() + (long) rows.from() * map.rowWords());
    List<Move> moves = new ArrayList<>();
    if (addressPitch == map.pitch() && words == map.pitch()) {
      long all = use.blocks() * map.pitch();
      moves.add(new Move((int) address, (int) all, place.base(), first, map.memoryBytes(all)));
      return moves;
    }
    for (int block = 0; block < use.blocks(); block++) {
      moves.add(
          new Move(
              (int) (address + block * addressPitch),
              words,
              place.base(),
              first + map.memoryBytes(block * map.pitch()),
              map.memoryBytes(words)));
    }
    return moves;
  }
}
