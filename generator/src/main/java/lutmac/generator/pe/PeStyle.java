package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * A style of processing elements (docs/hardware.md §5): how an array multiplies and adds, and all
 * that the compiler, the emitter, the command and the tests ask about it. An implementation is a
 * record of its parameters. A new style is such a record, its template, and a line in {@link
 * PeStyles}.
 */
public interface PeStyle {

  /** The name on the command line, in {@code design.json} and in reports. */
  String name();

  /** What it does and what it is good for, in a few words for {@code --help}. */
  String summary();

  /** What can be chosen about it. */
  List<StyleParameter> parameters();

  /**
   * The value of every parameter by its name, in the order of {@link #parameters()}. They are
   * variables of the template, too.
   */
  Map<String, Integer> values();

  /**
   * This style with other parameters.
   *
   * @param values by parameter name; the other parameters stay as they are, names that are none of
   *     this style's are ignored
   * @throws IllegalArgumentException if a value is out of its parameter's range
   */
  PeStyle with(Map<String, Integer> values);

  /**
   * This style with the parameters that suit a network best.
   *
   * @param rows rows of the array
   * @param cols columns of the array
   * @param given parameters that are decided already, by name
   * @throws IllegalArgumentException if a given value is out of its parameter's range
   */
  default PeStyle suited(QuantizedNetwork network, int rows, int cols, Map<String, Integer> given) {
    return with(given);
  }

  /** The template of the array; its module is {@code mac_array} in every style. */
  default String template() {
    return "mac_array_" + name();
  }

  /**
   * The words of the array's table, entry 0 first.
   *
   * @throws lutmac.network.BadInputException if the codebook cannot be expressed
   */
  int[] table(String layer, Codebook codebook, StepCodes codes);

  /** One table word for people. */
  String describe(int index, int word);

  /**
   * Phases of a segment, so that nothing inside the array overflows whatever the activations are.
   *
   * @throws lutmac.network.BadInputException if not even a single phase is safe
   */
  default int segmentPhases(String layer, Codebook codebook, StepCodes codes, FixedFormat input) {
    return codes.phases();
  }

  /** Cycles that the array takes for a step of a layer with this table. */
  default int stepCycles(List<Integer> table) {
    return 1;
  }

  /**
   * Fewest cycles from the end of one segment to the end of the next.
   *
   * @param rows rows of the array
   * @param table the layer's table
   */
  int segmentSpacing(int rows, List<Integer> table);

  /** Cycles from a segment's last step until its last row has left. */
  int handOver(int rows, List<Integer> table);

  /** The arrays whose area {@code make area} measures. */
  List<AreaBound> areaBounds();
}
