package lutmac.rtl;

import java.util.ArrayList;
import java.util.List;

/** The package and the modules that make up one core, as {@link RtlTemplates} names them. */
public final class CoreModules {
  /** The package that the modules use; no variables. */
  public static final String PACKAGE = "lutmac_pkg";

  /** What all other modules use for guards of parameters and for assertions; no variables. */
  public static final List<String> CONTRACTS =
      List.of("parameter_range", "contract", "stream_contract", "array_contract");

  /** The memories of the shell's buffers and queues; no variables. */
  public static final List<String> MEMORIES = List.of("block_memory", "queue_memory");

  private CoreModules() {}

  /**
   * The templates of a core: the {@link #PACKAGE}, which tools must read first, then the modules in
   * the order of instantiation, from the top {@code lutmac_core} on, {@link #CONTRACTS} last. Their
   * variables are {@code rows}, {@code cols}, {@code accBits}, {@code fmAddrBits}, {@code
   * weightAddrBits}, {@code paramAddrBits} and {@code programAddrBits}.
   *
   * @param array the templates of the array, whose module is {@code mac_array} whatever the style
   *     of its processing elements, and of the modules in it; they may have further variables
   */
  public static List<String> withArray(List<String> array) {
    List<String> modules =
        new ArrayList<>(
            List.of(
                PACKAGE,
                "lutmac_core",
                "sequencer",
                "run_walker",
                "run_reader",
                "weight_walker",
                "code_unpacker",
                "row_feeder",
                "lane_unpacker",
                "log_decoder",
                "row_accumulator",
                "skip_walker",
                "requantizer",
                "slice_counter",
                "lane_slice",
                "skip_decoder",
                "log_encoder",
                "activation_table",
                "map_writer"));
    modules.addAll(modules.indexOf("row_feeder") + 1, array);
    modules.addAll(CONTRACTS);
    return List.copyOf(modules);
  }
}
