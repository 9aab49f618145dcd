package lutmac.generator.program;

import lutmac.generator.pe.StepCodes;

/**
 * The weights of a descriptor in the order in which the array takes them (docs/hardware.md §2).
 *
 * @param codes of every plane, its steps
 * @param phaseStarts first step of every stretch of steps that is taken once for every plane, and
 *     behind them the steps of a plane
 * @param codePack words hold {@code 2^codePack} steps of codes of {@code 4 >> codePack} bits
 */
record WeightStream(StepCodes codes, int[] phaseStarts, int codePack) {
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
