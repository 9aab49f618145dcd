package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
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
   * The moves of some rows of some blocks of a map.
   *
   * @param address in the buffer
   * @param addressPitch words in the buffer from block to block
   * @param firstRow the first of the rows
   * @param rows how many
   * @param firstBlock the first of the blocks
   * @param blocks how many
   * @param base the area of memory
   * @param byteOffset of the whole map in it
   * @param wordBytes that a word takes there
   */
  static List<Move> ofRows(
      MapStore map,
      long address,
      long addressPitch,
      int firstRow,
      int rows,
      int firstBlock,
      int blocks,
      Base base,
      long byteOffset,
      int wordBytes) {
    int words = rows * map.rowWords();
    long first = byteOffset + wordBytes * (firstBlock * map.pitch() + firstRow * map.rowWords());
    List<Move> moves = new ArrayList<>();
    if (addressPitch == map.pitch() && words == map.pitch()) {
      long all = blocks * map.pitch();
      moves.add(new Move((int) address, (int) all, base, first, wordBytes * all));
      return moves;
    }
    for (int block = 0; block < blocks; block++) {
      moves.add(
          new Move(
              (int) (address + block * addressPitch),
              words,
              base,
              first + wordBytes * block * map.pitch(),
              (long) wordBytes * words));
    }
    return moves;
  }
}
