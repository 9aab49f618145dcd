package lutmac.generator.program;

import java.util.Arrays;
import lutmac.generator.pe.StepCodes;

/**
 * The weights of a descriptor in the order in which the array takes them (docs/hardware.md §2).
 *
 * @param codes of every plane, its steps
 * @param phaseStarts first step of every stretch of steps that is taken once for every plane, and
 *     behind them the steps of a plane
 * @param kernelRows how many weights of the layer a block takes in a kernel row, {@code
 *     [block][ky]}; steps of a lane without a weight and of further planes left out
 * @param codePack words hold {@code 2^codePack} steps of codes of {@code 4 >> codePack} bits
 */
record WeightStream(StepCodes codes, int[] phaseStarts, long[][] kernelRows, int codePack) {
  /** Steps of a tile. */
  int steps() {
    return codes.planes() * codes.steps();
  }

  /** Words of a block. */
  int blockWords() {
    return (steps() + (1 << codePack) - 1) >> codePack;
  }

  long words() {
    return (long) codes.blocks() * blockWords();
  }

  /**
   * Multiply-accumulates of one image, those at the map's padding included.
   *
   * @param layer the descriptor
   * @param rows P
   */
  long macs(Descriptor layer, int rows) {
    long macs = 0;
    for (long[] block : kernelRows) {
      for (int row = 0; row < block.length; row++) {
        macs += block[row] * EdgeTiles.pixels(layer, row, rows);
      }
    }
    return macs;
  }

  /**
   * The weights of some of the blocks.
   *
   * @param first the first of them
   * @param count how many
   */
  WeightStream ofBlocks(int first, int count) {
    return new WeightStream(
        codes.ofBlocks(first, count),
        phaseStarts,
        Arrays.copyOfRange(kernelRows, first, first + count),
        codePack);
  }

  /** {@code plane * codes.steps() + step} of every step of a tile. */
  int[] order() {
    int[] order = new int[steps()];
    int at = 0;
    for (int phase = 0; phase + 1 < phaseStarts.length; phase++) {
      for (int plane = 0; plane < codes.planes(); plane++) {
        for (int step = phaseStarts[phase]; step < phaseStarts[phase + 1]; step++) {
          order[at++] = plane * codes.steps() + step;
        }
      }
    }
    return order;
  }
}
