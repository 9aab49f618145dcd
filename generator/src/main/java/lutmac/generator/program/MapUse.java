package lutmac.generator.program;

/**
 * Some blocks of a store.
 *
 * @param firstBlock words of a pixel in front of them
 * @param blocks words of a pixel
 */
record MapUse(MapStore store, int firstBlock, int blocks) {
  /** All of a store. */
  static MapUse whole(MapStore store) {
    return new MapUse(store, 0, store.blocks());
  }
}
