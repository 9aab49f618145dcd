package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.rtl.layout.DescriptorField;

/**
 * Bits that the core's counters and coordinates need for a layer. Counts are unsigned, coordinates
 * of the walk two's complement. Deltas may wrap around: sums of them do not.
 */
final class CountBits {
  private static final List<DescriptorField> COUNTS =
      List.of(
          PX_N,
          PY_N,
          WX_N,
          WY_N,
          KY_N,
          KX_N,
          CB_N,
          LANES_FULL,
          LANES_LAST,
          OB_N,
          TILE_N,
          WINDOW_N,
          SEG_N,
          SEG_TAPS,
          EDGE_TILE);

  private CountBits() {}

  static int of(Descriptor layer) {
    int most = COUNTS.stream().mapToInt(layer::getInt).max().orElseThrow();
    return Math.max(
        Integer.SIZE - Integer.numberOfLeadingZeros(most), Math.max(xBits(layer), yBits(layer)));
  }

  /** Whether no layer counts further than the core. */
  static boolean fit(List<LoweredLayer> layers, int bits) {
    return layers.stream().allMatch(layer -> of(layer.descriptor()) <= bits);
  }

  /**
   * Refuses a layer that counts further than the core.
   *
   * @throws BadInputException if one of the layers needs more bits
   */
  static void require(List<LoweredLayer> layers, int bits) {
    for (LoweredLayer layer : layers) {
      int needed = of(layer.descriptor());
      if (needed > bits) {
        throw new BadInputException(
            ("layer '%s': its counts and coordinates need %d bits, the accelerator counts with %d;"
                    + " generate a design for this network")
                .formatted(layer.layer().name(), needed, bits));
      }
    }
  }

  /** Of every x that is looked at, also of words that a row asks for behind its last pixel. */
  private static int xBits(Descriptor layer) {
    Reach reach = new Reach(layer.get(START_X));
    long py = layer.get(PY_DX);
    long wx = layer.get(WX_DX) + (layer.get(PY_N) - 1) * py;
    long wy = layer.get(WY_DX) + (layer.get(WX_N) - 1) * wx + (layer.get(PY_N) - 1) * py;
    long kx = layer.get(KX_DX);
    long ky = layer.get(KY_DX) + (layer.get(KX_N) - 1) * kx;
    reach.add(layer.get(PX_N), layer.get(STRIDE));
    reach.add(layer.get(PY_N), py);
    reach.add(layer.get(WX_N), wx);
    reach.add(layer.get(WY_N), wy);
    reach.add(layer.get(KX_N), kx);
    reach.add(layer.get(KY_N), ky);
    reach.add(2, Math.max(layer.get(TAPS_FULL), layer.get(STRIDE)) + 1);
    reach.cover(layer.get(IN_W));
    return reach.bits();
  }

  private static int yBits(Descriptor layer) {
    Reach reach = new Reach(layer.get(START_Y));
    long py = layer.get(PY_DY);
    long wx = layer.get(WX_DY) + (layer.get(PY_N) - 1) * py;
    long wy = layer.get(WY_DY) + (layer.get(WX_N) - 1) * wx + (layer.get(PY_N) - 1) * py;
    reach.add(layer.get(PY_N), py);
    reach.add(layer.get(WX_N), wx);
    reach.add(layer.get(WY_N), wy);
    reach.add(layer.get(KY_N), layer.get(KY_DY));
    reach.cover(layer.get(IN_H));
    return reach.bits();
  }

  /** The least and the greatest of some sums. */
  private static final class Reach {
    private long least;
    private long greatest;

    Reach(long start) {
      least = start;
      greatest = start;
    }

    /** A level of so many positions, a step apart. */
    void add(long positions, long step) {
      long last = Math.max(0, positions - 1) * step;
      least += Math.min(0, last);
      greatest += Math.max(0, last);
    }

    void cover(long value) {
      greatest = Math.max(greatest, value);
    }

    /** Of a two's complement number that holds them all. */
    int bits() {
      long largest = Math.max(greatest, -least - 1);
      return Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, largest)) + 1;
    }
  }
}
