/** How good a network's outputs are: against labels, and against the float network's. */
package lutmac.runtime.measure;
