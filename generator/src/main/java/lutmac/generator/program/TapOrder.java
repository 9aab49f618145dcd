package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;

/**
 * The order in which a tile's reduction takes its taps (docs/hardware.md §2): kernel rows, chunks of
 * kernel columns, input blocks, the columns of the chunk.
 *
 * @param kernelHeight kernel rows
 * @param kernelWidth kernel columns
 * @param chunk kernel columns of a phase; the last chunk may have fewer
 * @param blocks input blocks
 */
record TapOrder(int kernelHeight, int kernelWidth, int chunk, int blocks) {
  /** One kernel column of one input block. */
  record Tap(int ky, int kx, int block) {}

  int chunks() {
    return (kernelWidth + chunk - 1) / chunk;
  }

  /** Kernel columns of a phase of the last chunk. */
  int lastChunk() {
    return kernelWidth - (chunks() - 1) * chunk;
  }

  List<Tap> taps() {
    List<Tap> taps = new ArrayList<>();
    for (int ky = 0; ky < kernelHeight; ky++) {
      for (int first = 0; first < kernelWidth; first += chunk) {
        for (int block = 0; block < blocks; block++) {
          for (int kx = first; kx < Math.min(first + chunk, kernelWidth); kx++) {
            taps.add(new Tap(ky, kx, block));
          }
        }
      }
    }
    return taps;
  }
}
