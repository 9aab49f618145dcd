package lutmac.generator.design;

import java.util.Collections;
import java.util.SortedMap;
import lutmac.generator.emit.CompileOrder;
import lutmac.generator.program.CompiledNetwork;

/**
 * A network together with the hardware that runs it.
 *
 * @param compiled program and memory images
 * @param rtl SystemVerilog by file name, in {@link CompileOrder} whatever the order of the
 *     argument; the top module is {@code lutmac_top}
 */
public record Design(CompiledNetwork compiled, SortedMap<String, String> rtl) {
  public Design {
    SortedMap<String, String> ordered = CompileOrder.files();
    ordered.putAll(rtl);
    rtl = Collections.unmodifiableSortedMap(ordered);
  }
}
