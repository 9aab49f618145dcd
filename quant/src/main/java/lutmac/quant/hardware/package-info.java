/** The accelerator that a network is quantized for: what it computes, and how fast. */
package lutmac.quant.hardware;
