/** Design directories as others use them: packaging, drivers. */
package lutmac.testbench.design;
