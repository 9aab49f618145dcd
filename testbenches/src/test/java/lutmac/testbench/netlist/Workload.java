package lutmac.testbench.netlist;

import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.VerilatorBuild;

/** What a test demands of a whole design. */
interface Workload {
  /** Whether the design does that with a change, none for 0. */
  boolean passes(RtlSources design, VerilatorBuild simulators, int mutant);
}
