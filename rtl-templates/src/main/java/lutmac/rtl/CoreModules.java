package lutmac.rtl;

import java.util.List;
import java.util.stream.Stream;

/** The package and the modules that make up one core, as {@link RtlTemplates} names them. */
public final class CoreModules {
  /** The package that the modules use; no variables. */
  public static final String PACKAGE = "lutmac_pkg";

  /** What all other modules use for guards of parameters and for assertions; no variables. */
  public static final List<String> CONTRACTS =
      List.of("parameter_range", "contract", "stream_contract");

  private CoreModules() {}

  /**
   * The templates of a core: the {@link #PACKAGE}, which tools must read first, then the modules in
   * the order of instantiation, from the top {@code lutmac_core} on, {@link #CONTRACTS} last. Their
   * variables are {@code rows}, {@code cols}, {@code accBits}, {@code fmAddrBits}, {@code
   * weightAddrBits}, {@code paramAddrBits} and {@code programAddrBits}.
   *
   * @param array the template of the array, whose module is {@code mac_array} whatever the style of
   *     its processing elements; it may have further variables
   */
  public static List<String> withArray(String array) {
    return Stream.concat(
            Stream.of(
                PACKAGE,
                "lutmac_core",
                "sequencer",
                "pixel_walker",
                "weight_walker",
                "row_feeder",
                array,
                "row_accumulator",
                "skip_walker",
                "requantizer",
                "skip_decoder",
                "log_encoder",
                "map_writer"),
            CONTRACTS.stream())
        .toList();
  }
}
