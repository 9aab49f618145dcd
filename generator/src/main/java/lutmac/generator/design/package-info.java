/** A design on disk: hardware, program, memory images and the network, written and read back. */
package lutmac.generator.design;
