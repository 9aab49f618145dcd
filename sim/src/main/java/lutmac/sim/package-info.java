/**
 * Co-simulation of a design: images through the Verilated RTL in several processes, every word of
 * every layer compared, a waveform of what went wrong.
 */
package lutmac.sim;
