package lutmac.generator.program;

import lutmac.generator.program.FeatureMapAllocator.Region;

/**
 * What has a place of its own: a map, the maps of a concatenation together, or the network input in
 * an arrangement. It lies in the feature-map buffer as long as it is needed, or in memory beside
 * the accelerator, and strips of its rows in the buffer.
 */
final class MapStore {
  private final int blocks;
  private final int height;
  private final int width;
  private final int planes;
  private final Region region;
  private boolean onChip = true;
  private long pitch;

  /**
   * @param blocks words of a pixel, byte planes of accumulators not counted
   * @param planes words of a pixel in a block: 4 for accumulators, else 1
   * @param firstLayer index of the layer that makes it, or first reads it of an input
   */
  MapStore(int blocks, int height, int width, int planes, int firstLayer) {
    this.blocks = blocks;
    this.height = height;
    this.width = width;
    this.planes = planes;
    this.region =
        new Region((long) blocks * height * width * planes, StripPlanner.body(firstLayer));
    this.pitch = (long) height * width * planes;
  }

  void keepUntil(int layer) {
    region.keepUntil(StripPlanner.lastStrip(layer));
  }

  /** Where it lies in the buffer, if it does, and how long it is needed. */
  Region region() {
    return region;
  }

  boolean onChip() {
    return onChip;
  }

  /**
   * Takes it out of the buffer.
   *
   * @param wordUnit words that are what memory is addressed by
   */
  void moveOffChip(int wordUnit) {
    onChip = false;
    pitch = (pitch + wordUnit - 1) / wordUnit * wordUnit;
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

  int planes() {
    return planes;
  }

  /** Words of a row of a block. */
  int rowWords() {
    return width * planes;
  }

  /** Off chip, words from one block to the next. */
  long pitch() {
    return pitch;
  }

  /** Words that it takes off chip. */
  long offChipWords() {
    return blocks * pitch;
  }
}
