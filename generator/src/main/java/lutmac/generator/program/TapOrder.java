package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The order in which a tile's reduction takes its taps (docs/hardware.md §2): kernel rows, chunks
 * of kernel columns, words of the pixel, the columns of the chunk.
 *
 * @param kernelHeight kernel rows
 * @param kernelWidth kernel columns
 * @param chunk kernel columns of a phase; the last chunk may have fewer
 * @param words words of a pixel
 */
record TapOrder(int kernelHeight, int kernelWidth, int chunk, int words) {
  /** One kernel column of one word. */
  record Tap(int ky, int kx, int word) {}

  int chunks() {
    return (kernelWidth + chunk - 1) / chunk;
  }

  /** Kernel columns of a phase of the last chunk. */
  int lastChunk() {
    return kernelWidth - (chunks() - 1) * chunk;
  }

  /** The taps in order. */
  List<Tap> taps() {
    List<Tap> taps = new ArrayList<>();
    for (int ky = 0; ky < kernelHeight; ky++) {
      for (int first = 0; first < kernelWidth; first += chunk) {
        for (int word = 0; word < words; word++) {
          for (int kx = first; kx < Math.min(first + chunk, kernelWidth); kx++) {
            taps.add(new Tap(ky, kx, word));
          }
        }
      }
    }
    return taps;
  }

  /** Number of taps of every phase in order. */
  List<Integer> phases() {
    List<Integer> phases = new ArrayList<>();
    for (int ky = 0; ky < kernelHeight; ky++) {
      for (int first = 0; first < kernelWidth; first += chunk) {
        phases.addAll(Collections.nCopies(words, Math.min(chunk, kernelWidth - first)));
      }
    }
    return phases;
  }
}
