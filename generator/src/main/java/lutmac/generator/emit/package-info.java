/** RTL of a configuration: the datapath from templates, the shell from Chisel. */
package lutmac.generator.emit;
