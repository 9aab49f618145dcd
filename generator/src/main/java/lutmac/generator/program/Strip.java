package lutmac.generator.program;

import java.util.Optional;

/**
 * Rows of the map that a layer writes, which a descriptor makes, and what lies in the buffer
 * meanwhile.
 *
 * @param first the first of these rows
 * @param count how many
 * @param input the rows of the input that lie in the buffer, among them all that are read
 * @param output the rows of the written map that have a place in the buffer, among them these
 * @param skip the rows of the map that is added
 */
record Strip(int first, int count, StoredRows input, StoredRows output, Optional<StoredRows> skip) {
  /** All rows, of maps that lie in the buffer whole. */
  static Strip whole(HardwareLayer layer, Arrangement input) {
    StoredRows output = StoredRows.whole(layer.output().shape());
    return new Strip(
        0,
        output.count(),
        StoredRows.whole(input.height(), input.width()),
        output,
        layer.skipSource().map(skip -> StoredRows.whole(skip.shape())));
  }
}
