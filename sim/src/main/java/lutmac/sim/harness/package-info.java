/**
 * The protocol between this process and a Verilated accelerator: what is written, run and read
 * back, and what the simulator tells in return.
 */
package lutmac.sim.harness;
