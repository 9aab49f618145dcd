/**
 * The one definition of what software and hardware agree on bit by bit: layer descriptors,
 * parameter words, table entries and host commands. The SystemVerilog package {@code lutmac_pkg},
 * the C++ header of the testbenches, the compiler's encoder and listing and the tables of
 * docs/hardware.md all follow it.
 */
package lutmac.rtl.layout;
