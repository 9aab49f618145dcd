package lutmac.generator.design;

import java.util.Collections;
import java.util.SortedMap;
import lutmac.generator.emit.CompileOrder;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;

/**
 * A network together with the hardware that runs it.
 *
 * @param name what the names of its modules begin with
 * @param compiled program and memory images
 * @param rtl SystemVerilog by file name, in {@link CompileOrder} whatever the order of the
 *     argument; the top module is {@link DesignName#top}
 */
public record Design(DesignName name, CompiledNetwork compiled, SortedMap<String, String> rtl) {
  public Design {
    SortedMap<String, String> ordered = CompileOrder.files();
    ordered.putAll(rtl);
    rtl = Collections.unmodifiableSortedMap(ordered);
  }
}
