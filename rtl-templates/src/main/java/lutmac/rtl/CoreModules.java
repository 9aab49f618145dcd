package lutmac.rtl;

import java.util.List;
import java.util.stream.Stream;

/** The package and the modules that make up one core, as {@link RtlTemplates} names them. */
public final class CoreModules {
  /** Styles of the processing elements that have an array template. */
  public static final List<String> PE_STYLES = List.of("bins", "csd");

  /** The package that the modules use; no variables. */
  public static final String PACKAGE = "lutmac_pkg";

  /** What all other modules use for guards of parameters and for assertions; no variables. */
  public static final List<String> CONTRACTS =
      List.of("parameter_range", "contract", "stream_contract");

  private CoreModules() {}

  /**
   * The templates of a core: the {@link #PACKAGE}, which tools must read first, then the modules in
   * the order of instantiation, from the top {@code lutmac_core} on, {@link #CONTRACTS} last. Their
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
    return Stream.concat(
            Stream.of(
                PACKAGE,
                "lutmac_core",
                "sequencer",
                "pixel_walker",
                "weight_walker",
                "row_feeder",
                "mac_array_" + peStyle,
                "row_accumulator",
                "skip_walker",
                "requantizer",
                "max_writer"),
            CONTRACTS.stream())
        .toList();
  }
}
