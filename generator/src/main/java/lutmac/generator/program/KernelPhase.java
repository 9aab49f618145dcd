package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;

/**
 * What a kernel over a map with zeros between its pixels sees of the map itself, along one axis:
 * the output positions {@code at, at + apart, ...} meet pixels at the same taps, and these taps are
 * a smaller kernel over the map as it is.
 *
 * @param at first output position
 * @param outputs how many there are
 * @param taps of the smaller kernel
 * @param lead how many of them stand in front of the kernel's and have no weight
 * @param first the kernel's tap behind these; -1 where all taps meet zeros
 * @param between taps of the kernel from one to the next
 * @param dilation pixels of the map from one to the next
 * @param pad how far the first lies in front of the map
 */
record KernelPhase(
    int at, int outputs, int taps, int lead, int first, int between, int dilation, int pad) {
  /**
   * The phases of one axis.
   *
   * @param kernel its taps
   * @param dilation of the kernel, in positions of the spaced map
   * @param pad how far it begins in front of that
   * @param spacing positions from pixel to pixel
   * @param outputs output positions
   */
  static List<KernelPhase> of(int kernel, int dilation, int pad, int spacing, int outputs) {
    List<KernelPhase> phases = new ArrayList<>();
    int common = gcd(dilation, spacing);
    int between = spacing / common;
    int apart = dilation / common;
    for (int at = 0; at < Math.min(spacing, outputs); at++) {
      int count = (outputs - at + spacing - 1) / spacing;
      int first = 0;
      while (first < Math.min(kernel, between)
          && Math.floorMod(at + first * dilation - pad, spacing) != 0) {
        first++;
      }
      if (first >= Math.min(kernel, between)) {
        phases.add(new KernelPhase(at, count, 1, 1, -1, 1, 1, 0));
        continue;
      }
      int right = (at + first * dilation - pad) / spacing;
      // A kernel starts at the map's first pixel or in front of it.
      int lead = right > 0 ? (right + apart - 1) / apart : 0;
      int taps = (kernel - 1 - first) / between + 1;
      phases.add(
          new KernelPhase(
              at, count, lead + taps, lead, first, between, apart, lead * apart - right));
    }
    return phases;
  }

  /** The kernel's tap that a tap of the smaller one is; -1 for none. */
  int tap(int smaller) {
    return first < 0 || smaller < lead ? -1 : first + (smaller - lead) * between;
  }

  /** Whether one of the kernel's taps is one of the smaller kernel. */
  boolean meets(int tap) {
    return first >= 0 && tap >= first && (tap - first) % between == 0;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
