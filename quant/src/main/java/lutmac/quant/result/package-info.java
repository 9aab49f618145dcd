/** What a quantization hands back: the network, what it cost, and how its bits were chosen. */
package lutmac.quant.result;
