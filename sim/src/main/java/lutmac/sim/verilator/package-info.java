/**
 * Finds the tools, builds RTL and C++ harness to a simulator, keeps simulators by a hash of all
 * that went into them.
 */
package lutmac.sim.verilator;
