package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import lutmac.network.format.Codebook;

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
   * @param given parameters that are decided already, by name
   * @param cycles predicts the cycles of the network on an array of this style with any parameters,
   *     {@link Long#MAX_VALUE} if it cannot be compiled for that; takes a while
   * @throws IllegalArgumentException if a given value is out of its parameter's range
   */
  default PeStyle suited(Map<String, Integer> given, ToLongFunction<PeStyle> cycles) {
    return with(given);
  }

  /**
   * The templates of the array, whose module is {@code mac_array} in every style, and of the
   * modules in it.
   */
  default List<String> templates() {
    return List.of("mac_array_" + name());
  }

  /** Whether one entry of the array's table can express a weight, of -128..127. */
  boolean computes(int level);

  /** Planes that an array can hold tables of. */
  default int mostPlanes() {
    return 4;
  }

  /**
   * Whether a segment ends with its plane, so that the walk takes all taps of one plane before
   * those of the next; else a phase takes its steps once for every plane.
   */
  default boolean planeSegments() {
    return false;
  }

  /**
   * The words of the array's table, entry 0 first.
   *
   * @param planes codebooks whose levels in use the style {@linkplain #computes computes}, one a
   *     plane of {@code codes}
   * @throws lutmac.network.BadInputException if the codebooks cannot be expressed
   */
  int[] table(String layer, List<Codebook> planes, StepCodes codes);

  /** One table word for people. */
  String describe(int index, int word);

  /**
   * Taps of a segment, so that nothing inside the array overflows whatever the activations are.
   * They are counted through the planes of a phase; where {@linkplain #planeSegments segments end
   * with their plane}, within a plane.
   *
   * @param minX smallest activation, at most 0
   * @param maxX largest activation, at least 0
   * @throws lutmac.network.BadInputException if not even a single tap is safe
   */
  default int segmentTaps(
      String layer, List<Codebook> planes, StepCodes codes, long minX, long maxX) {
    return planeSegments() ? codes.taps() : codes.planes() * codes.taps();
  }

  /** Cycles that the array takes for a step of a plane of a layer with this table. */
  default int stepCycles(List<Integer> table, int plane) {
    return 1;
  }

  /**
   * Fewest cycles from the end of one segment to the end of the next, while rows are taken as they
   * come.
   *
   * @param rows rows of the array
   * @param table the layer's table
   * @param plane plane of the one segment, where {@linkplain #planeSegments segments have one}
   */
  int segmentSpacing(int rows, List<Integer> table, int plane);

  /** Cycles from a segment's last step until its last row has left, if no other one holds it up. */
  default int handOver(int rows, List<Integer> table, int plane) {
    return segmentSpacing(rows, table, plane) - 1;
  }

  /**
   * How the sums of a segment are added up while they leave, slot by slot.
   *
   * @param entries cycles of a slot
   * @param rows rows of a slot; the last one may have fewer
   */
  record SlotDrain(int entries, int rows) {}

  /** How sums leave where {@linkplain #planeSegments segments end with their plane}. */
  default Optional<SlotDrain> drain(int rows, List<Integer> table, int plane) {
    return Optional.empty();
  }

  /** The arrays whose area {@code make area} measures. */
  List<AreaBound> areaBounds();
}
