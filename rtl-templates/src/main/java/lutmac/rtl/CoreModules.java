package lutmac.rtl;

import java.util.List;

/** The modules that make up one core, as {@link RtlTemplates} names them. */
public final class CoreModules {
  private CoreModules() {}

  /**
   * The templates of a core in the order of instantiation, the top {@code lutmac_core} first. Their
   * variables are {@code rows}, {@code cols}, {@code accBits}, {@code fmAddrBits}, {@code
   * weightAddrBits}, {@code paramAddrBits} and {@code programAddrBits}.
   *
   * @param array the template of the array, whose module is {@code mac_array} whatever the style of
   *     its processing elements; it may have further variables
   */
  public static List<String> withArray(String array) {
    return List.of(
        "lutmac_core",
        "sequencer",
        "pixel_walker",
        "weight_walker",
        "row_feeder",
        array,
        "row_accumulator",
        "skip_walker",
        "requantizer",
        "max_writer");
  }
}
