/** Damaged files for every reader: seeded mutations of whole ones, and what may come of them. */
package lutmac.testbench.fuzz;
