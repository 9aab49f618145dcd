/** Designs as netlists: what synthesis makes of them, and what tests notice of changes in them. */
package lutmac.testbench.netlist;
