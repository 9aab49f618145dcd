package lutmac.generator.program;

import lutmac.generator.program.FeatureMapAllocator.Region;
import lutmac.rtl.layout.ImageField;

/**
 * What has a place of its own: a map, the maps of a concatenation together, or the network input in
 * an arrangement. It lies in the feature-map buffer as long as it is needed; or in memory beside
 * the accelerator, and strips of its rows in the buffer; or nowhere, where the layers that make and
 * read it are computed together, strip by strip.
 */
final class MapStore {
  /** Where it lies. */
  private enum Place {
    BUFFER,
    MEMORY,
    STRIPS
  }

  private final int blocks;
  private final int height;
  private final int width;
  private final int planes;
  private final int wordBytes;
  private final boolean input;
  private final Region region;
  private Place place = Place.BUFFER;
  private long pitch;

  /**
   * @param blocks words of a pixel, byte planes of accumulators not counted
   * @param planes words of a pixel in a block: 4 for accumulators, else 1
   * @param wordBytes that a word takes in memory
   * @param input whether it is the network's input, whose blocks the host lays side by side
   * @param firstGroup index of the group of layers that makes it, or first reads it of an input
   */
  MapStore(
      int blocks, int height, int width, int planes, int wordBytes, boolean input, int firstGroup) {
    this.blocks = blocks;
    this.height = height;
    this.width = width;
    this.planes = planes;
    this.wordBytes = wordBytes;
    this.input = input;
    this.region = new Region((long) blocks * height * width * planes, StripGroup.body(firstGroup));
    this.pitch = (long) height * width * planes;
  }

  void keepUntil(int group) {
    region.keepUntil(StripGroup.lastStrip(group));
  }

  /** Where it lies in the buffer, if it does, and how long it is needed. */
  Region region() {
    return region;
  }

  boolean isInput() {
    return input;
  }

  /** Whether it lies in the buffer whole. */
  boolean onChip() {
    return place == Place.BUFFER;
  }

  /** Whether it lies in memory. */
  boolean inMemory() {
    return place == Place.MEMORY;
  }

  /** Whether there are only strips of it. */
  boolean inStrips() {
    return place == Place.STRIPS;
  }

  void handOnInStrips() {
    place = Place.STRIPS;
  }

  /** Whether strips of it can be found in memory. */
  boolean movable() {
    return !input || blocks == 1 || pitch % wordUnit() == 0;
  }

  /** Takes it out of the buffer. */
  void moveOut() {
    place = Place.MEMORY;
    if (!input) {
      pitch = (pitch + wordUnit() - 1) / wordUnit() * wordUnit();
    }
  }

  /** The least number of words whose bytes are whole units of what memory is addressed by. */
  private int wordUnit() {
    int unit = 1;
    while (unit * wordBytes % ImageField.ALIGNMENT_BYTES != 0) {
      unit++;
    }
    return unit;
  }

  /** The least number of rows that begin where memory can be addressed. */
  int rowUnit() {
    int unit = 1;
    while ((long) unit * rowWords() % wordUnit() != 0) {
      unit++;
    }
    return unit;
  }

  int blocks() {
    return blocks;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  /** Words of a row of a block. */
  int rowWords() {
    return width * planes;
  }

  /** Words from one block to the next, where it lies whole. */
  long pitch() {
    return pitch;
  }

  /** Words that it takes in memory, up to where the next may begin. */
  long memoryWords() {
    return (blocks * pitch + wordUnit() - 1) / wordUnit() * wordUnit();
  }

  /** Bytes that words of it take in memory. */
  long memoryBytes(long words) {
    return words * wordBytes;
  }
}
