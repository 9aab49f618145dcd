/** The hardware as SystemVerilog: the core from its templates, the shell around it from Chisel. */
package lutmac.generator.emit;
