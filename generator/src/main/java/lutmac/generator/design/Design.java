package lutmac.generator.design;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.program.CompiledNetwork;

/**
 * A network together with the hardware that runs it.
 *
 * @param compiled program and memory images
 * @param rtl SystemVerilog by file name; the top module is {@code lutmac_top}
 */
public record Design(CompiledNetwork compiled, SortedMap<String, String> rtl) {
  public Design {
    rtl = Collections.unmodifiableSortedMap(new TreeMap<>(rtl));
  }
}
