package lutmac.rtl;

import java.util.ArrayList;
import java.util.List;

/** The modules that make up one core, as {@link RtlTemplates} names them. */
public final class CoreModules {
  /** Styles of the processing elements that have an array template. */
  public static final List<String> PE_STYLES = List.of("bins", "csd");

  /** What all other modules use for guards of parameters and for assertions; no variables. */
  public static final List<String> CONTRACTS =
      List.of("parameter_range", "contract", "stream_contract");

  private CoreModules() {}

  /**
   * The templates of a core in the order of instantiation, the top {@code lutmac_core} first, {@link
   * #CONTRACTS} last. Their
   * variables are {@code rows}, {@code cols}, {@code accBits}, {@code binBits}, {@code groupRows},
   * {@code fmAddrBits}, {@code weightAddrBits}, {@code paramAddrBits} and {@code programAddrBits}.
   *
   * @param peStyle one of {@link #PE_STYLES}; it chooses the template of the array, whose module is
   *     {@code mac_array} in every style
   * @throws IllegalArgumentException if there is no such style
   */
  public static List<String> names(String peStyle) {
    if (!PE_STYLES.contains(peStyle)) {
      throw new IllegalArgumentException(
          "no processing element style '%s', there are %s".formatted(peStyle, PE_STYLES));
    }
    List<String> names = new ArrayList<>(List.of(
        "lutmac_core",
        "sequencer",
        "pixel_walker",
        "weight_walker",
        "row_feeder",
        "mac_array_" + peStyle,
        "row_accumulator",
        "skip_walker",
        "requantizer",
        "max_writer"));
    names.addAll(CONTRACTS);
    return names;
  }
}
