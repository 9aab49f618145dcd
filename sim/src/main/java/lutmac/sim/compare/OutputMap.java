package lutmac.sim.compare;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.program.LayerPlacement;
import lutmac.network.format.TensorFormat;
import lutmac.network.shape.Shape;
import lutmac.sim.harness.Job;

/**
 * Which part of which feature-map word of a layer's output holds what (docs/hardware.md §2). What
 * the core writes in one go, M lanes of one pixel, is a <em>slot</em>: block by block, pixel by
 * pixel of those that the layer writes, of accumulators byte plane by byte plane.
 */
final class OutputMap {
  private static final int RAW_PLANES = 4;

  /** Write strobes of a word, one a quarter. */
  private static final int STROBES = 4;

  private final LayerPlacement placement;
  private final Shape shape;
  private final int cols;
  private final int planes;
  private final int parts;
  private final int slotsPerBlock;

  OutputMap(LayerPlacement placement, int cols) {
    this.placement = placement;
    this.shape = placement.output().shape();
    this.cols = cols;
    this.planes = placement.raw() ? RAW_PLANES : 1;
    this.parts = Byte.SIZE / placement.laneBits();
    this.slotsPerBlock = placement.pixels().size() * planes;
  }

  LayerPlacement placement() {
    return placement;
  }

  /** Slots of the whole output. */
  int slots() {
    return placement.blocks().size() * slotsPerBlock;
  }

  /**
   * The slot that a write fills, or -1 if it is not part of the output.
   *
   * @param strobes which quarters of the word are written
   */
  int slot(int address, int strobes) {
    int part = 0;
    while (part < parts && strobes != strobes(part)) {
      part++;
    }
    int before = placement.pixels().firstRow() * shape.width() * planes;
    int offset = address - placement.baseAddress() - before;
    if (part == parts || offset < 0) {
      return -1;
    }
    int wordBlock = wordBlocks() == 1 ? 0 : offset / placement.blockStride();
    return slot(wordBlock, part, before + offset - wordBlock * placement.blockStride());
  }

  /** The slots in the word at an address. */
  List<Integer> slotsAt(int address) {
    List<Integer> slots = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int slot = slot(address, strobes(part));
      if (slot >= 0) {
        slots.add(slot);
      }
    }
    return slots;
  }

  private int slot(int wordBlock, int part, int inBlock) {
    int block = wordBlock * parts + part - placement.part();
    boolean exists =
        block >= 0 && block < placement.blocks().size() && inBlock < shape.pixels() * planes;
    int pixel = exists ? placement.pixels().indexOf(inBlock / planes) : -1;
    return pixel < 0 ? -1 : block * slotsPerBlock + pixel * planes + inBlock % planes;
  }

  private int strobes(int part) {
    int ofPart = STROBES / parts;
    return (1 << ofPart) - 1 << part * ofPart;
  }

  private int wordBlocks() {
    return (placement.part() + placement.blocks().size() + parts - 1) / parts;
  }

  /** The word that a slot lies in. */
  int address(int slot) {
    int wordBlock = (placement.part() + block(slot)) / parts;
    return placement.baseAddress()
        + wordBlock * placement.blockStride()
        + pixel(slot) * planes
        + plane(slot);
  }

  int y(int slot) {
    return pixel(slot) / shape.width();
  }

  int x(int slot) {
    return pixel(slot) % shape.width();
  }

  /** The channel that a lane of a slot holds, -1 where it may hold anything. */
  int channel(int slot, int lane) {
    return placement.blocks().get(block(slot)).get(lane);
  }

  /** The first lane of a slot that holds a channel; 0 if none does. */
  int firstLane(int slot) {
    int lane = 0;
    while (lane < cols && channel(slot, lane) == LayerPlacement.HOLE) {
      lane++;
    }
    return lane % cols;
  }

  /**
   * The codes of a slot.
   *
   * @param words whole words as the hardware has them
   * @param word which of them is the slot's
   * @return the bits of each of the M lanes
   */
  byte[] codes(int slot, byte[] words, int word) {
    int bits = placement.laneBits();
    int part = (placement.part() + block(slot)) % parts;
    byte[] codes = new byte[cols];
    for (int lane = 0; lane < cols; lane++) {
      int bit = (part * cols + lane) * bits;
      int at = Byte.toUnsignedInt(words[word * cols + bit / Byte.SIZE]) >> bit % Byte.SIZE;
      codes[lane] = (byte) (at & (1 << bits) - 1);
    }
    return codes;
  }

  /** The code that a lane of a slot must hold, given the golden tensor {@code [C, H, W]}. */
  byte expected(int[] golden, int slot, int lane) {
    int value = value(golden, slot, lane);
    if (placement.raw()) {
      return (byte) (value >> Byte.SIZE * plane(slot));
    }
    int mask = (1 << placement.laneBits()) - 1;
    return (byte)
        (int)
            format()
                .fold(
                    fixed -> value & mask,
                    logarithmic -> logarithmic.encode(value),
                    accumulators -> value & mask);
  }

  /** The golden integer that a lane of a slot belongs to; 0 if it holds no channel. */
  int value(int[] golden, int slot, int lane) {
    return channel(slot, lane) == LayerPlacement.HOLE ? 0 : golden[index(slot, lane)];
  }

  /** Where in the tensor {@code [C, H, W]} a lane of a slot belongs that holds a channel. */
  int index(int slot, int lane) {
    return channel(slot, lane) * shape.pixels() + pixel(slot);
  }

  /**
   * The integer that the hardware has where a lane of a slot belongs.
   *
   * @param contents M codes of every slot as written
   */
  int actual(byte[] contents, int slot, int lane) {
    if (placement.raw()) {
      int value = 0;
      int first = slot - plane(slot);
      for (int plane = 0; plane < RAW_PLANES; plane++) {
        int code = Byte.toUnsignedInt(contents[(first + plane) * cols + lane]);
        value |= code << Byte.SIZE * plane;
      }
      return value;
    }
    int code = Byte.toUnsignedInt(contents[slot * cols + lane]);
    int above = Integer.SIZE - placement.laneBits();
    return format()
        .fold(
            fixed -> fixed.signed() ? code << above >> above : code,
            logarithmic -> code < 1 << logarithmic.bits() ? logarithmic.decode(code) : -code,
            accumulators -> code);
  }

  private TensorFormat format() {
    return placement.output().format();
  }

  /** What the host reads: the words of every block of words. */
  List<Job.Region> regions() {
    return placement.regions().stream()
        .map(region -> new Job.Region(region.address(), region.words()))
        .toList();
  }

  /**
   * The slots in a word of one of the {@link #regions}.
   *
   * @param word counted within the region
   */
  List<Integer> slotsOf(int region, int word) {
    List<Integer> slots = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int slot = slot(region, part, word);
      if (slot >= 0) {
        slots.add(slot);
      }
    }
    return slots;
  }

  private int block(int slot) {
    return slot / slotsPerBlock;
  }

  private int pixel(int slot) {
    return placement.pixels().pixel(slot % slotsPerBlock / planes);
  }

  private int plane(int slot) {
    return slot % slotsPerBlock % planes;
  }
}
