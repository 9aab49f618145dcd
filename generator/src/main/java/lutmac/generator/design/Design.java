package lutmac.generator.design;

import java.util.Collections;
import java.util.List;
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
 * @param edited files that are not as they were written, by their path in the design's directory;
 *     in order
 */
public record Design(
    DesignName name, CompiledNetwork compiled, SortedMap<String, String> rtl, List<String> edited) {
  public Design {
    edited = List.copyOf(edited);
    SortedMap<String, String> ordered = CompileOrder.files();
    ordered.putAll(rtl);
    rtl = Collections.unmodifiableSortedMap(ordered);
  }

  /** A design that is new. */
  public Design(DesignName name, CompiledNetwork compiled, SortedMap<String, String> rtl) {
    this(name, compiled, rtl, List.of());
  }
}
