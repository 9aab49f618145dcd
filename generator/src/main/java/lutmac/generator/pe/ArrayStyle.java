package lutmac.generator.pe;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;

/**
 * What the compiler must know of a processing-element style (docs/hardware.md §5): the table that
 * an array of this style is loaded with, how long it may add before it hands its sums over, and how
 * long handing over takes.
 */
public sealed interface ArrayStyle permits CsdStyle, BinsStyle {

  /** The style that a configuration names, with its parameters. */
  static ArrayStyle of(AcceleratorConfig config) {
    return switch (config.pe()) {
      case CSD -> new CsdStyle();
      case BINS -> new BinsStyle(config.binBits(), config.groupRows());
    };
  }

  /**
   * The words of the array's table, entry 0 first.
   *
   * @throws lutmac.network.BadInputException if the codebook cannot be expressed
   */
  int[] table(String layer, Codebook codebook, StepCodes codes);

  /**
   * Phases of a segment, so that nothing inside the array overflows whatever the activations are.
   *
   * @throws lutmac.network.BadInputException if not even a single phase is safe
   */
  int segmentPhases(String layer, Codebook codebook, StepCodes codes, FixedFormat input);

  /**
   * Fewest cycles from the end of one segment to the end of the next.
   *
   * @param rows rows of the array
   * @param tableEntries length of the layer's table
   */
  int segmentSpacing(int rows, int tableEntries);

  /** Cycles from a segment's last step until its last row has left. */
  int handOver(int rows, int tableEntries);

  /** One table word for people. */
  String describe(int index, int word);
}
